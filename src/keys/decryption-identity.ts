/** Certificates whose key decrypts pre-master secrets (RSA key exchange, RFC 5246 §7.4.2): never those of a key that signs. */
import { equalBytes } from "../bytes/equal.js";
import type { DecryptionKey } from "../crypto/decryption-key.js";
import { KEY_RSA } from "../crypto/provider.js";
import { RsaDecryptionKey } from "../crypto/xs/rsa-decrypt.js";
import { extensionAt } from "../x509/whole-certificate.js";
import { certificateParts } from "./certificate-parts.js";
import { parsePrivateKey } from "./private-key.js";
import { rsaKeys } from "./rsa-key.js";

export interface DecryptionIdentity {
  /** DER certificates, the end entity's first. */
  readonly certificates: readonly Uint8Array[];
  readonly key: DecryptionKey;
  /** As in Identity. */
  readonly ocspResponse?: Uint8Array | null;
}

const KEY_USAGE = 15;
/** digitalSignature, contentCommitment, keyCertSign, cRLSign. */
const SIGNS = 0xc6;
const KEY_ENCIPHERMENT = 0x20;

/**
 * An RSA key that is used to sign and to decrypt gives signatures away where its decryption can be asked (Manger 2001; ROBOT, 2018). So the certificate
 * must say that it decrypts, and not that it signs. Throws a RangeError.
 */
export function checkDecryptionCertificate(certificate: Uint8Array): void {
  if (certificateParts(certificate, "certificate").keyType !== KEY_RSA)
    throw new RangeError("RSA key exchange: the first certificate has no RSA key");
  const at = extensionAt(certificate, KEY_USAGE);
  // OCTET STRING, BIT STRING, its unused bits: each has one octet of length.
  const usage = at === 0 ? 0 : certificate[at + 5];
  if ((usage & KEY_ENCIPHERMENT) === 0)
    throw new RangeError("RSA key exchange: the keyUsage of the first certificate does not have keyEncipherment");
  if ((usage & SIGNS) !== 0)
    throw new RangeError("RSA key exchange: by its keyUsage the first certificate may sign; a key that decrypts must do nothing else");
}

/** Whether two certificates are of one key. */
export function haveOneKey(a: Uint8Array, b: Uint8Array): boolean {
  const { publicKey } = certificateParts(a, "certificate");
  const other = certificateParts(b, "certificate").publicKey;
  const length = publicKey & 0xffff;
  return length === (other & 0xffff) && equalBytes(a, publicKey >> 16, b, other >> 16, length);
}

/** With the key in memory and BigInt. Throws a RangeError where certificate and key do not go together. */
export function decryptionIdentityFrom(certificates: readonly Uint8Array[], key: Uint8Array): DecryptionIdentity {
  if (certificates.length === 0) throw new RangeError("RSA key exchange: there is no certificate");
  checkDecryptionCertificate(certificates[0]);
  const parsed = parsePrivateKey(key);
  const { publicKey } = certificateParts(certificates[0], "certificate");
  if (parsed.rsa === null || !rsaKeys.matches(parsed, certificates[0], publicKey >> 16, publicKey & 0xffff))
    throw new RangeError("RSA key exchange: the private key does not belong to the first certificate");
  return { certificates, key: new RsaDecryptionKey(parsed.rsa) };
}
