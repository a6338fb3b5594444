/** Key types as AlgorithmIdentifier names them (RFC 5480 §2.1.1, RFC 8017 A.1, RFC 8410 §3): each has one encoding. */
import { KEY_ED25519, KEY_P256, KEY_P384, KEY_RSA } from "../crypto/provider.js";

interface Row {
  readonly keyType: number;
  readonly name: string;
  readonly content: Uint8Array;
  /** Octets of the namedCurve at the end of the content, 0 where there is none. */
  readonly curve: number;
  /** Octets of private and public key, 0 where they differ from key to key. */
  readonly secret: number;
  readonly point: number;
}

const ROWS: readonly Row[] = [
  {
    keyType: KEY_P256,
    name: "P-256",
    content: Uint8Array.of(6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7),
    curve: 10,
    secret: 32,
    point: 65,
  },
  {
    keyType: KEY_P384,
    name: "P-384",
    content: Uint8Array.of(6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81, 4, 0, 34),
    curve: 7,
    secret: 48,
    point: 97,
  },
  {
    keyType: KEY_RSA,
    name: "RSA",
    content: Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0),
    curve: 0,
    secret: 0,
    point: 0,
  },
  { keyType: KEY_ED25519, name: "Ed25519", content: Uint8Array.of(6, 3, 0x2b, 0x65, 0x70), curve: 0, secret: 32, point: 32 },
];

function row(keyType: number): Row | null {
  for (let i = 0; i < ROWS.length; i++) if (ROWS[i]!.keyType === keyType) return ROWS[i]!;
  return null;
}

function ends(content: Uint8Array, n: number, bytes: Uint8Array, at: number, length: number): boolean {
  if (n !== length) return false;
  const from = content.length - n;
  for (let i = 0; i < n; i++) if (content[from + i] !== bytes[at + i]) return false;
  return true;
}

/** The key type of an AlgorithmIdentifier's content, or 0. */
export function algorithmKeyType(bytes: Uint8Array, at: number, length: number): number {
  for (let i = 0; i < ROWS.length; i++) if (ends(ROWS[i]!.content, ROWS[i]!.content.length, bytes, at, length)) return ROWS[i]!.keyType;
  return 0;
}

/** The key type of a whole namedCurve element, or 0. */
export function curveKeyType(bytes: Uint8Array, at: number, length: number): number {
  for (let i = 0; i < ROWS.length; i++)
    if (ROWS[i]!.curve > 0 && ends(ROWS[i]!.content, ROWS[i]!.curve, bytes, at, length)) return ROWS[i]!.keyType;
  return 0;
}

export function keyTypeName(keyType: number): string {
  return row(keyType)?.name ?? `key type ${keyType}`;
}

/** Octets of a private key of this type, 0 where they differ. */
export function secretLength(keyType: number): number {
  return row(keyType)?.secret ?? 0;
}

/** Octets of a public key of this type, 0 where they differ. */
export function publicLength(keyType: number): number {
  return row(keyType)?.point ?? 0;
}
