/** Identities from certificates and private keys in PEM or DER. The keys stay with node:crypto, which signs. */
import { constants, createPrivateKey, type KeyObject, sign, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  ecdsa_secp256r1_sha256,
  ecdsa_secp384r1_sha384,
  ecdsa_secp521r1_sha512,
  ed25519,
  rsa_pss_rsae_sha256,
  rsa_pss_rsae_sha384,
  rsa_pss_rsae_sha512,
} from "../../src/constants.js";
import { DONE } from "../../src/crypto/provider.js";
import type { Identity, Signer } from "../../src/identity.js";
import { type CertificateSource, certificatesFrom } from "./certificates.js";
import { parsePem } from "./pem.js";

const HASHES: Readonly<Record<number, string | null>> = {
  [ecdsa_secp256r1_sha256]: "sha256",
  [ecdsa_secp384r1_sha384]: "sha384",
  [ecdsa_secp521r1_sha512]: "sha512",
  [rsa_pss_rsae_sha256]: "sha256",
  [rsa_pss_rsae_sha384]: "sha384",
  [rsa_pss_rsae_sha512]: "sha512",
  [ed25519]: null,
};

class NodeSigner implements Signer {
  readonly schemes: readonly number[];
  readonly maxSignature: number;
  private readonly key: KeyObject;
  private signature: Uint8Array | null = null;

  constructor(key: KeyObject, schemes: readonly number[], maxSignature: number) {
    this.key = key;
    this.schemes = schemes;
    this.maxSignature = maxSignature;
  }

  begin(scheme: number, content: Uint8Array, offset: number, length: number): void {
    const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
    const key = this.key.asymmetricKeyType === "rsa" ? { key: this.key, ...padding } : { key: this.key, dsaEncoding: "der" as const };
    this.signature = sign(HASHES[scheme] ?? null, content.subarray(offset, offset + length), key);
  }

  step(_budget: number): number {
    return DONE;
  }

  writeSignature(out: Uint8Array, offset: number): number {
    if (this.signature === null) throw new Error("writeSignature() before begin()");
    out.set(this.signature, offset);
    return this.signature.length;
  }
}

function signerFor(key: KeyObject, source: string): Signer {
  const { namedCurve = "", modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case "ec":
      if (namedCurve === "prime256v1") return new NodeSigner(key, [ecdsa_secp256r1_sha256], 72);
      if (namedCurve === "secp384r1") return new NodeSigner(key, [ecdsa_secp384r1_sha384], 104);
      if (namedCurve === "secp521r1") return new NodeSigner(key, [ecdsa_secp521r1_sha512], 141);
      throw new Error(`${source}: a key on the curve ${namedCurve}; P-256, P-384 and P-521 may be`);
    case "rsa":
      return new NodeSigner(key, [rsa_pss_rsae_sha256, rsa_pss_rsae_sha384, rsa_pss_rsae_sha512], modulusLength / 8);
    case "ed25519":
      return new NodeSigner(key, [ed25519], 64);
    default:
      throw new Error(`${source}: a key of type ${key.asymmetricKeyType}; EC, RSA and Ed25519 may be`);
  }
}

function privateKeyFrom(data: CertificateSource, source: string): KeyObject {
  const text = typeof data === "string" ? data : Buffer.from(data).toString("latin1");
  if (typeof data !== "string" && data[0] === 0x30) {
    for (const type of ["pkcs8", "sec1", "pkcs1"] as const) {
      try {
        return createPrivateKey({ key: Buffer.from(data), format: "der", type });
      } catch {
        // another form
      }
    }
    throw new Error(`${source}: not a private key in DER (PKCS#8, SEC1 or PKCS#1)`);
  }
  const blocks = parsePem(text, source);
  const keys = blocks.filter(({ label }) => label.endsWith("PRIVATE KEY"));
  if (keys.length === 0) throw new Error(`${source}: holds no private key (no -----BEGIN PRIVATE KEY-----, and not DER)`);
  const [block] = keys;
  if (block === undefined || block.label === "ENCRYPTED PRIVATE KEY")
    throw new Error(`${source}: the private key is encrypted; decrypt it first, as with openssl pkey -in FILE -out PLAIN`);
  try {
    return createPrivateKey({ key: text, format: "pem" });
  } catch (error) {
    throw new Error(`${source}: the private key cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** Throws an Error that names the source, for what cannot be used and for a key that is not the certificate's. */
export function identityFrom(cert: CertificateSource, key: CertificateSource, certName = "cert", keyName = "key"): Identity {
  const certificates = certificatesFrom(cert, certName);
  const privateKey = privateKeyFrom(key, keyName);
  let leaf: X509Certificate;
  try {
    leaf = new X509Certificate(certificates[0] as Uint8Array);
  } catch {
    throw new Error(`${certName}: the first certificate cannot be read`);
  }
  if (!leaf.checkPrivateKey(privateKey)) throw new Error(`${keyName}: this key does not belong to the first certificate of ${certName}`);
  return { certificates, signer: signerFor(privateKey, keyName) };
}

export function identityFromFiles(certPath: string, keyPath: string): Identity {
  return identityFrom(readFile(certPath), readFile(keyPath), certPath, keyPath);
}

function readFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}
