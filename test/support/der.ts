/** A small DER writer for tests. It writes what it is told, right or wrong: tests need both. */

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export function fromHex(text: string): Uint8Array {
  const digits = text.split(" ").join("");
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += (bytes[i]! + 256).toString(16).slice(1);
  return text;
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The octets of base64, whatever else stands between its digits. */
export function fromBase64(text: string): Uint8Array {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const char of text) {
    const digit = BASE64.indexOf(char);
    if (digit < 0) continue;
    value = ((value << 6) | digit) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 0xff);
    }
  }
  const all = new Uint8Array(bytes.length);
  all.set(bytes);
  return all;
}

/** The DER of every certificate in a PEM text, in order. */
export function fromPem(text: string): Uint8Array[] {
  const blocks = text.split("-----BEGIN CERTIFICATE-----").slice(1);
  return blocks.map((block) => fromBase64(block.split("-----END")[0]!));
}

/** One element: tag, minimal definite length, content. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts);
  const n = content.length;
  const header =
    n < 0x80
      ? [tag, n]
      : n < 0x100
        ? [tag, 0x81, n]
        : n < 0x10000
          ? [tag, 0x82, n >> 8, n & 255]
          : [tag, 0x83, n >> 16, (n >> 8) & 255, n & 255];
  const bytes = new Uint8Array(header.length + n);
  bytes.set(header);
  bytes.set(content, header.length);
  return bytes;
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => tlv(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]): Uint8Array => tlv(0x31, ...parts);
export const octetString = (...parts: readonly Uint8Array[]): Uint8Array => tlv(0x04, ...parts);
export const utf8String = (text: string): Uint8Array => tlv(0x0c, ascii(text));
export const printableString = (text: string): Uint8Array => tlv(0x13, ascii(text));
export const utcTime = (text: string): Uint8Array => tlv(0x17, ascii(text));
export const generalizedTime = (text: string): Uint8Array => tlv(0x18, ascii(text));
export const nullValue = (): Uint8Array => tlv(0x05);
export const boolean = (value: boolean): Uint8Array => tlv(0x01, Uint8Array.of(value ? 0xff : 0));
/** [n] with primitive content (implicit tagging of a primitive type). */
export const implicit = (n: number, content: Uint8Array): Uint8Array => tlv(0x80 | n, content);
/** [n] around whole elements (explicit tagging, or implicit tagging of a constructed type). */
export const explicit = (n: number, ...parts: readonly Uint8Array[]): Uint8Array => tlv(0xa0 | n, ...parts);

/** INTEGER from its content octets, or from a number 0 ≤ n < 2^31 in minimal form. */
export function integer(value: Uint8Array | number): Uint8Array {
  if (typeof value !== "number") return tlv(0x02, value);
  const octets: number[] = [value & 255];
  for (let rest = value >> 8; rest > 0; rest >>= 8) octets.unshift(rest & 255);
  if (octets[0]! >= 0x80) octets.unshift(0);
  return tlv(0x02, Uint8Array.of(...octets));
}

export const bitString = (content: Uint8Array, unusedBits = 0): Uint8Array => tlv(0x03, Uint8Array.of(unusedBits), content);

/** BIT STRING with named bits (KeyUsage): trailing zero bits left out, as DER asks. */
export function namedBits(...bits: readonly number[]): Uint8Array {
  let last = -1;
  for (const bit of bits) last = Math.max(last, bit);
  const content = new Uint8Array((last + 8) >> 3);
  for (const bit of bits) content[bit >> 3]! |= 0x80 >> (bit & 7);
  return bitString(content, last < 0 ? 0 : 7 - (last & 7));
}

export function oid(dotted: string): Uint8Array {
  const arcs = dotted.split(".").map(Number);
  const octets: number[] = [];
  for (let i = 1; i < arcs.length; i++) {
    let arc = i === 1 ? arcs[0]! * 40 + arcs[1]! : arcs[i]!;
    const digits = [arc % 128];
    for (arc = Math.floor(arc / 128); arc > 0; arc = Math.floor(arc / 128)) digits.unshift((arc % 128) | 0x80);
    octets.push(...digits);
  }
  return tlv(0x06, Uint8Array.of(...octets));
}

const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`);

/** A Time from seconds since 1970, in the form RFC 5280 §4.1.2.5 asks for: UTCTime up to 2049, then GeneralizedTime. */
export function time(seconds: number): Uint8Array {
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  const rest = `${two(date.getUTCMonth() + 1)}${two(date.getUTCDate())}${two(date.getUTCHours())}${two(date.getUTCMinutes())}${two(date.getUTCSeconds())}Z`;
  return year < 2050 && year >= 1950 ? utcTime(two(year % 100) + rest) : generalizedTime(`${year}${rest}`.padStart(15, "0"));
}
