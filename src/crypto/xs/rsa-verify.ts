/** RSA signature verification (RFC 8017 §8.1.2, §8.2.2), in steps. All values are public. */
import { DONE, type HashAlgorithm, PENDING, type Verifier } from "../provider.js";
import { readBigEndian } from "./bigint-bytes.js";
import { Pss } from "./rsa-pss.js";
import { RsaPublic } from "./rsa-public.js";

const ONE = 1n;
const TWO = 2n;

/** RSASSA-PKCS1-v1_5. */
export class RsaPkcs1Verifier implements Verifier {
  private readonly prefix: bigint;
  private readonly prefixLength: number;
  private readonly digest: Uint8Array;
  private readonly power: RsaPublic;
  private good: boolean;

  /** prefix: DigestInfo in DER but for the digest at its end (RFC 8017 §9.2 note 1), and its octets. */
  constructor(hash: HashAlgorithm, prefix: bigint, prefixLength: number) {
    this.prefix = prefix;
    this.prefixLength = prefixLength;
    this.digest = new Uint8Array(hash.outputLength);
    this.power = new RsaPublic();
    this.good = false;
  }

  begin(
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    digest: Uint8Array,
    digestOffset: number,
    digestLength: number,
    signature: Uint8Array,
    signatureOffset: number,
    signatureLength: number,
  ): void {
    this.good = false;
    if (digestLength !== this.digest.length) {
      this.power.clear();
      return;
    }
    for (let i = 0; i < digestLength; i++) this.digest[i] = digest[digestOffset + i]!;
    beginPower(this.power, key, keyOffset, keyLength, signature, signatureOffset, signatureLength);
  }

  step(budget: number): number {
    const power = this.power;
    if (power.finished()) return DONE;
    power.run(budget);
    if (!power.finished()) return PENDING;
    // Neither is a constant in flash, which XS could not compare.
    this.good = power.take() === this.expected();
    power.clear();
    return DONE;
  }

  valid(): boolean {
    return this.good;
  }

  /**
   * The encoded message (§9.2: 0, 1, octets 0xff, 0, DigestInfo), made anew as a number and compared as a whole: nothing in the signature's is ever
   * parsed.
   */
  private expected(): bigint {
    const digest = this.digest;
    const length = digest.length;
    const behind = this.prefixLength + length + 1;
    const padding = ((TWO << BigInt(8 * (this.power.octets - 2 - behind))) - ONE) << BigInt(8 * behind);
    return padding | (this.prefix << BigInt(8 * length)) | readBigEndian(digest, 0, length);
  }
}

/** RSASSA-PSS. */
export class RsaPssVerifier implements Verifier {
  private readonly hash: HashAlgorithm;
  private readonly power: RsaPublic;
  private pss: Pss | null;
  private good: boolean;

  constructor(hash: HashAlgorithm) {
    this.hash = hash;
    this.power = new RsaPublic();
    this.pss = null;
    this.good = false;
  }

  begin(
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    digest: Uint8Array,
    digestOffset: number,
    digestLength: number,
    signature: Uint8Array,
    signatureOffset: number,
    signatureLength: number,
  ): void {
    const power = this.power;
    this.good = false;
    this.pss = null;
    if (digestLength !== this.hash.outputLength) power.clear();
    else beginPower(power, key, keyOffset, keyLength, signature, signatureOffset, signatureLength);
    if (power.finished()) return;
    this.pss = new Pss(this.hash, power.bits, digest, digestOffset);
  }

  step(budget: number): number {
    const pss = this.pss;
    if (pss === null) return DONE;
    const power = this.power;
    let left = budget;
    if (!power.finished()) {
      left = power.run(left);
      if (!power.finished()) return PENDING;
      pss.beginCheck(power.take());
      power.clear();
    }
    pss.run(left);
    if (!pss.finished()) return PENDING;
    this.good = pss.valid();
    this.pss = null;
    return DONE;
  }

  valid(): boolean {
    return this.good;
  }
}

/** Begins signature^e, if key and signature are fit for it: the signature has the modulus' length and is below it. */
function beginPower(
  power: RsaPublic,
  key: Uint8Array,
  keyOffset: number,
  keyLength: number,
  signature: Uint8Array,
  signatureOffset: number,
  signatureLength: number,
): void {
  if (!power.setKey(key, keyOffset, keyLength) || signatureLength !== power.octets) return;
  const s = readBigEndian(signature, signatureOffset, signatureLength);
  if (s < power.modulus) power.begin(s);
}
