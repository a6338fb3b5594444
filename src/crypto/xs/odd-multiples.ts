/**
 * The points Q, 3Q, 5Q and 7Q of a prime curve in affine form, in steps: 2Q and Q are brought to the same Z, then three co-Z additions (Meloni
 * 2007) add 2Q each time, and one inversion serves all four. Each point is kept as x and 2y, as the walk wants them. A tenth as many products
 * as in the walk: so `%` reduces them, whatever the curve.
 */
import { ModularInverse } from "./modular-inverse.js";

const ZERO = 0n;
const ONE = 1n;
const TWO = 2n;
const THREE = 3n;

const INVERSION = 4;
const SCALING = 5;
const READY = 9;

export class OddMultiples {
  /** x and 2y of Q, 3Q, 5Q, 7Q in turn, all in 0 .. p - 1, once run() has finished. */
  readonly table: bigint[];
  private readonly p: bigint;
  /** 0 .. 3: the point computed next; then the inversion; 5 .. 8: 7Q .. Q made affine. */
  private stage: number;
  /** 2Q, with the same Z as the last point of the table. */
  private x: bigint;
  private y: bigint;
  private z: bigint;
  /** Ratios of the Zs of neighbours in the table. */
  private readonly ratios: bigint[];
  private inverse: ModularInverse | null;

  /** The point (x, y), on the curve modulo p. */
  constructor(x: bigint, y: bigint, p: bigint) {
    this.table = [x, y, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO];
    this.p = p;
    this.stage = 0;
    this.x = ZERO;
    this.y = ZERO;
    this.z = ZERO;
    this.ratios = [ZERO, ZERO, ZERO];
    this.inverse = null;
  }

  /** Takes -Q in place of Q; before the first run(). */
  negate(): void {
    this.table[1] = this.p - this.table[1]!;
  }

  finished(): boolean {
    return this.stage === READY;
  }

  /** Returns what is left of the budget. */
  run(budget: number): number {
    while (budget > 0 && this.stage !== READY) {
      if (this.inverse !== null) {
        budget = this.inverse.run(budget);
        if (this.inverse.finished()) {
          this.z = this.inverse.result();
          this.inverse = null;
          this.stage = SCALING;
        }
        continue;
      }
      if (this.stage === 0) this.double();
      else if (this.stage < INVERSION) this.add(this.stage);
      else this.scale(READY - 1 - this.stage);
      this.stage++;
      budget--;
      if (this.stage === INVERSION) this.beginInversion();
    }
    return budget;
  }

  /** 2Q, and Q with the same Z = 2y: the tangent's formulas give both. */
  private double(): void {
    const { table, p } = this;
    const x = table[0]!;
    const y = table[1]!;
    const slope = (THREE * (x * x - ONE)) % p;
    let t = (y * y) % p;
    const qx = ((x << TWO) * t) % p;
    t = ((t * t) << THREE) % p;
    this.x = (slope * slope - qx - qx) % p;
    this.y = (slope * (qx - this.x) - t) % p;
    this.z = y + y;
    table[0] = qx;
    table[1] = t;
  }

  /** The i-th point plus 2Q, and 2Q once more with the Z of the sum. 2Q is never ± the other point, as n is a large prime. */
  private add(i: number): void {
    const { table, p } = this;
    let t = table[2 * i - 2]!;
    const difference = this.x - t;
    this.ratios[i - 1] = difference;
    this.z = (this.z * difference) % p;
    let square = (difference * difference) % p;
    const x = (this.x * square) % p;
    this.x = x;
    square = (t * square) % p;
    const slope = this.y - table[2 * i - 1]!;
    const y = (this.y * (x - square)) % p;
    this.y = y;
    t = (slope * slope - x - square) % p;
    table[2 * i] = t;
    table[2 * i + 1] = (slope * (x - t) - y) % p;
  }

  /** Makes the i-th point affine; z is the inverse of its Z, and then that of the point before. */
  private scale(i: number): void {
    const { table, p } = this;
    const z = this.z;
    const square = (z * z) % p;
    let t = (table[2 * i]! * square) % p;
    table[2 * i] = t < ZERO ? t + p : t;
    t = ((((table[2 * i + 1]! * z) % p) << ONE) * square) % p;
    table[2 * i + 1] = t < ZERO ? t + p : t;
    if (i > 0) this.z = (z * this.ratios[i - 1]!) % p;
  }

  private beginInversion(): void {
    const { z, p } = this;
    this.x = this.y = this.z = ZERO;
    this.inverse = new ModularInverse(z < ZERO ? z + p : z, p);
  }
}
