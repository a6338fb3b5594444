import { ecdsa_secp384r1_sha384 } from "../../constants.js";
import { NO_TABLE } from "./bigint-bytes.js";
import { type EcdsaScheme, EcdsaSigner } from "./ecdsa-sign.js";
import { p384 } from "./p384.js";
import type { Walk } from "./prime-curve.js";
import { sha384 } from "./sha384.js";

const ZERO = 0n;

const SCHEME: EcdsaScheme = {
  scheme: ecdsa_secp384r1_sha384,
  name: "P-384",
  hash: sha384,
  p: p384.p,
  n: p384.n,
  size: p384.size,
  digitBytes: p384.digitBytes,
  walk(digits: Uint8Array, v: bigint): Walk {
    return p384.walk(digits, NO_TABLE, ZERO, v, false);
  },
};

/** A P-384 private key in memory that signs with ecdsa_secp384r1_sha384. */
export class P384Signer extends EcdsaSigner {
  /** The key has 48 octets; extra: see EcdsaSigner. */
  constructor(key: Uint8Array, at: number, extra: number = SCHEME.size) {
    super(SCHEME, key, at, extra);
  }
}
