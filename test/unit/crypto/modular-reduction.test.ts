import { expect } from "chai";
import { ModularReduction } from "../../../src/crypto/xs/modular-reduction.js";
import { Seeded, toHex } from "../../support/hex.js";
import { rounds } from "../../support/stepping.js";

describe("Reduction modulo large numbers", function () {
  this.timeout(60000);

  const source = new Seeded(4);
  const random = (octets: number): bigint => BigInt(`0x${toHex(source.bytes(octets))}`);

  it("is right, and small enough for the next product, for moduli and numbers at all ends", () => {
    for (const words of [2, 3, 4, 5, 7, 8, 16, 31, 32, 33, 48, 64]) {
      const x = 1n << BigInt(32 * words);
      const low = 1n << BigInt(32 * words - 32);
      const moduli = [low + 1n, low + (low >> 3n) + 1n, x - 1n, x - 5n, (x >> 1n) + 1n, low * 16n - 1n, low * 3n + 7n];
      for (let i = 0; i < rounds(10); i++) moduli.push(low + (random(4 * words) % (x - low)));
      for (const modulus of moduli) {
        const reduction = new ModularReduction(modulus, words);
        const largest = 4n * x * x - 1n;
        const numbers = [0n, 1n, modulus - 1n, modulus, modulus + 1n, 3n * modulus, modulus * modulus, x * x, x * x - 1n, largest];
        for (const shift of [reduction.f1, reduction.f2])
          numbers.push((1n << shift) - 1n, 1n << shift, largest - (largest % (1n << shift)));
        for (let i = 0; i < rounds(10); i++) numbers.push(random(8 * words));
        for (const t of numbers) {
          if (t > largest) continue;
          const result = reduction.reduce(t);
          if (result < 0n || (t - result) % modulus !== 0n || result >= modulus + (x >> 29n))
            throw new Error(`${t} modulo ${modulus}: ${result}`);
          expect(3n * result * result < 4n * x * x).to.equal(true);
        }
      }
    }
  });
});
