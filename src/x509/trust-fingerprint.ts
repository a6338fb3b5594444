/** Fingerprints of trust stores. They are made with the store, so that they lie in flash where it does. */
import type { Hash } from "../crypto/provider.js";
import { sha256 } from "../crypto/xs/sha256.js";

/** SHA-256 over byte arrays, each with its length before it; null counts as one that is not there. */
export function fingerprintOf(kind: number, parts: readonly (Uint8Array | null)[]): Uint8Array {
  const hash = sha256.create();
  const length = new Uint8Array(4);
  put(hash, length, kind);
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    put(hash, length, part === null ? 0xffffffff : part.length);
    if (part !== null) hash.update(part, 0, part.length);
  }
  const fingerprint = new Uint8Array(32);
  hash.digest(fingerprint, 0);
  return fingerprint;
}

function put(hash: Hash, bytes: Uint8Array, value: number): void {
  bytes[0] = value >> 24;
  bytes[1] = value >> 16;
  bytes[2] = value >> 8;
  bytes[3] = value;
  hash.update(bytes, 0, 4);
}

/** Kinds: so that no store passes for one of another kind. */
export const ANCHORS = 1;
export const PINS = 2;
