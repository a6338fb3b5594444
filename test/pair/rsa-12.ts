// Certificates with an RSA key.
import * as der from "../support/der.js";
import {
  basicConstraints,
  dnsName,
  extendedKeyUsage,
  keyUsage,
  makeChain,
  SERVER_AUTH,
  subjectAltName,
  type TestChain,
} from "../support/pki.js";
import { MODULUS_2048, publicKeyDer } from "../support/rsa-keys.js";
import { SERVER_NAME } from "./fixture.js";

/** Bits of keyUsage. */
export const CONTENT_COMMITMENT = 1;
export const KEY_ENCIPHERMENT = 2;

const RSA_KEY = publicKeyDer(MODULUS_2048, 65537n);
const RSA_SPKI = der.sequence(der.sequence(der.oid("1.2.840.113549.1.1.1"), der.nullValue()), der.bitString(RSA_KEY));

/** A chain on P-256 whose leaf has the RSA key, with these bits of keyUsage; null: none. */
export function rsaChain(usage: readonly number[] | null, host = SERVER_NAME, purpose = SERVER_AUTH): TestChain {
  return makeChain({
    host,
    leaf: {
      spki: RSA_SPKI,
      extensions: [
        basicConstraints(false),
        ...(usage === null ? [] : [keyUsage(...usage)]),
        extendedKeyUsage(purpose),
        subjectAltName(dnsName(host)),
      ],
    },
  });
}
