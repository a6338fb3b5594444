import { expect } from "chai";
import { bad_record_mac, protocol_version, TLSAlert } from "../../../src/alert.js";
import type { CbcAlgorithm } from "../../../src/crypto/cbc.js";
import type { HashAlgorithm } from "../../../src/crypto/provider.js";
import { aes128Cbc, aes256Cbc } from "../../../src/crypto/xs/aes-cbc.js";
import { sha1 } from "../../../src/crypto/xs/sha1.js";
import { sha256 } from "../../../src/crypto/xs/sha256.js";
import { sha384 } from "../../../src/crypto/xs/sha384.js";
import { CbcCipher12 } from "../../../src/record/cbc-cipher-12.js";
import type { MacFirst, Protection12 } from "../../../src/record/cipher-suite-12.js";
import { insecureMacThenEncrypt } from "../../../src/record/mac-then-encrypt.js";
import { RecordReader } from "../../../src/record/record-reader.js";
import { encryptThenMac, leastPadding, macThenEncrypt, type RecordKeys } from "../../support/cbc-records.js";
import { Seeded, toHex } from "../../support/hex.js";

const TYPE = 23;
/** Bytes before a record, so that it stands as in a connection. */
const AT = 3;

class Side {
  readonly keys: RecordKeys;
  readonly write: Protection12;
  readonly read: Protection12;
  readonly random: Seeded;

  constructor(cipher: CbcAlgorithm, mac: HashAlgorithm, macFirst: MacFirst | null, seed: number) {
    const random = new Seeded(seed);
    this.random = random;
    const fill = (bytes: Uint8Array, offset: number, length: number) => bytes.set(random.bytes(length), offset);
    const parts = new CbcCipher12({ cipher, mac });
    const places = { keys: new Uint8Array(0), random: { fill } };
    this.write = parts.create(false, null, places, macFirst);
    this.read = parts.create(true, this.write, places, macFirst);
    const block = random.bytes(parts.macKeyLength + parts.keyLength);
    this.keys = { mac: mac.name, macKey: block.slice(0, parts.macKeyLength), key: block.slice(parts.macKeyLength) };
    this.write.setKeys(false, block, 0, parts.macKeyLength, 0);
    this.read.setKeys(true, block, 0, parts.macKeyLength, 0);
  }

  seal(content: Uint8Array): Uint8Array {
    const io = new Uint8Array(AT + 5 + content.length + this.write.overhead);
    io.set(content, AT + 5 + this.write.prefix);
    return io.slice(AT, this.write.seal(io, AT, content.length, TYPE));
  }

  open(record: Uint8Array): Uint8Array {
    const io = new Uint8Array(AT + record.length + 40);
    io.set(record, AT);
    return io.slice(AT + 5 + this.read.prefix, this.read.open(io, AT, record.length - 5));
  }

  /** What open() throws. */
  refused(record: Uint8Array): TLSAlert {
    try {
      this.open(record);
    } catch (error) {
      expect(error).to.be.instanceOf(TLSAlert);
      return error as TLSAlert;
    }
    throw new Error("the record was accepted");
  }
}

const ciphers: readonly [CbcAlgorithm, HashAlgorithm][] = [
  [aes128Cbc, sha1],
  [aes128Cbc, sha256],
  [aes256Cbc, sha1],
  [aes256Cbc, sha384],
];

const orders = [
  { name: "encrypt-then-MAC", macFirst: null, make: encryptThenMac },
  { name: "MAC-then-encrypt", macFirst: insecureMacThenEncrypt, make: macThenEncrypt },
];

for (const { name, macFirst, make } of orders) {
  const first = macFirst !== null;
  for (const [cipher, mac] of ciphers) {
    const macLength = mac.outputLength;
    const side = (seed: number) => new Side(cipher, mac, macFirst, seed);

    describe(`CBC records, ${name}: ${cipher.name} with ${mac.name}`, () => {
      it("are what the oracle makes, at every length of the first blocks, and open again", () => {
        const s = side(61);
        for (let length = 0; length <= 150; length++) {
          const content = s.random.bytes(length);
          const record = s.seal(content);
          expect(record.length).to.be.at.most(5 + length + s.write.overhead);
          const iv = record.slice(5, 21);
          const padding = leastPadding(first ? length + macLength : length);
          expect(toHex(record), `length ${length}`).to.equal(toHex(make(s.keys, length, TYPE, iv, content, padding)));
          expect(toHex(s.open(record)), `length ${length}`).to.equal(toHex(content));
        }
      });

      it("have a random initialization vector each", () => {
        const s = side(62);
        const seen = new Set<string>();
        for (let i = 0; i < 20; i++) seen.add(toHex(s.seal(new Uint8Array(5)).slice(5, 21)));
        expect(seen.size).to.equal(20);
      });

      it("open with every padding, and with every content where the padding is long", () => {
        const s = side(63);
        let sequence = 0;
        const one = (length: number, padding: number) => {
          const content = s.random.bytes(length);
          const record = make(s.keys, sequence, TYPE, s.random.bytes(16), content, padding);
          sequence++;
          expect(toHex(s.open(record)), `${length} bytes, padding ${padding}`).to.equal(toHex(content));
        };
        for (let padding = 0; padding < 256; padding++) one((15 - ((padding + (first ? macLength : 0)) % 16)) % 16, padding);
        for (let length = 0; length <= 200; length++) one(length, 240 + leastPadding(first ? length + macLength : length));
      });

      it("are refused where one bit is wrong, wherever it is", () => {
        const s = side(64);
        const record = s.seal(s.random.bytes(45));
        for (let at = 0; at < record.length; at++) {
          if (at === 3 || at === 4) continue;
          const copy = record.slice();
          copy[at]! ^= 1 << s.random.number(8);
          expect(s.refused(copy).description, `byte ${at}`).to.equal(at === 1 || at === 2 ? protocol_version : bad_record_mac);
        }
        s.open(record);
      });

      it("are refused out of order and twice", () => {
        const s = side(65);
        const one = s.seal(s.random.bytes(20));
        const two = s.seal(s.random.bytes(20));
        expect(s.refused(two).description).to.equal(bad_record_mac);
        s.open(one);
        expect(s.refused(one).description).to.equal(bad_record_mac);
        s.open(two);
      });

      it("are refused where they cannot hold what they must", () => {
        const s = side(66);
        const least = first ? 16 + Math.ceil((macLength + 1) / 16) * 16 : 16 + 16 + macLength;
        for (let length = 0; length < least; length++) {
          const record = new Uint8Array(5 + length);
          record.set([TYPE, 3, 3, length >> 8, length]);
          expect(s.refused(record).description, `${length} bytes`).to.equal(bad_record_mac);
        }
        for (let more = 1; more < 16; more++) {
          const good = s.seal(s.random.bytes(3));
          const record = new Uint8Array(good.length + more);
          record.set(good);
          expect(s.refused(record).description).to.equal(bad_record_mac);
        }
      });

      it("are refused for any wrong padding under the right MAC", () => {
        const s = side(67);
        for (const padding of [0, 1, 3, 15, 16, 100, 255]) {
          const length = (15 - ((padding + (first ? macLength : 0)) % 16)) % 16;
          const content = s.random.bytes(length);
          for (let at = 0; at <= padding; at++) {
            const wrong = make(s.keys, 0, TYPE, s.random.bytes(16), content, padding, (plaintext) => {
              plaintext[plaintext.length - 1 - at]! ^= 1 << s.random.number(8);
            });
            // One bit less, and a power of 2 becomes padding_length 0, which is always right.
            if (at === 0 && (padding & (padding - 1)) === 0) continue;
            expect(s.refused(wrong).description, `padding ${padding}, byte ${at} from its end`).to.equal(bad_record_mac);
          }
        }
      });

      it("are limited in number, and the sequence number carries", () => {
        const s = side(68);
        const bytes = (s.write as unknown as { work: Uint8Array }).work;
        expect(s.write.exhausted).to.equal(false);
        bytes.set([0, 0, 0, 0, 0, 0xff, 0xff, 0xff]);
        (s.read as unknown as { work: Uint8Array }).work.set(bytes);
        s.open(s.seal(new Uint8Array(1)));
        expect(toHex(bytes.subarray(0, 8))).to.equal("0000000001000000");
        expect(s.write.exhausted).to.equal(true);
        expect(s.read.exhausted).to.equal(true);
        bytes.set([0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        expect(() => s.seal(new Uint8Array(1))).to.throw(TLSAlert, "used up");
      });

      it("leave no key behind", () => {
        const s = side(69);
        const record = s.seal(s.random.bytes(20));
        s.read.wipe();
        expect(s.refused(record).description).to.equal(bad_record_mac);
      });
    });
  }
}

describe("CBC records in the receive buffer", () => {
  const reading = (record: Uint8Array, size: number): RecordReader => {
    const s = new Side(aes256Cbc, sha384, null, 71);
    const io = new Uint8Array(size);
    const reader = new RecordReader(io, size);
    reader.readProtection = s.read;
    io.set(record, 3);
    reader.received(record.length);
    return reader;
  };

  it("may have the longest content with the longest padding, and fit in what Node has for them", () => {
    const s = new Side(aes256Cbc, sha384, null, 71);
    const content = s.random.bytes(16384);
    const record = encryptThenMac(s.keys, 0, TYPE, s.random.bytes(16), content, 255);
    const reader = reading(record, 5 + 16384 + 320 + 8);
    expect(reader.advance()).to.equal(true);
    expect(reader.end - reader.start).to.equal(16384);
  });

  it("are refused above 2^14 + 2048 bytes, and with content above 2^14", () => {
    const header = (length: number) => Uint8Array.of(TYPE, 3, 3, length >> 8, length);
    expect(() => reading(header(16384 + 2049), 20000).advance()).to.throw(TLSAlert, /18432 is the most/);
    expect(reading(header(16384 + 2048), 20000).advance()).to.equal(false);
    const s = new Side(aes256Cbc, sha384, null, 71);
    const record = encryptThenMac(s.keys, 0, TYPE, s.random.bytes(16), new Uint8Array(16385), leastPadding(16385));
    expect(() => reading(record, 20000).advance()).to.throw(TLSAlert, /record_overflow/);
  });
});

describe("CBC records, MAC-then-encrypt", () => {
  it("tell one reason for all that is wrong with padding, MAC and content", () => {
    const s = new Side(aes128Cbc, sha1, insecureMacThenEncrypt, 70);
    const content = s.random.bytes(100);
    const flip = (at: number) => (plaintext: Uint8Array) => {
      plaintext[at < 0 ? plaintext.length + at : at]! ^= 1;
    };
    const edits: Record<string, (plaintext: Uint8Array) => void> = {
      "first byte of the content": flip(0),
      "last byte of the content": flip(99),
      "first byte of the MAC": flip(100),
      "last byte of the MAC": flip(119),
      "first byte of the padding": flip(120),
      "last byte, padding_length": flip(-1),
      "padding longer than the record": (p) => p.fill(255),
      "padding as long as the record": (p) => p.fill(p.length - 1),
      "padding that leaves no room for a MAC": (p) => p.fill(p.length - 20),
      "padding that leaves a MAC alone": (p) => p.fill(p.length - 21),
    };
    const reasons = new Set<string>();
    for (const [what, edit] of Object.entries(edits)) {
      const failure = s.refused(macThenEncrypt(s.keys, 0, TYPE, s.random.bytes(16), content, 7, edit));
      expect(failure.description, what).to.equal(bad_record_mac);
      reasons.add(failure.message);
    }
    expect([...reasons]).to.have.length(1);
  });
});
