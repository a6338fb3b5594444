/** OCSP responses for tests (RFC 6960 §4.2): a right one about makeChain()'s leaf, of which each field can be replaced. Signed on P-256. */
import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import * as der from "./der.js";
import { algorithmIdentifier, commonName, ECDSA_WITH_SHA256, NOW, sign, type TestKey, testKey } from "./pki.js";

export const ID_SHA1 = "1.3.14.3.2.26";
export const ID_SHA256 = "2.16.840.1.101.3.4.2.1";
export const ID_BASIC = "1.3.6.1.5.5.7.48.1.1";
export const OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
export const ID_NOCHECK = "1.3.6.1.5.5.7.48.1.5";
export const ID_NONCE = "1.3.6.1.5.5.7.48.1.2";
export const ID_TLS_FEATURE = "1.3.6.1.5.5.7.1.24";

export const HOUR = 3600;

const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`);

/** GeneralizedTime, which OCSP has for all years. */
export function generalTime(seconds: number): Uint8Array {
  const d = new Date(seconds * 1000);
  const day = `${d.getUTCFullYear()}${two(d.getUTCMonth() + 1)}${two(d.getUTCDate())}`;
  return der.generalizedTime(`${day}${two(d.getUTCHours())}${two(d.getUTCMinutes())}${two(d.getUTCSeconds())}Z`);
}

export const good = (): Uint8Array => der.implicit(0, new Uint8Array(0));
export const unknown = (): Uint8Array => der.implicit(2, new Uint8Array(0));
export const revoked = (at: number, reason: number | null = null): Uint8Array =>
  der.explicit(1, generalTime(at), ...(reason === null ? [] : [der.explicit(0, der.tlv(0x0a, Uint8Array.of(reason)))]));

export const byName = (name: Uint8Array): Uint8Array => der.explicit(1, name);
export const byKey = (key: TestKey): Uint8Array => der.explicit(2, der.octetString(sha1(key.publicKey)));

/** The issuer, as a CertID names it. */
export interface CertIdFields {
  algorithm: Uint8Array;
  hash: (bytes: Uint8Array) => Uint8Array;
  name: Uint8Array;
  key: Uint8Array;
  serial: Uint8Array;
}

export function certId(fields: Partial<CertIdFields> = {}): Uint8Array {
  const { algorithm, hash, name, key, serial } = {
    algorithm: algorithmIdentifier(ID_SHA1, der.nullValue()),
    hash: sha1,
    name: commonName("Test Issuer 1"),
    key: testKey("issuer 1").publicKey,
    serial: der.integer(1000),
    ...fields,
  };
  return der.sequence(algorithm, der.octetString(hash(name)), der.octetString(hash(key)), serial);
}

export const SHA256_ID: Partial<CertIdFields> = { algorithm: algorithmIdentifier(ID_SHA256), hash: sha256 };

export interface SingleFields {
  certId: Uint8Array;
  status: Uint8Array;
  thisUpdate: Uint8Array;
  /** [0] around it; null: none. */
  nextUpdate: Uint8Array | null;
  extensions: Uint8Array;
}

export function single(fields: Partial<SingleFields> = {}): Uint8Array {
  const all: SingleFields = {
    certId: certId(),
    status: good(),
    thisUpdate: generalTime(NOW - HOUR),
    nextUpdate: generalTime(NOW + 48 * HOUR),
    extensions: new Uint8Array(0),
    ...fields,
  };
  const next = all.nextUpdate === null ? [] : [der.explicit(0, all.nextUpdate)];
  return der.sequence(all.certId, all.status, all.thisUpdate, ...next, all.extensions);
}

export interface ResponseFields {
  responseStatus: Uint8Array;
  responseType: Uint8Array;
  version: Uint8Array;
  responder: Uint8Array;
  producedAt: Uint8Array;
  responses: readonly Uint8Array[];
  extensions: Uint8Array;
  algorithm: Uint8Array;
  signer: TestKey;
  /** The BIT STRING, or what makes it of the tbsResponseData; null: signed right by `signer`. */
  signature: Uint8Array | ((tbs: Uint8Array) => Uint8Array) | null;
  certs: readonly Uint8Array[];
  tail: Uint8Array;
}

export function response(fields: Partial<ResponseFields> = {}): Uint8Array {
  const nothing = new Uint8Array(0);
  const all: ResponseFields = {
    responseStatus: der.tlv(0x0a, Uint8Array.of(0)),
    responseType: der.oid(ID_BASIC),
    version: nothing,
    responder: byName(commonName("Test Issuer 1")),
    producedAt: generalTime(NOW - HOUR),
    responses: [single()],
    extensions: nothing,
    algorithm: algorithmIdentifier(ECDSA_WITH_SHA256),
    signer: testKey("issuer 1"),
    signature: null,
    certs: [],
    tail: nothing,
    ...fields,
  };
  const tbs = der.sequence(all.version, all.responder, all.producedAt, der.sequence(...all.responses), all.extensions);
  const certs = all.certs.length === 0 ? [] : [der.explicit(0, der.sequence(...all.certs))];
  const { signature } = all;
  const signed = typeof signature === "function" ? signature(tbs) : (signature ?? der.bitString(sign(all.signer, tbs)));
  const basic = der.sequence(tbs, all.algorithm, signed, ...certs);
  return der.sequence(all.responseStatus, der.explicit(0, der.sequence(all.responseType, der.octetString(basic))), all.tail);
}

/** CertificateStatus (RFC 6066 §8), as extension_data has it. */
export function certificateStatus(ocsp: Uint8Array, type = 1): Uint8Array {
  const n = ocsp.length;
  return der.concat(Uint8Array.of(type, n >> 16, (n >> 8) & 255, n & 255), ocsp);
}
