/**
 * The AlgorithmIdentifier of an RSASSA-PSS signature (RFC 4055 §3.1): of all that its parameters can say, what TLS has names for is accepted (RFC
 * 9846 §4.3.3): one hash for the message and for MGF1, a salt as long as its output, the usual trailer. Parameters of the hashes may be NULL or absent.
 */
import { contentAt, endOf } from "./octets.js";

/** id-RSASSA-PSS 1.2.840.113549.1.1.10, id-mgf1 .8 */
const RSA = Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1);
const PSS = 10;
const MGF1 = 8;
/** id-sha256 2.16.840.1.101.3.4.2.1, -sha384 .2, -sha512 .3 */
const SHA2 = Uint8Array.of(6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2);

const LONGEST = 80;

/** Output length of the hash that bytes[offset, offset + length) names, the content of an AlgorithmIdentifier; 0 where it is none that is accepted. */
export function pssHashLength(bytes: Uint8Array, offset: number, length: number): number {
  const end = offset + length;
  if (length < 40 || length > LONGEST || !named(RSA, PSS, bytes, offset)) return 0;
  // RSASSA-PSS-params: SEQUENCE { [0] hash, [1] mask generation, [2] salt length, [3] trailer }
  let at = inside(0x30, bytes, offset + 11, end, end);
  if (at === 0) return 0;
  let next = endOf(bytes, at);
  const message = hashOf(bytes, inside(0xa0, bytes, at, next, end), next);
  if (message === 0) return 0;
  at = next;
  next = endOf(bytes, at);
  const mask = inside(0x30, bytes, inside(0xa1, bytes, at, next, end), next, next);
  if (mask === 0 || !named(RSA, MGF1, bytes, mask) || hashOf(bytes, mask + 11, next) !== message) return 0;
  at = next;
  next = endOf(bytes, at);
  const salt = inside(0xa2, bytes, at, next, end);
  if (salt === 0 || next - salt !== 3 || bytes[salt] !== 2 || bytes[salt + 1] !== 1 || bytes[salt + 2] !== message) return 0;
  if (next === end) return message;
  // trailerField 1, the default written out
  const trailer = next + 5 === end && bytes[next] === 0xa3 && bytes[next + 1] === 3 && bytes[next + 2] === 2 && bytes[next + 3] === 1;
  return trailer && bytes[next + 4] === 1 ? message : 0;
}

/** Where the content of the element at bytes[at] begins, if it has this tag, ends at `last` and that is not behind `end`; else 0. */
function inside(tag: number, bytes: Uint8Array, at: number, last: number, end: number): number {
  if (at === 0 || at + 2 > end || bytes[at] !== tag || bytes[at + 1]! >= 0x80 || endOf(bytes, at) !== last || last > end) return 0;
  return contentAt(bytes, at);
}

function named(prefix: Uint8Array, last: number, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < 10; i++) if (bytes[at + i] !== prefix[i]) return false;
  return bytes[at + 10] === last;
}

/** Output length of the hash whose AlgorithmIdentifier stands at bytes[at, end), 0 for none. */
function hashOf(bytes: Uint8Array, at: number, end: number): number {
  const content = inside(0x30, bytes, at, end, end);
  if (content === 0) return 0;
  const rest = end - content;
  if (rest !== 11 && !(rest === 13 && bytes[end - 2] === 5 && bytes[end - 1] === 0)) return 0;
  for (let n = 1; n <= 3; n++) if (named(SHA2, n, bytes, content)) return 16 + 16 * n;
  return 0;
}
