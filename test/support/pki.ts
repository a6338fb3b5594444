/**
 * Certificates for tests: any shape and misshape, signed on P-256 with keys that are made from a label, so that every run on every engine
 * makes the same bytes. `makeChain` gives a right chain; each field of each certificate can be replaced.
 */
import { p256 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { TrustAnchor } from "../../src/x509/trust.js";
import * as der from "./der.js";

/** 2025-06-01T00:00:00Z: the time at which the certificates of this file are looked at. */
export const NOW = 1748736000;
export const DAY = 86400;

export interface TestKey {
  readonly secretKey: Uint8Array;
  /** Uncompressed point, 65 bytes. */
  readonly publicKey: Uint8Array;
  /** DER SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
}

export const ID_EC_PUBLIC_KEY = "1.2.840.10045.2.1";
export const PRIME256V1 = "1.2.840.10045.3.1.7";
export const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";

const keys = new Map<string, TestKey>();

/** The P-256 key that belongs to a label. */
export function testKey(label: string): TestKey {
  let key = keys.get(label);
  if (!key) {
    const secretKey = sha256(der.ascii(`thimble test key ${label}`));
    const publicKey = p256.getPublicKey(secretKey, false);
    key = { secretKey, publicKey, spki: ecSpki(publicKey) };
    keys.set(label, key);
  }
  return key;
}

export function ecSpki(point: Uint8Array, curve: string = PRIME256V1): Uint8Array {
  return der.sequence(der.sequence(der.oid(ID_EC_PUBLIC_KEY), der.oid(curve)), der.bitString(point));
}

/** DER Ecdsa-Sig-Value over SHA-256 of the message. */
export function sign(key: TestKey, message: Uint8Array): Uint8Array {
  return signDigest(key, sha256(message));
}

/** DER Ecdsa-Sig-Value over a digest that is there already. */
export function signDigest(key: TestKey, digest: Uint8Array): Uint8Array {
  const compact = p256.sign(digest, key.secretKey, { prehash: false, lowS: false });
  return der.sequence(derUnsigned(compact.subarray(0, 32)), derUnsigned(compact.subarray(32)));
}

function derUnsigned(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const rest = bytes.slice(start);
  return der.integer(rest[0]! >= 0x80 ? der.concat(Uint8Array.of(0), rest) : rest);
}

/** A Name of one commonName. */
export function commonName(text: string): Uint8Array {
  return der.sequence(der.set(der.sequence(der.oid("2.5.4.3"), der.utf8String(text))));
}

export function algorithmIdentifier(oid: string, ...parameters: readonly Uint8Array[]): Uint8Array {
  return der.sequence(der.oid(oid), ...parameters);
}

/** An Extension; `value` is the DER that goes into the OCTET STRING. */
export function extension(oid: string, value: Uint8Array, critical = false): Uint8Array {
  return der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octetString(value));
}

export function basicConstraints(ca: boolean, pathLength: number | null = null, critical = true): Uint8Array {
  const parts = ca ? [der.boolean(true)] : [];
  if (pathLength !== null) parts.push(der.integer(pathLength));
  return extension("2.5.29.19", der.sequence(...parts), critical);
}

export const DIGITAL_SIGNATURE = 0;
export const KEY_AGREEMENT = 4;
export const KEY_CERT_SIGN = 5;
export const CRL_SIGN = 6;

export function keyUsage(...bits: readonly number[]): Uint8Array {
  return extension("2.5.29.15", der.namedBits(...bits), true);
}

export const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
export const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
export const ANY_PURPOSE = "2.5.29.37.0";

export function extendedKeyUsage(...purposes: readonly string[]): Uint8Array {
  return extension("2.5.29.37", der.sequence(...purposes.map(der.oid)));
}

export const dnsName = (text: string): Uint8Array => der.implicit(2, der.ascii(text));
export const ipAddress = (...octets: readonly number[]): Uint8Array => der.implicit(7, Uint8Array.of(...octets));

export function subjectAltName(...names: readonly Uint8Array[]): Uint8Array {
  return extension("2.5.29.17", der.sequence(...names));
}

/** All that a certificate is made of. What is a Uint8Array is the field's DER, taken as it is; null leaves the field out. */
export interface CertificateFields {
  version: Uint8Array | null;
  serial: Uint8Array;
  innerAlgorithm: Uint8Array;
  issuer: Uint8Array;
  /** Seconds since 1970, or the DER of the Time. */
  notBefore: number | Uint8Array;
  notAfter: number | Uint8Array;
  subject: Uint8Array;
  spki: Uint8Array;
  /** Between SubjectPublicKeyInfo and the extensions: the unique identifiers. */
  uniqueIds: Uint8Array;
  /** Extension elements; null: no extensions field; [] : an empty one. */
  extensions: readonly Uint8Array[] | null;
  /** Behind the extensions, inside the TBSCertificate. */
  tbsTail: Uint8Array;
  outerAlgorithm: Uint8Array;
  /** The BIT STRING; null: signed right. */
  signature: Uint8Array | null;
  /** Behind the signature, inside the Certificate. */
  tail: Uint8Array;
  /** The key that signs. */
  signer: TestKey;
}

/** The DER of one certificate. */
export function makeCertificate(fields: CertificateFields): Uint8Array {
  const notBefore = typeof fields.notBefore === "number" ? der.time(fields.notBefore) : fields.notBefore;
  const notAfter = typeof fields.notAfter === "number" ? der.time(fields.notAfter) : fields.notAfter;
  const tbs = der.sequence(
    fields.version ?? new Uint8Array(0),
    fields.serial,
    fields.innerAlgorithm,
    fields.issuer,
    der.sequence(notBefore, notAfter),
    fields.subject,
    fields.spki,
    fields.uniqueIds,
    ...(fields.extensions ? [der.explicit(3, der.sequence(...fields.extensions))] : []),
    fields.tbsTail,
  );
  return der.sequence(tbs, fields.outerAlgorithm, fields.signature ?? der.bitString(sign(fields.signer, tbs)), fields.tail);
}

/** What all certificates of a right chain have in common. */
export function baseFields(): CertificateFields {
  const nothing = new Uint8Array(0);
  return {
    version: der.explicit(0, der.integer(2)),
    serial: der.integer(der.fromHex("01 23 45 67 89 ab cd ef")),
    innerAlgorithm: algorithmIdentifier(ECDSA_WITH_SHA256),
    issuer: commonName("nobody"),
    notBefore: NOW - 30 * DAY,
    notAfter: NOW + 60 * DAY,
    subject: commonName("nobody"),
    spki: testKey("nobody").spki,
    uniqueIds: nothing,
    extensions: [],
    tbsTail: nothing,
    outerAlgorithm: algorithmIdentifier(ECDSA_WITH_SHA256),
    signature: null,
    tail: nothing,
    signer: testKey("nobody"),
  };
}

/** A trust anchor from its Name and SubjectPublicKeyInfo. */
export function anchorOf(name: Uint8Array, spki: Uint8Array): TrustAnchor {
  return { nameHash: sha256(name), publicKeyInfo: spki };
}

export interface ChainOptions {
  /** DNS name of the leaf's subjectAltName. Default "device.example". */
  host?: string;
  /** Instead of the dNSName of `host`: GeneralName elements. */
  names?: readonly Uint8Array[];
  /** Number of intermediates between root and leaf. Default 1. */
  intermediates?: number;
  /** Replaced fields of the leaf. */
  leaf?: Partial<CertificateFields>;
  /** Replaced fields of each intermediate, the one that issued the leaf first. */
  issuers?: readonly (Partial<CertificateFields> | undefined)[];
  /** Replaced fields of the root's own certificate. */
  root?: Partial<CertificateFields>;
}

export interface TestChain {
  /** As a TLS server sends it: leaf, then each issuer; without the root. */
  readonly chain: Uint8Array[];
  /** The root's self-signed certificate. */
  readonly root: Uint8Array;
  readonly anchor: TrustAnchor;
  readonly leafKey: TestKey;
  readonly host: string;
}

/** Extensions of a right leaf for a TLS server. */
export function leafExtensions(names: readonly Uint8Array[]): Uint8Array[] {
  return [basicConstraints(false), keyUsage(DIGITAL_SIGNATURE), extendedKeyUsage(SERVER_AUTH, CLIENT_AUTH), subjectAltName(...names)];
}

/** Extensions of a right intermediate. */
export function issuerExtensions(pathLength: number | null = null): Uint8Array[] {
  return [basicConstraints(true, pathLength), keyUsage(KEY_CERT_SIGN, CRL_SIGN)];
}

/** root → intermediate … → leaf, all right but for what the options replace. Keys: testKey("root"), testKey("issuer 1"), testKey("leaf"). */
export function makeChain(options: ChainOptions = {}): TestChain {
  const host = options.host ?? "device.example";
  const count = options.intermediates ?? 1;
  const nameOf = (i: number): Uint8Array => commonName(i === 0 ? host : i > count ? "Test Root" : `Test Issuer ${i}`);
  const keyOf = (i: number): TestKey => testKey(i === 0 ? "leaf" : i > count ? "root" : `issuer ${i}`);
  const chain: Uint8Array[] = [];
  for (let i = 0; i <= count; i++) {
    const replaced = i === 0 ? options.leaf : options.issuers?.[i - 1];
    chain.push(
      makeCertificate({
        ...baseFields(),
        serial: der.integer(1000 + i),
        issuer: nameOf(i + 1),
        subject: nameOf(i),
        spki: keyOf(i).spki,
        signer: keyOf(i + 1),
        extensions: i === 0 ? leafExtensions(options.names ?? [dnsName(host)]) : issuerExtensions(),
        ...replaced,
      }),
    );
  }
  const rootName = nameOf(count + 1);
  const rootKey = testKey("root");
  const rootFields = {
    ...baseFields(),
    issuer: rootName,
    subject: rootName,
    spki: rootKey.spki,
    signer: rootKey,
    extensions: issuerExtensions(),
    ...options.root,
  };
  return {
    chain,
    root: makeCertificate(rootFields),
    anchor: anchorOf(rootFields.subject, rootFields.spki),
    leafKey: testKey("leaf"),
    host,
  };
}
