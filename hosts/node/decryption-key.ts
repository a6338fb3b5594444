/** RSA keys that decrypt pre-master secrets, by node:crypto: constant-time up to the raw block, of which the padding is looked at in src. */
import { constants, createPrivateKey, type KeyObject, privateDecrypt, X509Certificate } from "node:crypto";
import type { Decrypter, DecryptionKey } from "../../src/crypto/decryption-key.js";
import { DONE } from "../../src/crypto/provider.js";
import { checkDecryptionCertificate, type DecryptionIdentity } from "../../src/keys/decryption-identity.js";
import { type CertificateSource, certificatesFrom } from "./certificates.js";
import { type KeySource, privateKeyFrom } from "./keys.js";

class NodeDecrypter implements Decrypter {
  private readonly key: KeyObject;
  private readonly block: Uint8Array;

  constructor(key: KeyObject, modulusLength: number) {
    this.key = key;
    this.block = new Uint8Array(modulusLength);
  }

  begin(ciphertext: Uint8Array, offset: number, length: number): void {
    const { block, key } = this;
    block.fill(0);
    if (length !== block.length) return;
    try {
      const raw = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, ciphertext.slice(offset, offset + length));
      block.set(raw);
      raw.fill(0);
    } catch {
      // Not below the modulus, which everybody can see: the block stays zeros.
    }
  }

  step(): number {
    return DONE;
  }

  writeBlock(out: Uint8Array, offset: number): void {
    out.set(this.block, offset);
    this.block.fill(0);
  }

  wipe(): void {
    this.block.fill(0);
  }
}

class NodeDecryptionKey implements DecryptionKey {
  readonly modulusLength: number;
  private readonly key: KeyObject;

  constructor(key: KeyObject, modulusLength: number) {
    this.key = key;
    this.modulusLength = modulusLength;
  }

  get constantTime(): boolean {
    return true;
  }

  createDecrypter(): Decrypter {
    return new NodeDecrypter(this.key, this.modulusLength);
  }
}

/** A certificate with keyEncipherment and without digitalSignature, and its key. Throws a RangeError, naming what is wrong. */
export function decryptionIdentity(
  cert: CertificateSource,
  key: KeySource,
  certificateName = "certificate",
  keyName = "private key",
): DecryptionIdentity {
  const certificates = certificatesFrom(cert, certificateName);
  checkDecryptionCertificate(certificates[0] as Uint8Array);
  const { bytes, form, rsa } = privateKeyFrom(key, keyName);
  if (rsa === null) throw new RangeError("RSA key exchange: the private key is no RSA key");
  const object = createPrivateKey({ key: Buffer.from(bytes), format: "der", type: form });
  if (!new X509Certificate(certificates[0] as Uint8Array).checkPrivateKey(object))
    throw new RangeError("RSA key exchange: the private key does not belong to the first certificate");
  return { certificates, key: new NodeDecryptionKey(object, rsa.modulus & 0xffff) };
}
