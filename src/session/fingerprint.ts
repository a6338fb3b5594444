import type { CertificateChecks, ClientConfig } from "../config.js";
import type { Hash } from "../crypto/provider.js";
import type { Identity } from "../identity.js";

const LENGTH = 32;

/** Parts that a fingerprint may lack, as bits. */
const HAS_TRUST = 1;
const HAS_VERIFY = 2;
const HAS_TIME_POLICY = 4;
const HAS_PSK = 8;

/**
 * SHA-256 over all of a config that decides whether a server is accepted, and over what we show of ourselves: a session that was opened under other
 * rules is not resumed. Lists and texts have their length before them, so that no field can lend bytes to the next.
 */
export function clientFingerprint(config: ClientConfig, name: string, policy: string): Uint8Array {
  const { trust, checks, psk, provider, alpn, identities } = config;
  const hash = provider.sha256.create();
  hash.reset();
  if (trust !== undefined && trust.fingerprint === undefined)
    throw new RangeError("resumption: `trust` has no fingerprint, sessions that it accepted could not be told from those of another");
  if (checks?.verify !== undefined && policy === "")
    throw new RangeError("resumption: give `policy`, a text that changes whenever what checks.verify refuses does");
  const parts =
    (trust === undefined ? 0 : HAS_TRUST) |
    (checks?.verify === undefined ? 0 : HAS_VERIFY) |
    (checks?.timePolicy === undefined ? 0 : HAS_TIME_POLICY) |
    (psk === undefined ? 0 : HAS_PSK);
  const number = new Uint8Array(4);
  put(hash, number, parts);
  if (trust?.fingerprint !== undefined) hash.update(trust.fingerprint, 0, LENGTH);
  putText(hash, number, name);
  putText(hash, number, policy);
  putBounds(hash, number, checks);
  put(hash, number, provider.signatures.length);
  for (let i = 0; i < provider.signatures.length; i++) {
    const { scheme, keyType } = provider.signatures[i];
    put(hash, number, (keyType << 24) | (provider.signatures[i].hash.outputLength << 16) | scheme);
  }
  putList(hash, number, alpn);
  const count = identities === undefined ? 0 : identities.length;
  put(hash, number, count);
  for (let i = 0; i < count; i++) putIdentity(hash, (identities as readonly Identity[])[i], config);
  if (psk !== undefined) {
    put(hash, number, (psk.modes << 24) | (psk.hashLength << 16) | psk.identity.length);
    hash.update(psk.identity, 0, psk.identity.length);
  }
  const fingerprint = new Uint8Array(LENGTH);
  hash.digest(fingerprint, 0);
  return fingerprint;
}

function putBounds(hash: Hash, number: Uint8Array, checks: CertificateChecks | undefined): void {
  put(hash, number, checks?.maxCertificates ?? 0);
  put(hash, number, checks?.maxCertificateLength ?? 0);
  put(hash, number, checks?.maxRsaBits ?? 0);
  put(hash, number, checks?.maxNameLength ?? 0);
  put(hash, number, checks?.maxConstraintLength ?? 0);
  put(hash, number, checks?.maxComparisons ?? 0);
  put(hash, number, checks?.maxSignedLength ?? 0);
  put(hash, number, checks?.maxParkedLength ?? 0);
  put(hash, number, checks?.maxSignatureChecks ?? 0);
}

/** Its fingerprint where it has one, which is SHA-256 of its own certificate. */
function putIdentity(hash: Hash, identity: Identity, config: ClientConfig): void {
  if (identity.fingerprint !== undefined) {
    hash.update(identity.fingerprint, 0, LENGTH);
    return;
  }
  const certificate = identity.certificates[0];
  const own = config.provider.sha256.create();
  const digest = new Uint8Array(LENGTH);
  own.reset();
  own.update(certificate, 0, certificate.length);
  own.digest(digest, 0);
  hash.update(digest, 0, LENGTH);
}

function putList(hash: Hash, number: Uint8Array, list: readonly string[] | undefined): void {
  const count = list === undefined ? 0 : list.length;
  put(hash, number, count);
  for (let i = 0; i < count; i++) putText(hash, number, (list as readonly string[])[i]);
}

function putText(hash: Hash, number: Uint8Array, text: string): void {
  put(hash, number, text.length);
  const bytes = new Uint8Array(2 * text.length);
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    bytes[2 * i] = c >> 8;
    bytes[2 * i + 1] = c;
  }
  hash.update(bytes, 0, bytes.length);
}

function put(hash: Hash, number: Uint8Array, value: number): void {
  number[0] = value >> 24;
  number[1] = value >> 16;
  number[2] = value >> 8;
  number[3] = value;
  hash.update(number, 0, 4);
}
