/**
 * The name that a server is verified against (RFC 9525): a DNS name or an IP address. Only the subjectAltName counts; there is no fall-back to
 * the common name, and no verification without a name.
 */
import { printableText } from "./printable.js";

export interface ServerName {
  /** DNS name in lower case without a trailing dot, or the address as it was given. */
  readonly text: string;
  /** 4 or 16 octets of an IP address; null for a DNS name. */
  readonly address: Uint8Array | null;
}

/** Reads a DNS name (IDN as A-labels) or an IPv4 or IPv6 literal, with or without brackets. Throws a RangeError for anything else. */
export function parseServerName(text: string): ServerName {
  if (text === "") throw new RangeError("serverName is empty");
  if (text.indexOf(":") >= 0) {
    const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
    const address = parseIPv6(bare);
    if (!address) throw new RangeError(`serverName "${printableText(text)}" is not an IPv6 address`);
    return { text: bare, address };
  }
  const name = (text.endsWith(".") ? text.slice(0, -1) : text).toLowerCase();
  if (name.length > 253) throw new RangeError(`serverName has ${name.length} characters, at most 253 are allowed`);
  const labels = name.split(".");
  // A name that ends in a number can only be meant as an IPv4 address: no top-level domain is a number.
  if (isNumber(labels[labels.length - 1]!)) {
    const address = new Uint8Array(4);
    if (text.endsWith(".") || !parseIPv4(text, address, 0))
      throw new RangeError(`serverName "${printableText(text)}" is not an IPv4 address`);
    return { text, address };
  }
  for (let i = 0; i < labels.length; i++) {
    const problem = labelProblem(labels[i]!);
    if (problem !== "") throw new RangeError(`serverName "${printableText(text)}" is not a DNS name: ${problem}`);
  }
  return { text: name, address: null };
}

function isNumber(label: string): boolean {
  for (let i = 0; i < label.length; i++) {
    const code = label.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return label !== "";
}

/** What is wrong with a label, or "". Underscores are not letters of a host name but are in use, and harmless. */
function labelProblem(label: string): string {
  if (label === "") return "it has an empty label";
  if (label.length > 63) return `it has a label of ${label.length} characters, at most 63 are allowed`;
  for (let i = 0; i < label.length; i++) {
    const code = label.charCodeAt(i);
    if (code > 0x7f) return "write international names as A-labels (xn--…)";
    const fits = (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x5f;
    if (!fits) return `the character "${printableText(label.charAt(i))}" can't stand in it`;
  }
  return label.startsWith("-") || label.endsWith("-") ? "a label begins or ends with a hyphen" : "";
}

/** Four decimal numbers without leading zeros, written to out[at, at + 4). */
function parseIPv4(text: string, out: Uint8Array, at: number): boolean {
  const parts = text.split(".");
  if (parts.length !== 4) return false;
  for (let i = 0; i < 4; i++) {
    const part = parts[i]!;
    if (!isNumber(part) || part.length > 3 || (part.length > 1 && part.startsWith("0")) || Number(part) > 255) return false;
    out[at + i] = Number(part);
  }
  return true;
}

/** RFC 4291 §2.2; null where it is not an address. Zone identifiers name an interface of this machine, not a server: refused. */
function parseIPv6(text: string): Uint8Array | null {
  const address = new Uint8Array(16);
  const gap = text.indexOf("::");
  if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) return null;
  if (gap < 0) return fillGroups(text, address) === 16 ? address : null;
  const head = fillGroups(text.slice(0, gap), address);
  const tailBytes = new Uint8Array(16);
  const tail = fillGroups(text.slice(gap + 2), tailBytes);
  if (head < 0 || tail < 0 || head + tail > 14 || text.slice(0, gap).indexOf(".") >= 0) return null;
  for (let i = 0; i < tail; i++) address[16 - tail + i] = tailBytes[i]!;
  return address;
}

/** Writes groups of hexadecimal digits; the last may be an IPv4 address. Returns the octets written, -1 where the text is wrong. */
function fillGroups(text: string, out: Uint8Array): number {
  if (text === "") return 0;
  const groups = text.split(":");
  let at = 0;
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i]!;
    if (i === groups.length - 1 && group.indexOf(".") >= 0) {
      if (at > 12 || !parseIPv4(group, out, at)) return -1;
      at += 4;
    } else {
      const value = hexGroup(group);
      if (at > 14 || value < 0) return -1;
      out[at] = value >> 8;
      out[at + 1] = value & 255;
      at += 2;
    }
  }
  return at;
}

function hexGroup(text: string): number {
  if (text === "" || text.length > 4) return -1;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = "0123456789abcdef".indexOf(text.charAt(i).toLowerCase());
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/**
 * Where the first label of a name ends, when a wildcard may stand for that label, else -1. As browsers and OpenSSL do, at least two labels have
 * to stand behind the asterisk: *.com names nobody.
 */
export function wildcardDot(name: string): number {
  const dot = name.indexOf(".");
  return dot > 0 && name.indexOf(".", dot + 1) > 0 ? dot : -1;
}
