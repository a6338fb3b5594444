/**
 * Private keys from DER: PKCS#8 (RFC 5958, with RFC 5915 and RFC 8410 inside), ECPrivateKey (RFC 5915) and RSAPrivateKey (RFC 8017 A.1.2), strictly.
 * The bytes are used where they are and never copied, so a key may lie in flash.
 */
import { KEY_ED25519, KEY_P256, KEY_P384, KEY_RSA } from "../crypto/provider.js";
import { readBigEndian } from "../crypto/xs/bigint-bytes.js";
import { N as P256_ORDER } from "../crypto/xs/p256-curve.js";
import type { RsaNumbers } from "../crypto/xs/rsa-private.js";
import { DerCursor } from "./der-cursor.js";
import { algorithmKeyType, curveKeyType, keyTypeName, publicLength, secretLength } from "./key-algorithms.js";
import { parseRsaNumbers } from "./rsa-private-key.js";

const P384_ORDER = 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n;
const WHAT = "private key";

export type PrivateKeyForm = "pkcs8" | "sec1" | "pkcs1";

/** A private key whose form and numbers were checked. */
export interface PrivateKey {
  /** KEY_P256, KEY_P384, KEY_RSA or KEY_ED25519. */
  readonly keyType: number;
  readonly form: PrivateKeyForm;
  /** The DER that it was read from. */
  readonly bytes: Uint8Array;
  /** Where its octets lie in `bytes`, 65,536 times the place plus their number; 0 for RSA. */
  readonly secret: number;
  /** Where its public key lies, as a SubjectPublicKeyInfo's BIT STRING has it, the same way; 0 where the file has none. */
  readonly publicKey: number;
  /** Null but for RSA. */
  readonly rsa: RsaNumbers | null;
}

/**
 * Reads one private key, the whole of `der`. Throws a RangeError that says what is wrong and holds nothing of the key. A public key that stands
 * beside it is compared with what signs only by matchesCertificate().
 */
export function parsePrivateKey(der: Uint8Array): PrivateKey {
  const cursor = new DerCursor(der, 0, der.length, WHAT);
  if (cursor.peek() !== 0x30) cursor.fail("it is not DER");
  const around = cursor.enter(0x30, "the key");
  if (cursor.peek() === 0x30) refuse(cursor);
  const version = cursor.small("version");
  let key: PrivateKey;
  switch (cursor.peek()) {
    case 0x30:
      key = parsePkcs8(cursor, version);
      break;
    case 0x04:
      key = parseEc(cursor, version, 0, 0, "sec1");
      break;
    default:
      key = parseRsa(cursor, version, "pkcs1");
  }
  cursor.leave(around, "the key");
  if (cursor.at !== der.length) cursor.fail(`${der.length - cursor.at} octets follow it`);
  return key;
}

/** A SEQUENCE that begins with a SEQUENCE: with an OCTET STRING behind it EncryptedPrivateKeyInfo (RFC 5958 §3). */
function refuse(cursor: DerCursor): never {
  cursor.skip(0x30, "its first part");
  if (cursor.peek() === 0x04) cursor.fail("it is encrypted; decrypt it first, as with openssl pkcs8");
  cursor.fail("this is no private key (a certificate or a public key?)");
}

function parsePkcs8(cursor: DerCursor, version: number): PrivateKey {
  const { bytes } = cursor;
  if (version > 1) cursor.fail("version is none that is known");
  const length = cursor.skip(0x30, "privateKeyAlgorithm");
  const keyType = algorithmKeyType(bytes, cursor.at - length, length);
  if (keyType === 0) cursor.fail("its algorithm is none of RSA (rsaEncryption), P-256, P-384, Ed25519");
  // What the OCTET STRING holds is read when the public key behind it is known.
  const octets = cursor.skip(0x04, "privateKey");
  const end = cursor.at;
  if (cursor.peek() === 0xa0) cursor.skip(0xa0, "attributes");
  const publicKey = version === 1 && cursor.peek() === 0x81 ? publicKeyAt(cursor, cursor.bitString(0x81, "publicKey"), keyType) : 0;
  const inner = new DerCursor(bytes, end - octets, octets, WHAT);
  const key = parseInner(inner, keyType, publicKey);
  if (inner.at !== end) inner.fail(`${end - inner.at} octets too many in privateKey`);
  return key;
}

function parseInner(cursor: DerCursor, keyType: number, publicKey: number): PrivateKey {
  if (keyType === KEY_ED25519) {
    const length = cursor.skip(0x04, "CurvePrivateKey");
    return curveKey(cursor, keyType, cursor.at - length, length, publicKey, "pkcs8");
  }
  const around = cursor.enter(0x30, keyType === KEY_RSA ? "RSAPrivateKey" : "ECPrivateKey");
  const version = cursor.small("version");
  const key = keyType === KEY_RSA ? parseRsa(cursor, version, "pkcs8") : parseEc(cursor, version, keyType, publicKey, "pkcs8");
  cursor.leave(around, "privateKey");
  return key;
}

/** ECPrivateKey behind its version; keyType 0: only the parameters inside name the curve. */
function parseEc(cursor: DerCursor, version: number, keyType: number, publicKey: number, form: PrivateKeyForm): PrivateKey {
  if (version !== 1) cursor.fail("version of ECPrivateKey is not 1");
  const length = cursor.skip(0x04, "privateKey");
  const at = cursor.at - length;
  if (cursor.peek() === 0xa0) {
    const around = cursor.enter(0xa0, "parameters");
    const whole = cursor.at;
    cursor.skip(0x06, "namedCurve");
    const curve = curveKeyType(cursor.bytes, whole, cursor.at - whole);
    if (curve === 0) cursor.fail("its curve is neither P-256 nor P-384");
    if (keyType !== 0 && keyType !== curve) cursor.fail("it names two different curves");
    keyType = curve;
    cursor.leave(around, "parameters");
  }
  if (keyType === 0) cursor.fail("it does not name its curve");
  if (cursor.peek() === 0xa1) {
    const around = cursor.enter(0xa1, "publicKey");
    publicKey = publicKeyAt(cursor, cursor.bitString(0x03, "publicKey"), keyType);
    cursor.leave(around, "publicKey");
  }
  return curveKey(cursor, keyType, at, length, publicKey, form);
}

function publicKeyAt(cursor: DerCursor, place: number, keyType: number): number {
  const wanted = publicLength(keyType);
  if (wanted !== 0 && (place & 0xffff) !== wanted)
    cursor.fail(`publicKey has ${place & 0xffff} octets, one of ${keyTypeName(keyType)} has ${wanted}`);
  return place;
}

function curveKey(cursor: DerCursor, keyType: number, at: number, length: number, publicKey: number, form: PrivateKeyForm): PrivateKey {
  const { bytes } = cursor;
  const wanted = secretLength(keyType);
  if (length !== wanted) cursor.fail(`a private key of ${keyTypeName(keyType)} has ${wanted} octets, not ${length}`);
  if (keyType === KEY_P256 || keyType === KEY_P384) {
    const number = readBigEndian(bytes, at, length);
    const order = keyType === KEY_P256 ? P256_ORDER : P384_ORDER;
    if (!number || number >= order) cursor.fail(`its number is not in the range of ${keyTypeName(keyType)}`);
  }
  return { keyType, form, bytes, secret: at * 0x10000 + length, publicKey, rsa: null };
}

function parseRsa(cursor: DerCursor, version: number, form: PrivateKeyForm): PrivateKey {
  return { keyType: KEY_RSA, form, bytes: cursor.bytes, secret: 0, publicKey: 0, rsa: parseRsaNumbers(cursor, version) };
}
