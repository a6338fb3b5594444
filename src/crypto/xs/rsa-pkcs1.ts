/** EMSA-PKCS1-v1_5 (RFC 8017 §9.2): 0, 1, octets 0xff, 0, DigestInfo. */
import { readBigEndian } from "./bigint-bytes.js";

const ONE = 1n;
const TWO = 2n;

/** DigestInfo in DER without the digest at its end (§9.2 note 1): 19 octets each. */
export const SHA256_INFO = 0x3031300d060960864801650304020105000420n;
export const SHA384_INFO = 0x3041300d060960864801650304020205000430n;
export const SHA512_INFO = 0x3051300d060960864801650304020305000440n;
const INFO_OCTETS = 19;

/** The encoded message for a modulus of `octets`, as a number. */
export function encodePkcs1(info: bigint, digest: Uint8Array, octets: number): bigint {
  const { length } = digest;
  const behind = INFO_OCTETS + length + 1;
  const padding = ((TWO << BigInt(8 * (octets - 2 - behind))) - ONE) << BigInt(8 * behind);
  return padding | (info << BigInt(8 * length)) | readBigEndian(digest, 0, length);
}

/** For a signer: there is nothing to compute in steps. */
export class Pkcs1Encoding {
  /** A number as long as the modulus may be written here, up to the end. */
  readonly bytes: Uint8Array;
  readonly start: number;
  private readonly encoded: bigint;

  constructor(info: bigint, bits: number, digest: Uint8Array) {
    const octets = (bits + 7) >> 3;
    this.bytes = new Uint8Array((octets + 7) & -8);
    this.start = 0;
    this.encoded = encodePkcs1(info, digest, octets);
  }

  run(budget: number): number {
    return budget;
  }

  finished(): boolean {
    return true;
  }

  message(): bigint {
    return this.encoded;
  }

  wipe(): void {
    this.bytes.fill(0);
  }
}
