/**
 * The points Q, 3Q, 5Q and 7Q of P-256 in affine form, in steps: 2Q and Q are brought to the same Z, then three co-Z additions (Meloni 2007)
 * add 2Q each time, and one inversion serves all four. Each point is kept as x and 2y, as the walk wants them.
 */
import { ModularInverse } from "./modular-inverse.js";
import { P, reduce } from "./p256-curve.js";

const ZERO = 0n;
const ONE = 1n;
const TWO = 2n;
const THREE = 3n;

const INVERSION = 4;
const SCALING = 5;
const READY = 9;

export class P256Multiples {
  /** x and 2y of Q, 3Q, 5Q, 7Q in turn, once run() has finished; cut below p, so that they take the least memory. */
  readonly table: bigint[];
  /** 0 .. 3: the point computed next; then the inversion; 5 .. 8: 7Q .. Q made affine. */
  private stage: number;
  /** 2Q, with the same Z as the last point of the table. */
  private x: bigint;
  private y: bigint;
  private z: bigint;
  /** Ratios of the Zs of neighbours in the table. */
  private readonly ratios: bigint[];
  private inverse: ModularInverse | null;

  constructor(x: bigint, y: bigint) {
    this.table = [x, y, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO];
    this.stage = 0;
    this.x = ZERO;
    this.y = ZERO;
    this.z = ZERO;
    this.ratios = [ZERO, ZERO, ZERO];
    this.inverse = null;
  }

  /** Takes -Q in place of Q; before the first run(). */
  negate(): void {
    this.table[1] = P - this.table[1]!;
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

  private beginInversion(): void {
    const z = this.z;
    this.x = this.y = this.z = ZERO;
    this.inverse = new ModularInverse(z < ZERO ? z + P : z, P);
  }
}
