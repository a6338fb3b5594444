/** An Identity from DER: certificates and private key are held against each other before anything is served with them. */
import type { HashAlgorithm, SignedContent } from "../crypto/provider.js";
import type { Identity, Signer, SigningKey } from "../identity.js";
import { certificateParts } from "./certificate-parts.js";
import { keyTypeName } from "./key-algorithms.js";
import type { KeySupport } from "./key-support.js";
import { type PrivateKey, parsePrivateKey } from "./private-key.js";

export interface IdentitySource {
  /** DER, the end entity's certificate first, then each one's issuer. */
  readonly certificates: readonly Uint8Array[];
  /** DER: PKCS#8, ECPrivateKey or RSAPrivateKey. Used where it is, not copied. */
  readonly key: Uint8Array;
  /** The key types that can sign here: p256Keys, rsaKeys. */
  readonly keys: readonly KeySupport[];
  /** The provider's SHA-256. */
  readonly sha256: HashAlgorithm;
}

function supportOf(keys: readonly KeySupport[], keyType: number): KeySupport {
  for (let i = 0; i < keys.length; i++) if (keys[i]!.keyType === keyType) return keys[i]!;
  throw new RangeError(`private key: ${keyTypeName(keyType)} keys cannot sign here`);
}

/**
 * Whether a certificate's public key is that of `key`; the public key is made from the private one, for P-256 by a multiplication of the base
 * point. Throws a RangeError where the DER is no certificate, or `keys` has no support for the key's type.
 */
export function matchesCertificate(key: PrivateKey, certificate: Uint8Array, keys: readonly KeySupport[]): boolean {
  const parts = certificateParts(certificate, "certificate");
  const support = supportOf(keys, key.keyType);
  return parts.keyType === key.keyType && support.matches(key, certificate, parts.publicKey >> 16, parts.publicKey & 0xffff);
}

/** SHA-256 of each certificate's issuer Name, as a server's certificate_authorities are compared with (Identity.issuers). */
export function issuerHashes(certificates: readonly Uint8Array[], sha256: HashAlgorithm): Uint8Array[] {
  const hash = sha256.create();
  const issuers: Uint8Array[] = [];
  for (let i = 0; i < certificates.length; i++) {
    const { issuer } = certificateParts(certificates[i]!, `certificate ${i + 1}`);
    const name = new Uint8Array(sha256.outputLength);
    hash.reset();
    hash.update(certificates[i]!, issuer >> 16, issuer & 0xffff);
    hash.digest(name, 0);
    issuers.push(name);
  }
  return issuers;
}

function digestOf(certificate: Uint8Array, sha256: HashAlgorithm): Uint8Array {
  const hash = sha256.create();
  const digest = new Uint8Array(sha256.outputLength);
  hash.reset();
  hash.update(certificate, 0, certificate.length);
  hash.digest(digest, 0);
  return digest;
}

/** Throws a RangeError that says what is wrong: no certificate, malformed ones, a key that is damaged, not supported or another's. */
export function identityFrom(source: IdentitySource): Identity {
  const { certificates, keys, sha256 } = source;
  if (certificates.length === 0) throw new RangeError("identity: there is no certificate");
  const issuers = issuerHashes(certificates, sha256);
  const key = parsePrivateKey(source.key);
  const support = supportOf(keys, key.keyType);
  if (!matchesCertificate(key, certificates[0]!, keys)) throw new RangeError(mismatchReason(key, certificates));
  return { certificates, key: new MemoryKey(support, key), issuers, fingerprint: digestOf(certificates[0]!, sha256) };
}

/** Why a key and the first certificate do not go together. */
export function mismatchReason(key: PrivateKey, certificates: readonly Uint8Array[]): string {
  const { keyType } = certificateParts(certificates[0]!, "certificate");
  if (keyType === key.keyType) return "identity: the private key does not belong to the first certificate";
  const other = keyType === 0 ? "of another type" : keyTypeName(keyType);
  return `identity: the private key is ${keyTypeName(key.keyType)}, the key of the first certificate is ${other}`;
}

/** A private key in memory. */
class MemoryKey implements SigningKey {
  readonly schemes: readonly number[];
  readonly maxSignature: number;
  private readonly support: KeySupport;
  private readonly key: PrivateKey;

  constructor(support: KeySupport, key: PrivateKey) {
    const { schemes, maxSignature } = support.createSigner(key);
    this.schemes = schemes;
    this.maxSignature = maxSignature;
    this.support = support;
    this.key = key;
  }

  createSigner(): Signer {
    return this.support.createSigner(this.key);
  }

  createContent(scheme: number): SignedContent | null {
    return this.support.createSigner(this.key).createContent?.(scheme) ?? null;
  }
}
