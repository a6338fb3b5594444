/**
 * RSA decryption with BigInt. Blinded as signatures are (rsa-private.ts), but the time of BigInt depends on its numbers, so this key does not call itself
 * constant-time, and a server takes it only under an option whose name frightens.
 */
import type { Decrypter, DecryptionKey } from "../decryption-key.js";
import { DONE, PENDING, type Random } from "../provider.js";
import { readBigEndian, writeBigEndian } from "./bigint-bytes.js";
import { numberAt, type RsaNumbers, RsaPrivate } from "./rsa-private.js";

class RsaDecrypter implements Decrypter {
  private readonly key: RsaNumbers;
  private readonly octets: number;
  private rsa: RsaPrivate | null;

  constructor(key: RsaNumbers) {
    this.key = key;
    this.octets = key.modulus & 0xffff;
    this.rsa = null;
  }

  begin(ciphertext: Uint8Array, offset: number, length: number, random: Random): void {
    this.rsa = null;
    if (length !== this.octets) return;
    const c = readBigEndian(ciphertext, offset, length);
    // Both are known to everybody.
    if (c >= numberAt(this.key.bytes, this.key.modulus)) return;
    this.rsa = new RsaPrivate(this.key, random);
    this.rsa.begin(c);
  }

  step(budget: number): number {
    const { rsa } = this;
    if (rsa === null) return DONE;
    rsa.run(budget);
    return rsa.finished() ? DONE : PENDING;
  }

  writeBlock(out: Uint8Array, offset: number): void {
    const { octets, rsa } = this;
    const whole = new Uint8Array((octets + 7) & -8);
    if (rsa !== null) writeBigEndian(rsa.take(), whole, 0, whole.length);
    for (let i = 0, from = whole.length - octets; i < octets; i++) out[offset + i] = whole[from + i]!;
    whole.fill(0);
    this.rsa = null;
  }

  wipe(): void {
    this.rsa?.wipe();
    this.rsa = null;
  }
}

export class RsaDecryptionKey implements DecryptionKey {
  readonly modulusLength: number;
  private readonly key: RsaNumbers;

  /** The key's numbers, which were checked, are used where they are, not copied. */
  constructor(key: RsaNumbers) {
    this.modulusLength = key.modulus & 0xffff;
    this.key = key;
  }

  get constantTime(): boolean {
    return false;
  }

  createDecrypter(): Decrypter {
    return new RsaDecrypter(this.key);
  }
}
