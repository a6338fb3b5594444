/** RSAES-PKCS1-v1_5 encryption (RFC 8017 §7.2.1), in steps: for pre-master secrets alone (RFC 5246 §7.4.7.1). */
import { internal_error, TLSAlert } from "../../alert.js";
import { DONE, PENDING, type Random } from "../provider.js";
import { readBigEndian, writeBigEndian } from "./bigint-bytes.js";
import { RsaPublic } from "./rsa-public.js";

/** Draws for one octet that must not be 0: this many zeros in a row are no chance, but a broken source. */
const MAX_DRAWS = 64;

export class RsaEncryption {
  private readonly rsa: RsaPublic;

  constructor() {
    this.rsa = new RsaPublic();
  }

  /**
   * key: an RSAPublicKey; message: at most octets - 11. False where the key is none that can be used.
   */
  begin(key: Uint8Array, message: Uint8Array, offset: number, length: number, random: Random): boolean {
    const { rsa } = this;
    if (!rsa.setKey(key, 0, key.length)) return false;
    const { octets } = rsa;
    const block = new Uint8Array(octets);
    const end = octets - length - 1;
    random.fill(block, 2, end - 2);
    for (let i = 2; i < end; i++)
      for (let draws = 0; block[i] === 0; draws++) {
        if (draws === MAX_DRAWS) throw new TLSAlert(internal_error, "random gives nothing but zeros", "internal");
        random.fill(block, i, 1);
      }
    block[1] = 2;
    for (let i = 0; i < length; i++) block[end + 1 + i] = message[offset + i]!;
    rsa.begin(readBigEndian(block, 0, octets));
    block.fill(0);
    return true;
  }

  /** Octets of the modulus and of the ciphertext. */
  get octets(): number {
    return this.rsa.octets;
  }

  step(budget: number): number {
    this.rsa.run(budget);
    return this.rsa.finished() ? DONE : PENDING;
  }

  /** Once after DONE. */
  writeCiphertext(out: Uint8Array, offset: number): void {
    const { octets } = this;
    const whole = new Uint8Array((octets + 7) & -8);
    writeBigEndian(this.rsa.take(), whole, 0, whole.length);
    for (let i = 0, from = whole.length - octets; i < octets; i++) out[offset + i] = whole[from + i]!;
  }

  wipe(): void {
    this.rsa.clear();
  }
}
