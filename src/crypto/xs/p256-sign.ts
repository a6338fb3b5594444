import { ecdsa_secp256r1_sha256 } from "../../constants.js";
import { type EcdsaScheme, EcdsaSigner } from "./ecdsa-sign.js";
import { N, P } from "./p256-curve.js";
import { DIGIT_BYTES, P256Walk, writeBaseDigits } from "./p256-walk.js";
import type { Walk } from "./prime-curve.js";
import { sha256 } from "./sha256.js";

const SCHEME: EcdsaScheme = {
  scheme: ecdsa_secp256r1_sha256,
  name: "P-256",
  hash: sha256,
  p: P,
  n: N,
  size: 32,
  digitBytes: DIGIT_BYTES,
  walk(digits: Uint8Array, v: bigint): Walk {
    writeBaseDigits(v, digits);
    return new P256Walk(digits, null, false);
  },
};

/** A P-256 private key in memory that signs with ecdsa_secp256r1_sha256. */
export class P256Signer extends EcdsaSigner {
  /** The key has 32 octets; extra: see EcdsaSigner. */
  constructor(key: Uint8Array, at: number, extra: number = SCHEME.size) {
    super(SCHEME, key, at, extra);
  }
}
