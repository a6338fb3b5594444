/**
 * Identities from certificate and key files on Node. Long-term private keys sign with node:crypto, which is constant-time; the key's own form and
 * numbers are checked here first, so that what is wrong is told by name and before anything listens.
 */
import {
  constants,
  createPrivateKey,
  createSign,
  type KeyObject,
  type Sign,
  type SignKeyObjectInput,
  sign,
  X509Certificate,
} from "node:crypto";
import {
  ecdsa_secp256r1_sha256,
  ecdsa_secp384r1_sha384,
  ed25519,
  rsa_pkcs1_sha256,
  rsa_pkcs1_sha384,
  rsa_pkcs1_sha512,
  rsa_pss_rsae_sha256,
  rsa_pss_rsae_sha384,
  rsa_pss_rsae_sha512,
} from "../../src/constants.js";
import { DONE, KEY_ED25519, KEY_P256, KEY_P384, KEY_RSA, type SignedContent } from "../../src/crypto/provider.js";
import type { Identity, Signer, SigningKey } from "../../src/identity.js";
import { issuerHashes, mismatchReason } from "../../src/keys/identity-from.js";
import { type PrivateKey, type PrivateKeyForm, parsePrivateKey } from "../../src/keys/private-key.js";
import { type CertificateSource, certificatesFrom, readFile } from "./certificates.js";
import { sha256 } from "./noble/hashes.js";
import { type PemBlock, parsePem } from "./pem.js";

/** PEM text, or the bytes of a PEM or DER file: PKCS#8, ECPrivateKey (SEC1) or RSAPrivateKey (PKCS#1). */
export type KeySource = string | Uint8Array;

const FORMS: Readonly<Record<string, PrivateKeyForm>> = { "PRIVATE KEY": "pkcs8", "EC PRIVATE KEY": "sec1", "RSA PRIVATE KEY": "pkcs1" };

/** What a scheme is for node:crypto. Ed25519 has no hash of its own to name. */
interface Scheme {
  readonly scheme: number;
  readonly hash: string | null;
  readonly options: Omit<SignKeyObjectInput, "key">;
}

const pss = (scheme: number, hash: string): Scheme => ({
  scheme,
  hash,
  options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
});

const pkcs1 = (scheme: number, hash: string): Scheme => ({ scheme, hash, options: { padding: constants.RSA_PKCS1_PADDING } });

const SCHEMES: Readonly<Record<number, readonly Scheme[]>> = {
  [KEY_P256]: [{ scheme: ecdsa_secp256r1_sha256, hash: "sha256", options: { dsaEncoding: "der" } }],
  [KEY_P384]: [{ scheme: ecdsa_secp384r1_sha384, hash: "sha384", options: { dsaEncoding: "der" } }],
  [KEY_RSA]: [
    pss(rsa_pss_rsae_sha256, "sha256"),
    pss(rsa_pss_rsae_sha384, "sha384"),
    pss(rsa_pss_rsae_sha512, "sha512"),
    // TLS 1.2 alone.
    pkcs1(rsa_pkcs1_sha256, "sha256"),
    pkcs1(rsa_pkcs1_sha384, "sha384"),
    pkcs1(rsa_pkcs1_sha512, "sha512"),
  ],
  [KEY_ED25519]: [{ scheme: ed25519, hash: null, options: {} }],
};

/** A key of node:crypto. */
class NodeKey implements SigningKey {
  readonly schemes: readonly number[];
  readonly maxSignature: number;
  private readonly key: KeyObject;
  private readonly choices: readonly Scheme[];

  constructor(key: KeyObject, choices: readonly Scheme[], maxSignature: number) {
    this.key = key;
    this.choices = choices;
    this.schemes = choices.map(({ scheme }) => scheme);
    this.maxSignature = maxSignature;
  }

  createSigner(): Signer {
    return new NodeSigner(this.key, this.choices);
  }

  createContent(scheme: number): SignedContent | null {
    const hash = this.choices.find((choice) => choice.scheme === scheme)?.hash ?? null;
    return hash === null ? null : new NodeContent(hash);
  }
}

/** Content that node:crypto hashes piece by piece. */
class NodeContent implements SignedContent {
  readonly signing: Sign;

  constructor(hash: string) {
    this.signing = createSign(hash);
  }

  update(bytes: Uint8Array, offset: number, length: number): void {
    this.signing.update(bytes.subarray(offset, offset + length));
  }
}

const NO_CONTENT = new Uint8Array(0);

/** Signs at once, in its only step. */
class NodeSigner implements Signer {
  private readonly key: KeyObject;
  private readonly choices: readonly Scheme[];
  private scheme: Scheme | null = null;
  private content: Uint8Array = NO_CONTENT;
  private pieces: NodeContent | null = null;
  private signature: Uint8Array | null = null;

  constructor(key: KeyObject, choices: readonly Scheme[]) {
    this.key = key;
    this.choices = choices;
  }

  begin(scheme: number, content: Uint8Array, offset: number, length: number): void {
    this.scheme = this.choices.find((choice) => choice.scheme === scheme) ?? null;
    if (this.scheme === null) throw new RangeError(`this key cannot sign with scheme ${scheme}`);
    this.content = content.slice(offset, offset + length);
    this.signature = null;
  }

  beginContent(scheme: number, content: SignedContent): void {
    this.begin(scheme, NO_CONTENT, 0, 0);
    this.pieces = content as NodeContent;
  }

  step(_budget: number): number {
    if (this.scheme !== null) {
      const key = { key: this.key, ...this.scheme.options };
      this.signature = this.pieces === null ? sign(this.scheme.hash, this.content, key) : this.pieces.signing.sign(key);
      this.scheme = null;
      this.pieces = null;
    }
    return DONE;
  }

  writeSignature(out: Uint8Array, offset: number): number {
    if (this.signature === null) throw new RangeError("there is no signature");
    const { length } = this.signature;
    out.set(this.signature, offset);
    this.signature = null;
    return length;
  }
}

/** Bytes of the longest signature that a key makes. */
function longestSignature(key: PrivateKey): number {
  switch (key.keyType) {
    case KEY_P256:
      return 72;
    case KEY_P384:
      return 104;
    case KEY_ED25519:
      return 64;
    default:
      return key.rsa === null ? 0 : key.rsa.modulus & 0xffff;
  }
}

/** An error with nothing of the key in it: only reasons of our own. */
function reason(error: unknown): string {
  return error instanceof RangeError ? error.message.replace(/^private key: /, "") : "it cannot be read";
}

function encrypted(where: string): Error {
  return new Error(`${where}: the private key is encrypted; decrypt it first (openssl pkey -in ENCRYPTED -out PLAIN)`);
}

function parse(der: Uint8Array, where: string): PrivateKey {
  try {
    return parsePrivateKey(der);
  } catch (error) {
    throw new Error(`${where}: not a private key that can be used: ${reason(error)}`);
  }
}

/** The one private key in PEM text. What else may stand in such files, certificates and EC PARAMETERS, is passed over. */
function fromPem(text: string, source: string): PrivateKey {
  if (text.includes("Proc-Type: 4,ENCRYPTED")) throw encrypted(source);
  const blocks = parsePem(text, source);
  let found: PemBlock | null = null;
  for (const block of blocks) {
    if (!block.label.endsWith("PRIVATE KEY")) continue;
    if (block.label === "ENCRYPTED PRIVATE KEY") throw encrypted(`${source}, line ${block.line}`);
    if (found !== null) throw new Error(`${source}, line ${block.line}: a second private key; the first is in line ${found.line}`);
    found = block;
  }
  if (found === null) {
    const labels = blocks.map(({ label }) => label).join(", ");
    throw new Error(
      `${source}: holds no private key (${labels === "" ? "no -----BEGIN PRIVATE KEY-----, and not DER" : `only ${labels}`})`,
    );
  }
  const where = `${source}, line ${found.line}`;
  const form = FORMS[found.label];
  if (form === undefined) throw new Error(`${where}: ${found.label} is not supported; convert it (openssl pkey or ssh-keygen -p -m PKCS8)`);
  const key = parse(found.der, where);
  if (key.form !== form) throw new Error(`${where}: what stands under the label ${found.label} is a key of another form (${key.form})`);
  return key;
}

/** The private key in `data`. `source` names it in errors. */
export function privateKeyFrom(data: KeySource, source: string): PrivateKey {
  if (typeof data !== "string" && data[0] === 0x30) return parse(data, source);
  const text = typeof data === "string" ? data : Buffer.from(data).toString("latin1");
  if (text.trim() === "") throw new Error(`${source}: is empty; it must hold a private key (PEM or DER)`);
  return fromPem(text, source);
}

/**
 * An identity from certificates (the end entity's first) and its private key. Throws an Error, one line, where anything is wrong with either or they do
 * not belong together.
 */
export function identityFrom(
  certificates: CertificateSource,
  key: KeySource,
  certificateName = "certificate",
  keyName = "private key",
): Identity {
  const ders = certificatesFrom(certificates, certificateName);
  const parsed = privateKeyFrom(key, keyName);
  let issuers: Uint8Array[];
  let leaf: X509Certificate;
  try {
    issuers = issuerHashes(ders, sha256);
    leaf = new X509Certificate(ders[0] as Uint8Array);
  } catch (error) {
    throw new Error(`${certificateName}: not a certificate that can be used: ${reason(error)}`);
  }
  let object: KeyObject;
  let matches: boolean;
  try {
    object = createPrivateKey({ key: Buffer.from(parsed.bytes), format: "der", type: parsed.form });
    matches = leaf.checkPrivateKey(object);
  } catch {
    throw new Error(`${keyName}: not a private key that node:crypto accepts`);
  }
  if (!matches) throw new Error(`${certificateName}, ${keyName}: ${mismatchReason(parsed, ders).replace("identity: ", "")}`);
  const choices = SCHEMES[parsed.keyType] as readonly Scheme[];
  return { certificates: ders, key: new NodeKey(object, choices, longestSignature(parsed)), issuers };
}

/** An identity from a certificate file and a key file, PEM or DER each. */
export function identityFromFiles(certificatePath: string, keyPath: string): Identity {
  return identityFrom(readFile(certificatePath), readFile(keyPath), certificatePath, keyPath);
}
