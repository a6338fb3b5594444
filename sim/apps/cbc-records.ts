// Both ends of one direction of CBC records (AES-128, SHA-1), in one buffer. In flash, as the stack itself.
import measure from "sim:measure";
import { application_data } from "../../src/constants.js";
import { aes128Cbc } from "../../src/crypto/xs/aes-cbc.js";
import { sha1 } from "../../src/crypto/xs/sha1.js";
import { CbcCipher12 } from "../../src/record/cbc-cipher-12.js";
import type { Protection12 } from "../../src/record/cipher-suite-12.js";
import { insecureMacThenEncrypt } from "../../src/record/mac-then-encrypt.js";
import { HEADER_LENGTH } from "../../src/record/protection.js";
import { insecureFixedRandom } from "./fixed-random.js";

const SIZE = 1024;
const AT = 3;

export class CbcRecords {
  private readonly io: Uint8Array;
  private readonly write: Protection12;
  private readonly read: Protection12;

  constructor(macFirst: boolean) {
    const cipher = new CbcCipher12({ cipher: aes128Cbc, mac: sha1 });
    const places = { keys: new Uint8Array(0), iv: 0, random: insecureFixedRandom };
    const order = macFirst ? insecureMacThenEncrypt : null;
    const block = new Uint8Array(cipher.macKeyLength + cipher.keyLength);
    insecureFixedRandom.fill(block, 0, block.length);
    this.io = new Uint8Array(AT + HEADER_LENGTH + SIZE + cipher.overhead);
    this.write = cipher.create(false, null, places, order);
    this.read = cipher.create(true, this.write, places, order);
    this.write.setKeys(block, 0, cipher.macKeyLength, 0);
    this.read.setKeys(block, 0, cipher.macKeyLength, 0);
  }

  /** 0: instructions of one record each way; else what so many allocate. */
  run(count: number): void {
    for (let i = 0; i < 2; i++) this.open(this.seal());
    if (count === 0) {
      measure.begin("send");
      const end = this.seal();
      measure.end("send");
      measure.begin("receive");
      this.open(end);
      measure.end("receive");
      return;
    }
    measure.reset();
    measure.mark("start");
    for (let i = 0; i < count; i++) this.open(this.seal());
    measure.mark("sent");
    for (let i = 0; i < count; i++) this.open(this.seal());
    measure.mark("received");
  }

  private seal(): number {
    return this.write.seal(this.io, AT, SIZE, application_data);
  }

  private open(end: number): void {
    this.read.open(this.io, AT, end - AT - HEADER_LENGTH);
  }
}
