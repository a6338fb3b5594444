/** CBC records of TLS 1.2 made by the book on noble: the oracle of ours, and what an attacker may send. */
import { cbc } from "@noble/ciphers/aes.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha384 } from "@noble/hashes/sha2.js";

export interface RecordKeys {
  /** "SHA-1", "SHA-256" or "SHA-384" */
  readonly mac: string;
  readonly macKey: Uint8Array;
  readonly key: Uint8Array;
}

export function macOf({ mac, macKey }: RecordKeys, parts: readonly Uint8Array[]): Uint8Array {
  const hash = mac === "SHA-1" ? sha1 : mac === "SHA-256" ? sha256 : sha384;
  return hmac(hash as typeof sha256, macKey, joined(parts));
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function pseudoHeader(sequence: number, type: number, length: number): Uint8Array {
  return Uint8Array.of(0, 0, 0, 0, sequence >> 24, sequence >> 16, sequence >> 8, sequence, type, 3, 3, length >> 8, length);
}

function record(type: number, body: Uint8Array): Uint8Array {
  return joined([Uint8Array.of(type, 3, 3, body.length >> 8, body.length), body]);
}

/** `padding` bytes and padding_length. */
export function paddingOf(padding: number): Uint8Array {
  return new Uint8Array(padding + 1).fill(padding);
}

/** The padding_length that a sender chooses who pads as little as possible. */
export function leastPadding(length: number): number {
  return 15 - (length % 16);
}

/** GenericBlockCipher (RFC 5246 §6.2.3.2): `edit` changes content, MAC and padding, joined, before they are encrypted. */
export function macThenEncrypt(
  keys: RecordKeys,
  sequence: number,
  type: number,
  iv: Uint8Array,
  content: Uint8Array,
  padding: number,
  edit: (plaintext: Uint8Array) => void = () => {},
): Uint8Array {
  const mac = macOf(keys, [pseudoHeader(sequence, type, content.length), content]);
  const plaintext = joined([content, mac, paddingOf(padding)]);
  edit(plaintext);
  return record(type, joined([iv, cbc(keys.key, iv, { disablePadding: true }).encrypt(plaintext)]));
}

/** RFC 7366 §3. */
export function encryptThenMac(
  keys: RecordKeys,
  sequence: number,
  type: number,
  iv: Uint8Array,
  content: Uint8Array,
  padding: number,
  edit: (plaintext: Uint8Array) => void = () => {},
): Uint8Array {
  const plaintext = joined([content, paddingOf(padding)]);
  edit(plaintext);
  const body = joined([iv, cbc(keys.key, iv, { disablePadding: true }).encrypt(plaintext)]);
  return record(type, joined([body, macOf(keys, [pseudoHeader(sequence, type, body.length), body])]));
}
