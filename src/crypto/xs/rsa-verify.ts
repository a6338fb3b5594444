/** RSA signature verification (RFC 8017 §8.1.2, §8.2.2), in steps. All values are public. */
import { DONE, type HashAlgorithm, PENDING, type Verifier } from "../provider.js";
import { readBigEndian } from "./bigint-bytes.js";
import { encodePkcs1 } from "./rsa-pkcs1.js";
import { Pss } from "./rsa-pss.js";
import { RsaPublic } from "./rsa-public.js";

/** RSASSA-PKCS1-v1_5. */
export class RsaPkcs1Verifier implements Verifier {
  private readonly info: bigint;
  private readonly digest: Uint8Array;
  private readonly power: RsaPublic;
  private good: boolean;

  /** info: DigestInfo but for the digest at its end. */
  constructor(hash: HashAlgorithm, info: bigint) {
    this.info = info;
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
    // The encoded message is made anew and compared as a whole: nothing in the signature's is ever parsed. Neither is a constant in flash, which XS could
    // not compare.
    this.good = power.take() === encodePkcs1(this.info, this.digest, power.octets);
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
