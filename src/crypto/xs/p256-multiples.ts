/**
 * The points Q, 3Q, 5Q and 7Q of P-256 in affine form, in steps: 2Q and Q are brought to the same Z, then three co-Z additions (Meloni 2007)
 * add 2Q each time, and one inversion, which the caller makes (its stack would lie on top of ours), serves all four.
 * Each point is kept as x and 2y, as the walk wants them.
 */
import { P, reduce } from "./p256-curve.js";

const ZERO = 0n;
const ONE = 1n;
const TWO = 2n;
const THREE = 3n;

/** Stages: 0 .. 3, the point computed next; waiting for the inverse; 5 .. 8, 7Q .. Q made affine; ready. */
const WAITING = 4;
const READY = 9;

export class P256Multiples {
  /** x and 2y of Q, 3Q, 5Q, 7Q in turn, once all is finished; cut below p, so that they take the least memory. */
  readonly table: bigint[];
  private stage: number;
  /** 2Q, with the same Z as the last point of the table. */
  private x: bigint;
  private y: bigint;
  private z: bigint;
  /** Ratios of the Zs of neighbours in the table. */
  private readonly ratios: bigint[];

  constructor(x: bigint, y: bigint) {
    this.table = [x, y, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO];
    this.stage = 0;
    this.x = ZERO;
    this.y = ZERO;
    this.z = ZERO;
    this.ratios = [ZERO, ZERO, ZERO];
  }

  /** Takes -Q in place of Q; before the first run(). */
  negate(): void {
    this.table[1] = P - this.table[1]!;
  }

  /** Whether run() can only go on with 1 / denominator() modulo p. */
  waiting(): boolean {
    return this.stage === WAITING;
  }

  finished(): boolean {
    return this.stage === READY;
  }

  denominator(): bigint {
    return this.z < ZERO ? this.z + P : this.z;
  }

  setInverse(inverse: bigint): void {
    this.z = inverse;
    this.stage++;
  }

  /** Returns what is left of the budget. */
  run(budget: number): number {
    for (; budget > 0 && this.stage !== WAITING && this.stage !== READY; budget--) {
      if (this.stage === 0) this.double();
      else if (this.stage < WAITING) this.add(this.stage);
      else this.scale(READY - 1 - this.stage);
      this.stage++;
    }
    if (this.stage === WAITING) this.x = this.y = ZERO;
    return budget;
  }

  /** 2Q, and Q with the same Z = 2y: the tangent's formulas give both. */
  private double(): void {
    const table = this.table;
    const x = table[0]!;
    const y = table[1]!;
    const slope = reduce(THREE * (x * x - ONE));
    let t = reduce(y * y);
    const qx = reduce((x << TWO) * t);
    t = reduce((t * t) << THREE);
    this.x = reduce(slope * slope - qx - qx);
    this.y = reduce(slope * (qx - this.x) - t);
    this.z = y + y;
    table[0] = qx;
    table[1] = t;
  }

  /** The i-th point plus 2Q, and 2Q once more with the Z of the sum. 2Q is never ± the other point, as n is a large prime. */
  private add(i: number): void {
    const table = this.table;
    let t = table[2 * i - 2]!;
    const difference = this.x - t;
    this.ratios[i - 1] = difference;
    this.z = reduce(this.z * difference);
    let square = reduce(difference * difference);
    const x = reduce(this.x * square);
    this.x = x;
    square = reduce(t * square);
    const slope = this.y - table[2 * i - 1]!;
    const y = reduce(this.y * (x - square));
    this.y = y;
    t = reduce(slope * slope - x - square);
    table[2 * i] = t;
    table[2 * i + 1] = reduce(slope * (x - t) - y);
  }

  /** Makes the i-th point affine; z is the inverse of its Z, and then that of the point before. */
  private scale(i: number): void {
    const table = this.table;
    const z = this.z;
    const square = reduce(z * z);
    table[2 * i] = reduce(table[2 * i]! * square);
    table[2 * i + 1] = reduce((reduce(table[2 * i + 1]! * z) << ONE) * square);
    if (i > 0) this.z = reduce(z * this.ratios[i - 1]!);
  }
}
