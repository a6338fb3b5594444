/** RSA signature verification (RFC 8017 §8.1.2, §8.2.2), in steps. All values are public. */
import { DONE, type HashAlgorithm, PENDING, type Verifier } from "../provider.js";
import { readBigEndian } from "./bigint-bytes.js";
import { Pss } from "./rsa-pss.js";
import { RsaPublic } from "./rsa-public.js";

const ZERO = 0n;
const ONE = 1n;
const TWO = 2n;

/** RSASSA-PKCS1-v1_5: certificates only. */
export class RsaPkcs1Verifier implements Verifier {
  private readonly hash: HashAlgorithm;
  private readonly prefix: bigint;
  private readonly prefixLength: number;
  private readonly power: RsaPublic;
  private expected: bigint;
  private good: boolean;

  /** prefix: DigestInfo in DER but for the digest at its end (RFC 8017 §9.2 note 1), and its octets. */
  constructor(hash: HashAlgorithm, prefix: bigint, prefixLength: number) {
    this.hash = hash;
    this.prefix = prefix;
    this.prefixLength = prefixLength;
    this.power = new RsaPublic();
    this.expected = ZERO;
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
    if (digestLength !== this.hash.outputLength) power.clear();
    else beginPower(power, key, keyOffset, keyLength, signature, signatureOffset, signatureLength);
    if (power.finished()) return;
    // §9.2: 0, 1, octets 0xff, 0, DigestInfo. The message is made anew as a number and compared as a whole: nothing in it is ever parsed.
    const info = (this.prefix << BigInt(8 * digestLength)) | readBigEndian(digest, digestOffset, digestLength);
    const behind = this.prefixLength + digestLength + 1;
    this.expected = (((TWO << BigInt(8 * (power.octets - 2 - behind))) - ONE) << BigInt(8 * behind)) | info;
  }

  step(budget: number): number {
    const power = this.power;
    if (power.finished()) return DONE;
    power.run(budget);
    if (!power.finished()) return PENDING;
    // Neither is a constant in flash.
    this.good = power.result() === this.expected;
    this.expected = ZERO;
    power.clear();
    return DONE;
  }

  valid(): boolean {
    return this.good;
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
    this.pss = new Pss(this.hash);
    this.pss.begin(power.bits, digest, digestOffset);
  }

  step(budget: number): number {
    const pss = this.pss;
    if (pss === null) return DONE;
    const power = this.power;
    let left = budget;
    if (!power.finished()) {
      left = power.run(left);
      if (!power.finished()) return PENDING;
      pss.beginCheck(power.result());
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
