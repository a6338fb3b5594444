import { p384 as oracle384, p521 as oracle521 } from "@noble/curves/nist.js";
import { expect } from "chai";
import { NO_TABLE } from "../../../src/crypto/xs/bigint-bytes.js";
import { P384_COMB } from "../../../src/crypto/xs/generated/p384-comb.js";
import { P521_COMB } from "../../../src/crypto/xs/generated/p521-comb.js";
import { OddMultiples } from "../../../src/crypto/xs/odd-multiples.js";
import { p384 } from "../../../src/crypto/xs/p384.js";
import { p521 } from "../../../src/crypto/xs/p521.js";
import { Seeded, toHex } from "../../support/hex.js";
import { BUDGETS, rounds } from "../../support/stepping.js";

const ALL = Number.POSITIVE_INFINITY;

function run(operation: { run(budget: number): number; finished(): boolean }, budget: number): void {
  for (let calls = 0; !operation.finished(); calls++) {
    if (calls > 600) throw new Error("still not finished after 600 calls");
    operation.run(budget);
  }
}

for (const { name, curve, comb, oracle, bits, hBits, teeth, distance } of [
  { name: "P-384", curve: p384, comb: P384_COMB, oracle: oracle384, bits: 384n, hBits: 393n, teeth: 6n, distance: 64n },
  { name: "P-521", curve: p521, comb: P521_COMB, oracle: oracle521, bits: 521n, hBits: 523n, teeth: 5n, distance: 105n },
]) {
  const { Fn, Fp } = oracle.Point;
  const N = Fn.ORDER;
  const G = oracle.Point.BASE;
  type Point = typeof G;

  /** u·Q + v·G by our walk, as "infinity" or "x y". v must be odd or 0. */
  const walked = (Q: Point, u: bigint, v: bigint, regular = false, budget = ALL): string => {
    const { x, y } = Q.toAffine();
    const multiples = new OddMultiples(x, y, curve.p);
    run(multiples, budget);
    const walk = curve.walk(new Uint8Array(curve.digitBytes), multiples.table, u, v, regular);
    run(walk, budget);
    // The next addition's bounds hold for what comes out.
    for (const value of [walk.x, walk.z]) expect(value >= 0n && value < 1n << (bits + 1n)).to.equal(true);
    expect(walk.h >= 0n && walk.h < 1n << hBits).to.equal(true);
    const z = Fp.create(walk.z);
    if (z === 0n) return "infinity";
    const inverse = Fp.inv(z);
    const square = Fp.create(inverse * inverse);
    return `${Fp.create(walk.x * square)} ${Fp.create(Fp.create(walk.h * square) * inverse * Fp.inv(2n))}`;
  };

  const expected = (point: Point): string => {
    if (point.is0()) return "infinity";
    const { x, y } = point.toAffine();
    return `${x} ${y}`;
  };

  /** k mod n times a point, 0 included. */
  const times = (point: Point, k: bigint): Point => {
    const scalar = Fn.create(k);
    return scalar === 0n ? oracle.Point.ZERO : point.multiply(scalar);
  };

  const scalarOf = (random: Seeded): bigint => Fn.create(BigInt(`0x${toHex(random.bytes(74))}`));

  /** What column 0 of the comb stands for in v: bit distance·j of (v + 2^(teeth·distance) - 1) / 2 for ±2^(distance·j). */
  const lastColumn = (v: bigint): bigint => {
    const digits = (v + (1n << (teeth * distance)) - 1n) >> 1n;
    let column = 0n;
    for (let j = 0n; j < teeth; j++) column += ((digits >> (distance * j)) & 1n) === 1n ? 1n << (distance * j) : -(1n << (distance * j));
    return column;
  };

  describe(`${name} walk`, function () {
    this.timeout(120000);

    it("has the curve's constants", () => {
      // As text: XS finds no BigInt equal to one that lies in flash.
      expect(String(curve.p)).to.equal(String(Fp.ORDER));
      expect(String(curve.n)).to.equal(String(N));
      expect(String(curve.b)).to.equal(String(oracle.Point.CURVE().b));
      expect(curve.size).to.equal(Fp.BYTES);
    });

    it("makes u·Q + v·G, in slices of any size", () => {
      const random = new Seeded(1);
      for (let i = 0; i < rounds(12); i++) {
        const Q = times(G, scalarOf(random));
        const u = scalarOf(random) | 1n;
        const v = scalarOf(random) | 1n;
        const budget = BUDGETS[i % 3]!;
        expect(walked(Q, u, v, false, budget)).to.equal(expected(times(Q, u).add(times(G, v))));
        expect(walked(Q, u - 1n, 0n, false, budget)).to.equal(expected(times(Q, u - 1n)));
        expect(walked(Q, u, 0n, true, budget)).to.equal(expected(times(Q, u)));
        expect(walked(Q, 0n, v, false, budget)).to.equal(expected(times(G, v)));
      }
    });

    it("makes multiples by small, large and sparse numbers", () => {
      const Q = times(G, 0x1234567890abcdefn);
      const numbers: bigint[] = [];
      for (let i = 1n; i <= 16n; i++) numbers.push(i, N - i);
      for (let i = 1n; i < bits; i += 31n) numbers.push(1n << i, (1n << i) - 1n, (1n << i) + 1n, (5n << i) % N, N - (1n << i));
      for (let i = 0; i < numbers.length; i += numbers.length / rounds(numbers.length)) {
        const u = numbers[Math.floor(i)]!;
        expect(walked(Q, u, 0n), `${u}`).to.equal(expected(times(Q, u)));
        if ((u & 1n) === 1n) {
          expect(walked(Q, u, 0n, true), `${u}, regular`).to.equal(expected(times(Q, u)));
          expect(walked(Q, 0n, u), `${u}, comb`).to.equal(expected(times(G, u)));
        }
      }
    });

    it("is right where the sum so far is ± the point to be added", () => {
      const random = new Seeded(2);
      for (let round = 0; round < rounds(3); round++) {
        const v = scalarOf(random) | 1n;
        const column = lastColumn(v);
        // Q = G: before the last column the sum is u + v - column; let that be ± column, or 0.
        for (const u of [Fn.create(2n * column - v), N - v, Fn.create(column - v)]) {
          expect(walked(G, u, v)).to.equal(expected(times(G, u + v)));
        }
        // Q = q G: before u's last digit d the sum is (u - d) q + v - column; let that be ± d q. One of these d is u's.
        const u = scalarOf(random) | 1n;
        for (let d = -7n; d <= 7n; d += 2n) {
          for (const target of [d, -d]) {
            const q = Fn.create((column - v) * Fn.inv(Fn.create(u - d - target)));
            expect(walked(times(G, q), u, v)).to.equal(expected(times(G, u * q + v)));
          }
        }
        for (const k of [1n, 3n, 5n, 7n, 9n, 15n, N - 2n, N - 4n, N - 6n, N - 8n]) {
          expect(walked(times(G, u), k, 0n, true)).to.equal(expected(times(G, u * k)));
        }
      }
    });

    it("has the right comb", () => {
      const count = 1 << Number(teeth - 1n);
      for (let i = 0; i < count; i += count / rounds(count)) {
        const place = Math.floor(i);
        let k = 1n << (distance * (teeth - 1n));
        for (let j = 0n; j < teeth - 1n; j++) k += ((BigInt(place) >> j) & 1n) === 1n ? 1n << (distance * j) : -(1n << (distance * j));
        const { x, y } = times(G, k).toAffine();
        expect(String(comb[place]?.x)).to.equal(String(x));
        expect(String(comb[place]?.y)).to.equal(String(Fp.create(2n * y)));
      }
      expect(comb.length).to.equal(count);
    });

    it("forgets its numbers when wiped", () => {
      const walk = curve.walk(new Uint8Array(curve.digitBytes), NO_TABLE, 0n, 12345n, false);
      walk.run(20);
      walk.wipe();
      expect(walk.finished()).to.equal(true);
      expect(String([walk.x, walk.h, walk.z])).to.equal("0,0,0");
    });
  });

  describe(`${name} odd multiples`, function () {
    this.timeout(60000);

    it("are Q, 3Q, 5Q and 7Q as x and 2y, in 0 .. p - 1, also those of -Q", () => {
      for (const k of [0x123456789abcdefn, 1n, 2n, 3n, N - 1n].slice(0, rounds(5))) {
        for (const budget of BUDGETS) {
          for (const sign of [1n, -1n]) {
            const Q = times(G, k);
            const multiples = new OddMultiples(Q.toAffine().x, Q.toAffine().y, curve.p);
            if (sign < 0n) multiples.negate();
            run(multiples, budget);
            for (let i = 0; i < 4; i++) {
              const { x, y } = times(Q, sign * BigInt(2 * i + 1)).toAffine();
              expect(String(multiples.table[2 * i]!)).to.equal(String(x));
              expect(String(multiples.table[2 * i + 1]!)).to.equal(String(Fp.create(2n * y)));
            }
          }
        }
      }
    });
  });
}
