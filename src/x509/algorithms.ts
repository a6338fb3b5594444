/**
 * How certificates name keys and signatures: the contents of AlgorithmIdentifier (RFC 5480 §2, RFC 5758 §3.2, RFC 4055, RFC 8410). But for RSASSA-PSS
 * there are one or two encodings of each, compared octet by octet; what is equal is right and what is not equal is not supported. SHA-1 and MD5 have
 * no row. Which of the others may be used is not said here: that is what the provider's signature algorithms are for.
 */
import { KEY_ED25519, KEY_P256, KEY_P384, KEY_P521, KEY_RSA, KEY_RSA_PSS, type SignatureAlgorithm } from "../crypto/provider.js";
import { contentAt, endOf } from "./octets.js";
import { pssHashLength } from "./pss-parameters.js";

/** What the signatures of several key types have in common: their OIDs do not name a curve. */
const ECDSA = 1;
const PKCS1 = 2;
const PSS = 3;
const EDDSA = 4;

interface SignatureRow {
  readonly content: Uint8Array;
  readonly family: number;
  /** Output of its hash in octets: 32 is SHA-256, 48 SHA-384, 64 SHA-512; 0: the message itself is signed. */
  readonly hashLength: number;
}

interface KeyRow {
  readonly content: Uint8Array;
  readonly keyType: number;
  readonly name: string;
  /** Octets of the key in the BIT STRING; 0: it tells itself. */
  readonly keyLength: number;
}

/** ecdsa-with-SHA256 and so on: 1.2.840.10045.4.3.n; sha256WithRSAEncryption and so on: 1.2.840.113549.1.1.n, NULL may be left out (RFC 4055 §5). */
const SIGNATURES: readonly SignatureRow[] = [
  { content: Uint8Array.of(6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2), family: ECDSA, hashLength: 32 },
  { content: Uint8Array.of(6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3), family: ECDSA, hashLength: 48 },
  { content: Uint8Array.of(6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4), family: ECDSA, hashLength: 64 },
  { content: Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0), family: PKCS1, hashLength: 32 },
  { content: Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12, 5, 0), family: PKCS1, hashLength: 48 },
  { content: Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13, 5, 0), family: PKCS1, hashLength: 64 },
  { content: Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11), family: PKCS1, hashLength: 32 },
  { content: Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12), family: PKCS1, hashLength: 48 },
  { content: Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13), family: PKCS1, hashLength: 64 },
  { content: Uint8Array.of(6, 3, 0x2b, 0x65, 0x70), family: EDDSA, hashLength: 0 },
  // RSASSA-PSS: their content is read, not compared.
  { content: Uint8Array.of(), family: PSS, hashLength: 32 },
  { content: Uint8Array.of(), family: PSS, hashLength: 48 },
  { content: Uint8Array.of(), family: PSS, hashLength: 64 },
];

const KEYS: readonly KeyRow[] = [
  {
    // id-ecPublicKey 1.2.840.10045.2.1 with secp256r1 1.2.840.10045.3.1.7
    content: Uint8Array.of(6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7),
    keyType: KEY_P256,
    name: "P-256",
    keyLength: 65,
  },
  {
    // secp384r1 1.3.132.0.34
    content: Uint8Array.of(6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81, 4, 0, 34),
    keyType: KEY_P384,
    name: "P-384",
    keyLength: 97,
  },
  {
    // secp521r1 1.3.132.0.35
    content: Uint8Array.of(6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81, 4, 0, 35),
    keyType: KEY_P521,
    name: "P-521",
    keyLength: 133,
  },
  // rsaEncryption 1.2.840.113549.1.1.1, id-RSASSA-PSS 1.2.840.113549.1.1.10 without parameters, id-Ed25519 1.3.101.112
  { content: Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0), keyType: KEY_RSA, name: "RSA", keyLength: 0 },
  { content: Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10), keyType: KEY_RSA_PSS, name: "RSA-PSS", keyLength: 0 },
  { content: Uint8Array.of(6, 3, 0x2b, 0x65, 0x70), keyType: KEY_ED25519, name: "Ed25519", keyLength: 32 },
];

/** RSA keys below this are not accepted from anybody. */
export const SHORTEST_RSA = 2048;

/** RSAPublicKey has at most so many octets besides its modulus: headers, sign octet, an exponent of up to 64 bits. */
const RSA_KEY_EXTRA = 20;

function equal(wanted: Uint8Array, bytes: Uint8Array, offset: number, length: number): boolean {
  if (wanted.length !== length) return false;
  for (let i = 0; i < length; i++) if (wanted[i] !== bytes[offset + i]) return false;
  return true;
}

function keyRow(keyType: number): KeyRow | null {
  for (let i = 0; i < KEYS.length; i++) if (KEYS[i]!.keyType === keyType) return KEYS[i]!;
  return null;
}

function familyOf(algorithm: SignatureAlgorithm): number {
  const { keyType } = algorithm;
  if (keyType === KEY_ED25519) return EDDSA;
  // SignatureScheme 0x08nn is RSASSA-PSS (RFC 9846 §4.3.3).
  if (keyType === KEY_RSA || keyType === KEY_RSA_PSS) return algorithm.scheme >> 8 === 8 ? PSS : PKCS1;
  return ECDSA;
}

/** The number (from 1) of the signature algorithm whose AlgorithmIdentifier has this content, or 0. */
export function signatureId(bytes: Uint8Array, offset: number, length: number): number {
  for (let i = 0; i < SIGNATURES.length; i++) {
    const row = SIGNATURES[i]!;
    const same = row.family === PSS ? pssHashLength(bytes, offset, length) === row.hashLength : equal(row.content, bytes, offset, length);
    if (same) return i + 1;
  }
  return 0;
}

/**
 * The first of the offered algorithms that verifies signature algorithm `id` with keys of `keyType`; 0 asks for any key type. Null: there is
 * none.
 */
export function findAlgorithm(offered: readonly SignatureAlgorithm[], id: number, keyType: number): SignatureAlgorithm | null {
  const row = SIGNATURES[id - 1];
  if (!row) return null;
  for (let i = 0; i < offered.length; i++) {
    const algorithm = offered[i]!;
    if (keyType !== 0 && algorithm.keyType !== keyType) continue;
    if (row.hashLength !== 0 && algorithm.hash.outputLength !== row.hashLength) continue;
    if (familyOf(algorithm) === row.family) return algorithm;
  }
  return null;
}

/** Octets of what signature algorithm `id` signs, as it is given to a verifier: of the digest; 0: the message itself. */
export function digestLengthOf(id: number): number {
  return SIGNATURES[id - 1]?.hashLength ?? 0;
}

/** The key type of a SubjectPublicKeyInfo's AlgorithmIdentifier content, or 0. */
export function keyTypeOf(bytes: Uint8Array, offset: number, length: number): number {
  for (let i = 0; i < KEYS.length; i++) if (equal(KEYS[i]!.content, bytes, offset, length)) return KEYS[i]!.keyType;
  return 0;
}

/** Whether any of the offered algorithms works with this key type. */
export function keyOffered(offered: readonly SignatureAlgorithm[], keyType: number): boolean {
  for (let i = 0; i < offered.length; i++) if (offered[i]!.keyType === keyType) return true;
  return false;
}

export function keyName(keyType: number): string {
  return keyRow(keyType)?.name ?? `key type ${keyType}`;
}

/** Octets that a public key of this type has, 0 for a type that is not known here or whose keys have different lengths. */
export function keyLengthOf(keyType: number): number {
  return keyRow(keyType)?.keyLength ?? 0;
}

export function isRsa(keyType: number): boolean {
  return keyType === KEY_RSA || keyType === KEY_RSA_PSS;
}

/** The longest public key of this type. */
export function keyLimitOf(keyType: number, maxRsaBits: number): number {
  return isRsa(keyType) ? ((maxRsaBits + 7) >> 3) + RSA_KEY_EXTRA : keyLengthOf(keyType);
}

/** The longest signature of algorithm `id` as it stands in a certificate, with any of the keys that are offered for it. */
export function signatureLimitOf(offered: readonly SignatureAlgorithm[], id: number, maxRsaBits: number): number {
  const family = SIGNATURES[id - 1]?.family;
  if (family === EDDSA) return 64;
  if (family !== ECDSA) return (maxRsaBits + 7) >> 3;
  let longest = 0;
  for (let i = 0; i < offered.length; i++) {
    if (familyOf(offered[i]!) !== ECDSA) continue;
    // Ecdsa-Sig-Value: two INTEGERs with a leading zero.
    const half = (keyLengthOf(offered[i]!.keyType) - 1) >> 1;
    const content = 2 * (half + 3);
    longest = Math.max(longest, content + (content < 0x80 ? 2 : 3));
  }
  return longest;
}

/** Bits of the modulus of a DER RSAPublicKey (RFC 8017 §A.1.1), 0 where it is malformed, even, or its exponent is none. */
export function rsaBits(bytes: Uint8Array, at: number, length: number): number {
  const end = at + length;
  if (length < 8 || bytes[at] !== 0x30 || endOf(bytes, at) !== end) return 0;
  const modulus = contentAt(bytes, at);
  const exponent = positiveEnd(bytes, modulus, end);
  if (exponent === 0 || positiveEnd(bytes, exponent, end) !== end) return 0;
  if ((bytes[exponent - 1]! & 1) === 0 || (bytes[end - 1]! & 1) === 0) return 0;
  const exponentAt = contentAt(bytes, exponent);
  if (end - exponentAt > 9 || (end - exponentAt === 1 && bytes[exponentAt] === 1)) return 0;
  let first = contentAt(bytes, modulus);
  if (bytes[first] === 0) first++;
  return 8 * (exponent - first - 1) + (32 - Math.clz32(bytes[first]!));
}

/** Where the INTEGER at bytes[at] ends, if it is minimal, above 0 and inside; else 0. */
function positiveEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at + 2 >= end || bytes[at] !== 0x02) return 0;
  const content = contentAt(bytes, at);
  const last = endOf(bytes, at);
  if (last > end || content >= last) return 0;
  const first = bytes[content]!;
  if (first >= 0x80) return 0;
  return first === 0 && (last - content < 2 || bytes[content + 1]! < 0x80) ? 0 : last;
}

/**
 * Where the key stands in a DER SubjectPublicKeyInfo that this side was given (a trust anchor), packed as offset * 256 + keyType; 0 where it is
 * none that is known here. The key goes on to the end.
 */
export function locateKey(spki: Uint8Array): number {
  const inside = contentAt(spki, 0);
  if (spki[0] !== 0x30 || spki[inside] !== 0x30 || spki[inside + 1]! >= 0x80) return 0;
  const keyType = keyTypeOf(spki, inside + 2, spki[inside + 1]!);
  const bits = inside + 2 + spki[inside + 1]!;
  if (keyType === 0 || spki[bits] !== 0x03) return 0;
  const at = contentAt(spki, bits);
  const length = spki.length - at - 1;
  if (spki[at] !== 0) return 0;
  if (isRsa(keyType) ? rsaBits(spki, at + 1, length) < SHORTEST_RSA : length !== keyLengthOf(keyType)) return 0;
  return (at + 1) * 256 + keyType;
}
