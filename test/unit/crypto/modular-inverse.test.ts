import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { expect } from "chai";
import { ModularInverse } from "../../../src/crypto/xs/modular-inverse.js";
import { Seeded, toHex } from "../../support/hex.js";
import { BUDGETS, rounds } from "../../support/stepping.js";

/** The last two are more than a double can hold. */
const PRIMES = [ed25519.Point.Fp.ORDER, p256.Point.Fp.ORDER, p256.Point.Fn.ORDER, 1000003n, 2n ** 1279n - 1n, 2n ** 2203n - 1n];

function inverted(value: bigint, modulus: bigint, budget: number): bigint {
  const inverse = new ModularInverse(value, modulus);
  let steps = 0;
  while (!inverse.finished()) {
    const left = inverse.run(budget);
    if (!inverse.finished() && left !== 0) throw new Error("stopped before the budget was used up");
    if (++steps > 400) throw new Error("does not end");
  }
  return inverse.result();
}

function check(value: bigint, modulus: bigint, budget = Number.POSITIVE_INFINITY): void {
  const result = inverted(value, modulus, budget);
  if (result <= 0n || result >= modulus || (result * value) % modulus !== 1n) throw new Error(`1 / ${value} modulo ${modulus}: ${result}`);
}

describe("Modular inverse", function () {
  this.timeout(60000);

  it("inverts random numbers, in slices of any size", () => {
    const random = new Seeded(3);
    for (let i = 0; i < rounds(300); i++) {
      for (const prime of PRIMES) {
        const value = BigInt(`0x${toHex(random.bytes(prime > 1n << 600n ? 280 : 40))}`) % prime;
        if (value !== 0n) check(value, prime, BUDGETS[i % 3]!);
      }
    }
  });

  it("inverts small, large and sparse numbers, and those with large quotients", () => {
    for (const prime of PRIMES) {
      for (let i = 1n; i < 60n; i++) {
        check(i, prime);
        check(prime - i, prime);
        check(prime / (i + 1n), prime);
        check(prime / (i + 1n) + 1n, prime);
      }
      for (let i = 1n; 1n << i < prime; i++) {
        for (const value of [1n << i, (1n << i) - 1n, (1n << i) + 1n, prime - (1n << i), prime >> i, (prime >> i) + 1n]) {
          if (value > 0n && value < prime) check(value, prime);
        }
      }
    }
  });

  it("inverts numbers near fractions of Fibonacci numbers, where all quotients are 1", () => {
    for (const prime of PRIMES) {
      let a = 1n;
      let b = 1n;
      while (b < prime) [a, b] = [b, a + b];
      for (let i = -20n; i <= 20n; i++) {
        const value = (prime * a) / b + i;
        if (value > 0n && value < prime) check(value, prime);
      }
    }
  });

  it("gives a multiple of the modulus for 0", () => {
    for (const prime of PRIMES) expect(inverted(0n, prime, 1) % prime).to.equal(0n);
  });

  it("takes few steps", () => {
    const random = new Seeded(4);
    for (let i = 0; i < 50; i++) {
      const inverse = new ModularInverse(BigInt(`0x${toHex(random.bytes(31))}`) + 1n, PRIMES[1]!);
      expect(100 - inverse.run(100)).to.be.within(8, 16);
    }
  });
});
