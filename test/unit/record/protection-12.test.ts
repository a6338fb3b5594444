// Records of TLS 1.2 with every AEAD: against the scripted peer's, damaged in every place, and in the wrong order.
import { expect } from "chai";
import type { TLSAlert } from "../../../src/alert.js";
import { suites12 } from "../../../src/profiles/suites-12.js";
import type { CipherSuite12 } from "../../../src/record/cipher-suite-12.js";
import { xorSequence } from "../../../src/record/nonce.js";
import { concat, flipBit, hex, u16 } from "../../peer/bytes.js";
import { Protection12, suite12 } from "../../peer/schedule-12.js";

const BLOCK = new Uint8Array(64).map((_, i) => i * 7 + 1);
const AT = 3;
/** An AEAD draws nothing. */
const UNUSED = { fill: () => expect.fail("random bytes for an AEAD") };

function pair({ cipher }: CipherSuite12) {
  const keys = new Uint8Array(80);
  const read = cipher.create(true, null, { keys, random: UNUSED }, null);
  const write = cipher.create(false, read, { keys, random: UNUSED }, null);
  read.setKeys(true, BLOCK, 0, 0, cipher.keyLength);
  write.setKeys(false, BLOCK, 0, 0, cipher.keyLength);
  return { read, write, keys };
}

function sealed(write: ReturnType<typeof pair>["write"], content: Uint8Array, type = 23): Uint8Array {
  const io = new Uint8Array(AT + 5 + content.length + 40);
  io.set(content, AT + 5 + write.prefix);
  return io.slice(AT, write.seal(io, AT, content.length, type));
}

function opened(read: ReturnType<typeof pair>["read"], record: Uint8Array): Uint8Array {
  const io = concat(new Uint8Array(AT), record);
  return io.slice(AT + 5 + read.prefix, read.open(io, AT, record.length - 5));
}

const refused = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as TLSAlert).alert;
  }
  return "taken";
};

describe("record protection of TLS 1.2", () => {
  for (const suite of suites12)
    describe(suite.name, () => {
      it("what is sealed is opened, record after record, empty ones too", () => {
        const { read, write } = pair(suite);
        for (const length of [0, 1, 15, 16, 64, 300]) {
          const content = new Uint8Array(length).map((_, i) => i);
          const record = sealed(write, content, length === 1 ? 21 : 23);
          expect(record.length).to.equal(5 + length + suite.cipher.overhead);
          expect(hex(opened(read, record))).to.equal(hex(content));
        }
      });

      it("every byte that is changed is seen, but for the explicit nonce's meaning: that too", () => {
        const record = sealed(pair(suite).write, new Uint8Array(20));
        for (let at = 0; at < record.length; at++) {
          if (at === 3 || at === 4) continue;
          const alert = refused(() => opened(pair(suite).read, flipBit(record, at * 8 + 7)));
          expect(alert, `byte ${at}`).to.equal(at === 1 || at === 2 ? "protocol_version" : "bad_record_mac");
        }
      });

      it("a record again, one left out, one that is too short, one that is too long", () => {
        const { read, write } = pair(suite);
        const first = sealed(write, new Uint8Array(9));
        const second = sealed(write, new Uint8Array(9));
        opened(read, first);
        expect(refused(() => opened(read, first))).to.equal("bad_record_mac");
        expect(refused(() => opened(pair(suite).read, second))).to.equal("bad_record_mac");
        const short = concat([23, 3, 3], u16(suite.cipher.overhead - 1), new Uint8Array(suite.cipher.overhead - 1));
        expect(refused(() => opened(pair(suite).read, short))).to.equal("decode_error");
        const long = concat([23, 3, 3], u16(16385 + suite.cipher.overhead), new Uint8Array(16385 + suite.cipher.overhead));
        expect(refused(() => opened(pair(suite).read, long))).to.equal("record_overflow");
      });

      it("keys are wiped", () => {
        const { write, read, keys } = pair(suite);
        sealed(write, new Uint8Array(5));
        write.wipe();
        read.wipe();
        expect(keys.every((byte) => byte === 0)).to.equal(true);
      });

      const known = suite12(suite.id);
      if (known !== null)
        it("as the scripted peer has it", () => {
          const { read, write } = pair(suite);
          const { keyLength, ivLength } = suite.cipher;
          const peer = () => new Protection12(known, BLOCK.slice(0, keyLength), BLOCK.slice(keyLength, keyLength + ivLength));
          const [out, back] = [peer(), peer()];
          for (let i = 0; i < 5; i++) {
            const content = new Uint8Array(i * 11).fill(i);
            const record = sealed(write, content);
            expect(hex(record.slice(5))).to.equal(hex(out.seal(23, content)));
            const body = back.seal(22, content);
            expect(hex(opened(read, concat([22, 3, 3], u16(body.length), body)))).to.equal(hex(content));
          }
        });
    });

  it("the sequence number counts exactly as far as it goes", () => {
    const { read, write } = pair(suites12[0]!);
    for (const one of [read, write]) Object.assign(one, { opened: 0x5ffffff, sealed: 0x5ffffff });
    for (let i = 0; i < 3; i++) opened(read, sealed(write, new Uint8Array(3)));
    expect(write).to.include({ opened: 0x6000002, sealed: 0x6000002 });
    Object.assign(write, { sealed: 2 ** 53 });
    expect(refused(() => sealed(write, new Uint8Array(3)))).to.equal("internal_error");
  });

  it("all bytes of the sequence number go into nonce and data", () => {
    for (const [sequence, wanted] of [
      [0x1_02_03_04_05_06_07, "0001020304050607"],
      [0xffffffff, "00000000ffffffff"],
      [0x80000000, "0000000080000000"],
      [2 ** 53 - 1, "001fffffffffffff"],
    ] as const) {
      const bytes = new Uint8Array(8);
      xorSequence(bytes, 0, sequence);
      expect(hex(bytes)).to.equal(wanted);
      xorSequence(bytes, 0, sequence);
      expect(hex(bytes)).to.equal("0000000000000000");
    }
  });
});
