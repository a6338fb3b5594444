/**
 * How certificates name keys and signatures: the contents of AlgorithmIdentifier, compared octet by octet. There is one encoding for each (RFC
 * 5480 §2, RFC 5758 §3.2), so what is equal is right and what is not equal is not supported. Which of them may be used is not said here:
 * that is what the provider's signature algorithms are for.
 */
import { KEY_P256, KEY_P384, KEY_P521, type SignatureAlgorithm } from "../crypto/provider.js";

/** What the signatures of several key types have in common: their OIDs do not name a curve. */
const ECDSA = 1;

interface SignatureRow {
  readonly content: Uint8Array;
  readonly family: number;
  /** Output of its hash in octets: 32 is SHA-256, 48 SHA-384, 64 SHA-512. */
  readonly hashLength: number;
}

interface KeyRow {
  readonly content: Uint8Array;
  readonly keyType: number;
  readonly family: number;
  readonly name: string;
  /** Octets of the key in the BIT STRING. */
  readonly keyLength: number;
}

const SIGNATURES: readonly SignatureRow[] = [
  // ecdsa-with-SHA256, -SHA384, -SHA512: 1.2.840.10045.4.3.2 to .4
  { content: Uint8Array.of(0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02), family: ECDSA, hashLength: 32 },
  { content: Uint8Array.of(0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03), family: ECDSA, hashLength: 48 },
  { content: Uint8Array.of(0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04), family: ECDSA, hashLength: 64 },
];

const KEYS: readonly KeyRow[] = [
  {
    // id-ecPublicKey 1.2.840.10045.2.1 with secp256r1 1.2.840.10045.3.1.7
    content: Uint8Array.of(6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7),
    keyType: KEY_P256,
    family: ECDSA,
    name: "P-256",
    keyLength: 65,
  },
  {
    // secp384r1 1.3.132.0.34
    content: Uint8Array.of(6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81, 4, 0, 34),
    keyType: KEY_P384,
    family: ECDSA,
    name: "P-384",
    keyLength: 97,
  },
  {
    // secp521r1 1.3.132.0.35
    content: Uint8Array.of(6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81, 4, 0, 35),
    keyType: KEY_P521,
    family: ECDSA,
    name: "P-521",
    keyLength: 133,
  },
];

function equal(wanted: Uint8Array, bytes: Uint8Array, offset: number, length: number): boolean {
  if (wanted.length !== length) return false;
  for (let i = 0; i < length; i++) if (wanted[i] !== bytes[offset + i]) return false;
  return true;
}

function keyRow(keyType: number): KeyRow | null {
  for (let i = 0; i < KEYS.length; i++) if (KEYS[i]!.keyType === keyType) return KEYS[i]!;
  return null;
}

/** The number (from 1) of the signature algorithm whose AlgorithmIdentifier has this content, or 0. */
export function signatureId(bytes: Uint8Array, offset: number, length: number): number {
  for (let i = 0; i < SIGNATURES.length; i++) if (equal(SIGNATURES[i]!.content, bytes, offset, length)) return i + 1;
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
    if (algorithm.hash.outputLength !== row.hashLength || (keyType !== 0 && algorithm.keyType !== keyType)) continue;
    if (keyRow(algorithm.keyType)?.family === row.family) return algorithm;
  }
  return null;
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

/** Octets that a public key of this type has, 0 for a type that is not known here. */
export function keyLengthOf(keyType: number): number {
  return keyRow(keyType)?.keyLength ?? 0;
}

/** The longest signature that a key of this type makes, as it stands in a certificate: Ecdsa-Sig-Value, two INTEGERs with a leading zero. */
export function signatureLimitOf(keyType: number): number {
  const half = (keyLengthOf(keyType) - 1) >> 1;
  const content = 2 * (half + 3);
  return content + (content < 0x80 ? 2 : 3);
}

/**
 * Where the key stands in a DER SubjectPublicKeyInfo that this side was given (a trust anchor), packed as offset * 256 + keyType; 0 where it is
 * none that is known here. The key goes on to the end.
 */
export function locateKey(spki: Uint8Array): number {
  let at = spki[1]! < 0x80 ? 2 : 2 + (spki[1]! & 0x7f);
  if (spki[0] !== 0x30 || spki[at] !== 0x30 || spki[at + 1]! >= 0x80) return 0;
  const keyType = keyTypeOf(spki, at + 2, spki[at + 1]!);
  at += 2 + spki[at + 1]!;
  if (keyType === 0 || spki[at] !== 0x03) return 0;
  at += spki[at + 1]! < 0x80 ? 2 : 2 + (spki[at + 1]! & 0x7f);
  if (spki[at] !== 0 || spki.length - at - 1 !== keyLengthOf(keyType)) return 0;
  return (at + 1) * 256 + keyType;
}
