// Opens records of MAC-then-encrypt, all of one length, with every padding: the same content behind a right MAC, a wrong MAC, a wrong padding. Each
// opening is one count of instructions. Names are read by test/sim/constant-time.test.ts.
import measure from "sim:measure";
import { CBC_BLOCK } from "../../src/crypto/cbc.js";
import type { HashAlgorithm } from "../../src/crypto/provider.js";
import { aes128Cbc } from "../../src/crypto/xs/aes-cbc.js";
import { Hmac } from "../../src/crypto/xs/hmac.js";
import { CbcCipher12 } from "../../src/record/cbc-cipher-12.js";
import { insecureMacThenEncrypt } from "../../src/record/mac-then-encrypt.js";
import { HEADER_LENGTH } from "../../src/record/protection.js";
import { insecureFixedRandom } from "./fixed-random.js";

const TYPE = 23;
const AT = 3;
const START = AT + HEADER_LENGTH + CBC_BLOCK;

export const RIGHT = 0;
export const WRONG_MAC = 1;
export const WRONG_PADDING = 2;

const KINDS = ["right", "wrong MAC", "wrong padding"];

/** Blocks that are encrypted in each record: enough for every padding behind the longest MAC. */
const SIZE = 320;

export class Openings {
  private readonly parts: CbcCipher12;
  private readonly hmac: Hmac;
  private readonly keys: Uint8Array;
  private readonly io: Uint8Array;
  private readonly macLength: number;
  private readonly hash: string;

  constructor(mac: HashAlgorithm) {
    this.parts = new CbcCipher12({ cipher: aes128Cbc, mac });
    this.hmac = new Hmac(mac.create());
    this.keys = new Uint8Array(this.parts.macKeyLength + this.parts.keyLength);
    this.io = new Uint8Array(START + SIZE);
    this.macLength = mac.outputLength;
    this.hash = mac.name;
    insecureFixedRandom.fill(this.keys, 0, this.keys.length);
  }

  /** `content` fills the record: the same bytes with every padding, as far as that lets them. */
  one(kind: number, padding: number, content: number): void {
    const { io, keys, parts, macLength } = this;
    const read = parts.create(true, null, { keys, random: insecureFixedRandom }, insecureMacThenEncrypt);
    read.setKeys(true, keys, 0, macLength, 0);
    this.make(kind, padding, content);
    const name = `${this.hash} ${KINDS[kind]} ${padding}`;
    let failed = false;
    measure.collect();
    measure.begin(name);
    try {
      read.open(io, AT, CBC_BLOCK + SIZE);
    } catch {
      failed = true;
    }
    measure.end(name);
    if (failed !== (kind !== RIGHT)) throw new Error(`${name}: ${failed ? "refused" : "accepted"}`);
  }

  private make(kind: number, padding: number, content: number): void {
    const { io, keys, hmac, macLength } = this;
    const length = SIZE - macLength - 1 - padding;
    const header = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, TYPE, 3, 3, length >> 8, length);
    const body = CBC_BLOCK + SIZE;
    io.set([TYPE, 3, 3, body >> 8, body], AT);
    for (let i = START; i < START + length; i++) io[i] = content * (i + content) + (i >> 3);
    hmac.setKey(keys, 0, macLength);
    hmac.begin();
    hmac.update(header, 0, header.length);
    hmac.update(io, START, length);
    hmac.finish(io, START + length);
    io.fill(padding, START + length + macLength, START + SIZE);
    if (kind === WRONG_MAC) io[START + length + 3] = (io[START + length + 3] ^ 1) & 0xff;
    // Where there is no padding but its length, that is made too long.
    if (kind === WRONG_PADDING) {
      const at = padding > 0 ? START + length + macLength : START + SIZE - 1;
      io[at] = io[at] ^ 0x80;
    }
    const cipher = aes128Cbc.create(false);
    cipher.setKey(keys, macLength);
    cipher.crypt(io, START, SIZE);
  }
}
