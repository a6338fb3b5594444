// Both ends of one direction of records of TLS 1.2, in one buffer. In flash, as the stack itself.
import measure from "sim:measure";
import { application_data } from "../../src/constants.js";
import { KEYS_LENGTH } from "../../src/handshake/keys.js";
import type { Cipher12, MacFirst, Protection12 } from "../../src/record/cipher-suite-12.js";
import { HEADER_LENGTH } from "../../src/record/protection.js";
import { insecureFixedRandom } from "./fixed-random.js";

const SIZE = 1024;
const AT = 3;

export class BareRecords {
  private readonly io: Uint8Array;
  private readonly write: Protection12;
  private readonly read: Protection12;

  constructor(cipher: Cipher12, order: MacFirst | null) {
    const { macKeyLength, keyLength, ivLength } = cipher;
    const block = new Uint8Array(macKeyLength + keyLength + ivLength);
    insecureFixedRandom.fill(block, 0, block.length);
    this.io = new Uint8Array(AT + HEADER_LENGTH + SIZE + cipher.overhead);
    const places = { keys: new Uint8Array(KEYS_LENGTH), random: insecureFixedRandom };
    this.write = cipher.create(false, null, places, order);
    this.read = cipher.create(true, this.write, places, order);
    this.write.setKeys(false, block, 0, macKeyLength, macKeyLength + keyLength);
    this.read.setKeys(true, block, 0, macKeyLength, macKeyLength + keyLength);
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
