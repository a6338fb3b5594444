import {
  rsa_pkcs1_sha256,
  rsa_pkcs1_sha384,
  rsa_pkcs1_sha512,
  rsa_pss_rsae_sha256,
  rsa_pss_rsae_sha384,
  rsa_pss_rsae_sha512,
} from "../constants.js";
import { KEY_RSA } from "../crypto/provider.js";
import { SHA256_INFO, SHA384_INFO, SHA512_INFO } from "../crypto/xs/rsa-pkcs1.js";
import { Pkcs1Scheme, PssScheme, type RsaScheme, RsaSigner } from "../crypto/xs/rsa-sign.js";
import { sha256 } from "../crypto/xs/sha256.js";
import { sha384 } from "../crypto/xs/sha384.js";
import { sha512 } from "../crypto/xs/sha512.js";
import { DerCursor } from "./der-cursor.js";
import type { KeySupport } from "./key-support.js";
import type { PrivateKey } from "./private-key.js";

/** PKCS#1 v1.5 is for TLS 1.2 alone. */
const SCHEMES: readonly RsaScheme[] = [
  new PssScheme(rsa_pss_rsae_sha256, sha256),
  new PssScheme(rsa_pss_rsae_sha384, sha384),
  new PssScheme(rsa_pss_rsae_sha512, sha512),
  new Pkcs1Scheme(rsa_pkcs1_sha256, sha256, SHA256_INFO),
  new Pkcs1Scheme(rsa_pkcs1_sha384, sha384, SHA384_INFO),
  new Pkcs1Scheme(rsa_pkcs1_sha512, sha512, SHA512_INFO),
];

/** RSA keys (rsaEncryption), which sign with rsa_pss_rsae_*, and for peers of TLS 1.2 that have no PSS with rsa_pkcs1_*. */
export const rsaKeys: KeySupport = {
  keyType: KEY_RSA,
  createSigner(key: PrivateKey): RsaSigner {
    if (key.rsa === null) throw new RangeError("this is no RSA key");
    return new RsaSigner(key.rsa, SCHEMES);
  },
  matches(key: PrivateKey, bytes: Uint8Array, at: number, length: number): boolean {
    const { rsa } = key;
    if (rsa === null) return false;
    const cursor = new DerCursor(bytes, at, length, "certificate");
    const around = cursor.enter(0x30, "RSAPublicKey");
    const modulus = cursor.unsigned("modulus");
    const exponent = cursor.unsigned("publicExponent");
    cursor.leave(around, "RSAPublicKey");
    return same(rsa.bytes, rsa.modulus, bytes, modulus) && same(rsa.bytes, rsa.publicExponent, bytes, exponent);
  },
};

/** Whether two places hold the same octets. */
function same(a: Uint8Array, aPlace: number, b: Uint8Array, bPlace: number): boolean {
  const length = aPlace & 0xffff;
  if (length !== (bPlace & 0xffff)) return false;
  for (let i = 0; i < length; i++) if (a[(aPlace >> 16) + i] !== b[(bPlace >> 16) + i]) return false;
  return true;
}
