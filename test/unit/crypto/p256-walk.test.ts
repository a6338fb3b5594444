import { p256 as oracle } from "@noble/curves/nist.js";
import { expect } from "chai";
import { P256_COMB } from "../../../src/crypto/xs/generated/p256-comb.js";
import { P256Multiples } from "../../../src/crypto/xs/p256-multiples.js";
import { DIGIT_BYTES, P256Walk, writeBaseDigits, writePointDigits } from "../../../src/crypto/xs/p256-walk.js";
import { Seeded, toHex } from "../../support/hex.js";
import { BUDGETS, rounds } from "../../support/stepping.js";

const { Fn, Fp } = oracle.Point;
const N = Fn.ORDER;
const G = oracle.Point.BASE;
const ALL = Number.POSITIVE_INFINITY;
type Point = typeof G;

function run(operation: { run(budget: number): number; finished(): boolean }, budget: number): void {
  for (let calls = 0; !operation.finished(); calls++) {
    if (calls > 400) throw new Error("still not finished after 400 calls");
    operation.run(budget);
  }
}

/** What is left of a walk: "infinity" or "x y". */
function result(walk: P256Walk, budget: number): string {
  run(walk, budget);
  const z = Fp.create(walk.z);
  if (z === 0n) return "infinity";
  const inverse = Fp.inv(z);
  const square = Fp.create(inverse * inverse);
  return `${Fp.create(walk.x * square)} ${Fp.create(Fp.create(walk.h * square) * inverse * Fp.inv(2n))}`;
}

/** u·Q + v·G; v null: u·Q alone, by regular digits. */
function walked(Q: Point, u: bigint, v: bigint | null, budget = ALL): string {
  const { x, y } = Q.toAffine();
  const digits = new Uint8Array(DIGIT_BYTES);
  writePointDigits(u, digits, v === null);
  if (v !== null) writeBaseDigits(v, digits);
  return result(new P256Walk(digits, multiplied(new P256Multiples(x, y), budget), v === null), budget);
}

/** v·G. */
function base(v: bigint, budget = ALL): string {
  const digits = new Uint8Array(DIGIT_BYTES);
  writeBaseDigits(v, digits);
  return result(new P256Walk(digits, null, false), budget);
}

/** Runs to the end, with the inverse that is asked for in the middle. */
function multiplied(multiples: P256Multiples, budget: number): readonly bigint[] {
  for (let calls = 0; !multiples.finished(); calls++) {
    if (calls > 20) throw new Error("still not finished after 20 calls");
    multiples.run(budget);
    if (multiples.waiting()) multiples.setInverse(Fp.inv(multiples.denominator()));
  }
  return multiples.table;
}

function expected(point: Point): string {
  if (point.is0()) return "infinity";
  const { x, y } = point.toAffine();
  return `${x} ${y}`;
}

/** k mod n times a point, 0 included. */
function times(point: Point, k: bigint): Point {
  const scalar = Fn.create(k);
  return scalar === 0n ? oracle.Point.ZERO : point.multiply(scalar);
}

describe("P-256 walk", function () {
  this.timeout(60000);

  it("makes u·Q + v·G, in slices of any size", () => {
    const random = new Seeded(1);
    const scalar = (): bigint => Fn.create(BigInt(`0x${toHex(random.bytes(40))}`));
    for (let i = 0; i < rounds(18); i++) {
      const Q = times(G, scalar());
      const u = scalar() | 1n;
      const v = scalar() | 1n;
      const budget = BUDGETS[i % 3]!;
      expect(walked(Q, u, v, budget)).to.equal(expected(times(Q, u).add(times(G, v))));
      expect(walked(Q, u - 1n, N, budget)).to.equal(expected(times(Q, u - 1n)));
      expect(walked(Q, u, null, budget)).to.equal(expected(times(Q, u)));
      expect(base(v, budget)).to.equal(expected(times(G, v)));
    }
  });

  it("makes multiples by small, large and sparse numbers", () => {
    const Q = times(G, 0x1234567890abcdefn);
    const numbers: bigint[] = [];
    for (let i = 1n; i <= 16n; i++) numbers.push(i, N - i);
    for (let i = 1n; i < 256n; i += 13n) numbers.push(1n << i, (1n << i) - 1n, (1n << i) + 1n, (5n << i) % N, N - (1n << i));
    for (let i = 0; i < numbers.length; i += numbers.length / rounds(numbers.length)) {
      const u = numbers[Math.floor(i)]!;
      expect(walked(Q, u, N), `${u}`).to.equal(expected(times(Q, u)));
      if ((u & 1n) === 1n) {
        expect(walked(Q, u, null), `${u}, regular`).to.equal(expected(times(Q, u)));
        expect(base(u), `${u}, comb`).to.equal(expected(times(G, u)));
      }
    }
  });

  it("is right where the sum so far is ± the point to be added", () => {
    const random = new Seeded(2);
    for (let round = 0; round < rounds(6); round++) {
      const v = Fn.create(BigInt(`0x${toHex(random.bytes(40))}`)) | 1n;
      // The comb's last column, as a multiple of G: bit i + 37j of (v + 2^259 - 1) / 2 stands for ±2^(37j).
      const bits = (v + (1n << 259n) - 1n) >> 1n;
      let column = 0n;
      for (let j = 0n; j < 7n; j++) column += ((bits >> (37n * j)) & 1n) === 1n ? 1n << (37n * j) : -(1n << (37n * j));
      // Q = G: before the last column the sum is u + v - column; let that be ± column, or 0.
      for (const u of [Fn.create(2n * column - v), N - v, Fn.create(column - v)]) {
        expect(walked(G, u, v)).to.equal(expected(times(G, u + v)));
      }
      // Q = q G: before u's last digit d the sum is (u - d) q + v - column; let that be ± d q. One of these d is u's.
      const u = Fn.create(BigInt(`0x${toHex(random.bytes(40))}`)) | 1n;
      for (let d = -7n; d <= 7n; d += 2n) {
        for (const target of [d, -d]) {
          const q = Fn.create((column - v) * Fn.inv(Fn.create(u - d - target)));
          expect(walked(times(G, q), u, v)).to.equal(expected(times(G, u * q + v)));
        }
      }
      // Two more odd numbers that let a regular walk of a small multiple meet Q itself
      for (const k of [1n, 3n, 5n, 7n, 9n, 15n, N - 2n, N - 4n, N - 6n, N - 8n]) {
        expect(walked(times(G, u), k, null)).to.equal(expected(times(G, u * k)));
      }
    }
  });

  it("has the right constants", () => {
    for (let i = 0; i < 64; i += 64 / rounds(64)) {
      const place = Math.floor(i);
      let k = 1n << 222n;
      for (let j = 0n; j < 6n; j++) k += ((BigInt(place) >> j) & 1n) === 1n ? 1n << (37n * j) : -(1n << (37n * j));
      const { x, y } = times(G, k).toAffine();
      // As text: XS finds no BigInt equal to one that lies in flash.
      expect(String(P256_COMB[place]?.x)).to.equal(String(x));
      expect(String(P256_COMB[place]?.y)).to.equal(String(Fp.create(2n * y)));
    }
    expect(P256_COMB.length).to.equal(64);
  });
});

describe("P-256 odd multiples", function () {
  this.timeout(60000);

  it("are Q, 3Q, 5Q and 7Q as x and 2y, below p, also those of -Q", () => {
    for (const k of [0x123456789abcdefn, 1n, 2n, 3n, N - 1n].slice(0, rounds(5))) {
      for (const budget of BUDGETS) {
        for (const sign of [1n, -1n]) {
          const Q = times(G, k);
          const multiples = new P256Multiples(Q.toAffine().x, Q.toAffine().y);
          if (sign < 0n) multiples.negate();
          multiplied(multiples, budget);
          for (let i = 0; i < 4; i++) {
            const { x, y } = times(Q, sign * BigInt(2 * i + 1)).toAffine();
            expect(Fp.create(multiples.table[2 * i]!)).to.equal(x);
            expect(Fp.create(multiples.table[2 * i + 1]!)).to.equal(Fp.create(2n * y));
            for (const value of [multiples.table[2 * i]!, multiples.table[2 * i + 1]!]) {
              expect(value > -Fp.ORDER && value < Fp.ORDER).to.equal(true);
            }
          }
        }
      }
    }
  });
});
