import type { CertificateChecks, ClientConfig } from "../config.js";
import type { Hash } from "../crypto/provider.js";
import type { Identity } from "../identity.js";

const LENGTH = 32;

/** Parts that a config has, as bits: those that it lacks cost nothing. */
const HAS_TRUST = 1;
const HAS_VERIFY = 2;
const HAS_TIME_POLICY = 4;
const HAS_CHECKS = 8;
const HAS_POLICY = 16;
const HAS_ALPN = 32;
const HAS_IDENTITIES = 64;
const HAS_PSK = 128;
const HAS_TLS12 = 256;

/**
 * SHA-256 over all of a config that decides whether a server is accepted, and over what we show of ourselves: a session that was opened under other
 * rules is not resumed. Lists and texts have their length before them, so that no field can lend bytes to the next. A config of a usual device takes
 * one block or two.
 */
export function clientFingerprint(config: ClientConfig, name: string, policy: string): Uint8Array {
  const { trust, checks, psk, tls12, provider, alpn = NONE, identities = NONE } = config;
  if (trust !== undefined && trust.fingerprint === undefined)
    throw new RangeError("resumption: `trust` has no fingerprint, sessions that it accepted could not be told from those of another");
  if (checks?.verify !== undefined && policy === "")
    throw new RangeError("resumption: give `policy`, a text that changes whenever what checks.verify refuses does");
  const hash = provider.sha256.create();
  const number = new Uint8Array(4);
  hash.reset();
  put(
    hash,
    number,
    (trust === undefined ? 0 : HAS_TRUST) |
      (checks === undefined ? 0 : HAS_CHECKS) |
      (checks?.verify === undefined ? 0 : HAS_VERIFY) |
      (checks?.timePolicy === undefined ? 0 : HAS_TIME_POLICY) |
      (policy === "" ? 0 : HAS_POLICY) |
      (alpn.length === 0 ? 0 : HAS_ALPN) |
      (identities.length === 0 ? 0 : HAS_IDENTITIES) |
      (psk === undefined ? 0 : HAS_PSK) |
      (tls12?.marks === undefined ? 0 : HAS_TLS12),
  );
  if (trust?.fingerprint !== undefined) hash.update(trust.fingerprint, 0, LENGTH);
  putText(hash, name);
  put(hash, number, provider.signatures.length);
  for (let i = 0; i < provider.signatures.length; i++) {
    const { scheme, keyType } = provider.signatures[i];
    put(hash, number, (keyType << 24) | (provider.signatures[i].hash.outputLength << 16) | scheme);
  }
  if (checks !== undefined) putBounds(hash, number, checks);
  if (policy !== "") putText(hash, policy);
  if (alpn.length > 0) put(hash, number, alpn.length);
  for (let i = 0; i < alpn.length; i++) putText(hash, alpn[i]);
  if (identities.length > 0) put(hash, number, identities.length);
  for (let i = 0; i < identities.length; i++) putIdentity(hash, identities[i], config);
  if (psk !== undefined) {
    put(hash, number, (psk.modes << 24) | (psk.hashLength << 16) | psk.identity.length);
    hash.update(psk.identity, 0, psk.identity.length);
  }
  if (tls12?.marks !== undefined) {
    put(hash, number, tls12.marks.length);
    hash.update(tls12.marks, 0, tls12.marks.length);
  }
  const fingerprint = new Uint8Array(LENGTH);
  hash.digest(fingerprint, 0);
  return fingerprint;
}

const NONE: readonly never[] = [];

function putBounds(hash: Hash, number: Uint8Array, checks: CertificateChecks): void {
  put(hash, number, checks.maxCertificates ?? 0);
  put(hash, number, checks.maxCertificateLength ?? 0);
  put(hash, number, checks.maxRsaBits ?? 0);
  put(hash, number, checks.maxNameLength ?? 0);
  put(hash, number, checks.maxConstraintLength ?? 0);
  put(hash, number, checks.maxComparisons ?? 0);
  put(hash, number, checks.maxSignedLength ?? 0);
  put(hash, number, checks.maxParkedLength ?? 0);
  put(hash, number, checks.maxSignatureChecks ?? 0);
  put(hash, number, checks.status === undefined ? -1 : checks.status.policy);
}

/** SHA-256 of its own certificate, which it may have at hand. */
function putIdentity(hash: Hash, { fingerprint, certificates }: Identity, { provider }: ClientConfig): void {
  if (fingerprint !== undefined) {
    hash.update(fingerprint, 0, LENGTH);
    return;
  }
  const own = provider.sha256.create();
  const digest = new Uint8Array(LENGTH);
  own.reset();
  own.update(certificates[0], 0, certificates[0].length);
  own.digest(digest, 0);
  hash.update(digest, 0, LENGTH);
}

/** Length in 2 bytes, then the characters: names are ASCII, and of other texts each character is two bytes behind a length that says so. */
function putText(hash: Hash, text: string): void {
  const { length } = text;
  let wide = 0;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) > 0x7f) wide = 1;
  const bytes = new Uint8Array(2 + (length << wide));
  const marked = length | (wide << 15);
  bytes[0] = marked >> 8;
  bytes[1] = marked;
  for (let i = 0, at = 2; i < length; i++) {
    const c = text.charCodeAt(i);
    if (wide === 1) bytes[at++] = c >> 8;
    bytes[at++] = c;
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
