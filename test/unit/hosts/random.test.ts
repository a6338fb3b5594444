import { chacha20 } from "@noble/ciphers/chacha.js";
import { expect } from "chai";
import { DeviceRandom, type EntropySource } from "../../../hosts/moddable/random.js";

/** A source that can be foretold: it counts. */
class Counter implements EntropySource {
  calls = 0;
  private next = 0;

  fill(bytes: Uint8Array): void {
    this.calls++;
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.next++ & 255;
    this.next += 7;
  }
}

/** What DeviceRandom says of itself, with another ChaCha20. */
class Model {
  private key = new Uint8Array(32);
  private readonly source = new Counter();

  constructor() {
    this.stir();
    this.stir();
  }

  fill(length: number): Uint8Array {
    this.stir();
    const stream = chacha20(this.key, new Uint8Array(12), new Uint8Array(64 + length));
    this.key = stream.slice(0, 32);
    return stream.slice(64);
  }

  private stir(): void {
    const fresh = new Uint8Array(32);
    this.source.fill(fresh);
    this.key = this.key.map((byte, i) => byte ^ (fresh[i] as number));
  }
}

describe("hosts/moddable DeviceRandom", () => {
  it("is ChaCha20 whose key is stirred before and replaced after each call", () => {
    const random = new DeviceRandom(new Counter());
    const model = new Model();
    for (const length of [1, 32, 64, 65, 200, 0, 32]) {
      const bytes = new Uint8Array(length + 5).fill(9);
      random.fill(bytes, 3, length);
      expect(Array.from(bytes.subarray(3, 3 + length)), String(length)).to.deep.equal(Array.from(model.fill(length)));
      expect(Array.from(bytes.subarray(0, 3)).concat(Array.from(bytes.subarray(3 + length)))).to.deep.equal([9, 9, 9, 9, 9]);
    }
  });

  it("refuses to be made without a source, or with one that is stuck", () => {
    expect(() => new DeviceRandom(undefined)).to.throw("no source of entropy");
    expect(() => new DeviceRandom({} as EntropySource)).to.throw("no source of entropy");
    expect(() => new DeviceRandom({ fill: () => undefined })).to.throw("stuck");
    expect(() => new DeviceRandom({ fill: (bytes) => bytes.fill(7) })).to.throw("stuck");
    expect(
      () =>
        new DeviceRandom({
          fill() {
            throw new Error("Wi-Fi is off");
          },
        }),
    ).to.throw("Wi-Fi is off");
  });

  it("a source that gets stuck later is found at the next call, and nothing comes out", () => {
    const counter = new Counter();
    const random = new DeviceRandom({ fill: (bytes) => (counter.calls < 4 ? counter.fill(bytes) : bytes.fill(1)) });
    const bytes = new Uint8Array(8);
    random.fill(bytes, 0, 8);
    random.fill(bytes, 0, 8);
    random.fill(bytes, 0, 8);
    bytes.fill(0);
    expect(() => random.fill(bytes, 0, 8)).to.throw("stuck");
    expect(Array.from(bytes)).to.deep.equal([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("a source is stuck only where 64 bits come again", () => {
    for (const word of [0, 4]) {
      const counter = new Counter();
      const random = new DeviceRandom({
        fill(bytes) {
          counter.fill(bytes);
          bytes.fill(7, word, word + 4);
        },
      });
      random.fill(new Uint8Array(4), 0, 4);
    }
  });

  it("keeps its next key, and nothing of what it gave out or was given", () => {
    const random = new DeviceRandom(new Counter());
    const { words } = random as unknown as { words: Int32Array };
    const zeros = (from: number, to: number): boolean => words.slice(from, to).every((word) => word === 0);
    random.fill(new Uint8Array(100), 0, 100);
    expect([zeros(0, 8), zeros(8, 24), zeros(24, 26), zeros(26, 32)]).to.deep.equal([false, true, false, true]);
    random.wipe();
    expect([zeros(0, 32), words.length]).to.deep.equal([true, 32]);
  });

  it("bounds are held, and after wipe() it fails", () => {
    const random = new DeviceRandom(new Counter());
    expect(() => random.fill(new Uint8Array(4), 2, 3)).to.throw(RangeError);
    expect(() => random.fill(new Uint8Array(4), -1, 3)).to.throw(RangeError);
    random.wipe();
    expect(() => random.fill(new Uint8Array(4), 0, 4)).to.throw("wiped");
  });
});
