// Affine arithmetic on y^2 = x^3 - 3x + b modulo p, slow and simple, and the comb tables of base points.

import { tableSource } from "./table.js";

export class PrimeCurve {
  constructor(p) {
    this.p = p;
  }

  mod(x) {
    return ((x % this.p) + this.p) % this.p;
  }

  inverse(x) {
    let result = 1n;
    for (let b = this.mod(x), e = this.p - 2n; e > 0n; e >>= 1n, b = this.mod(b * b)) if (e & 1n) result = this.mod(result * b);
    return result;
  }

  // Neither the point at infinity nor a point and its negative appears here.
  add(p, q) {
    const slope = p.x === q.x && p.y === q.y ? (3n * p.x * p.x - 3n) * this.inverse(2n * p.y) : (q.y - p.y) * this.inverse(q.x - p.x);
    const x = this.mod(slope * slope - p.x - q.x);
    return { x, y: this.mod(slope * (p.x - x) - p.y) };
  }

  negate(p) {
    return { x: p.x, y: this.mod(-p.y) };
  }

  /**
   * The source of a comb table with `teeth` teeth, `distance` bits apart: entry i is (2^(distance·(teeth - 1)) + sum of ±2^(distance·j) for
   * j = 0 .. teeth - 2, + where bit j of i is set) · base, as x and 2y (the point code keeps 2y in place of y).
   */
  combSource(name, base, teeth, distance) {
    const powers = [base];
    for (let j = 1; j < teeth; j++) {
      let point = powers[j - 1];
      for (let i = 0; i < distance; i++) point = this.add(point, point);
      powers.push(point);
    }
    const top = powers.pop();
    const entries = [];
    for (let i = 0; i < 1 << (teeth - 1); i++) {
      const sum = powers.reduce((point, power, j) => this.add(point, (i >> j) & 1 ? power : this.negate(power)), top);
      entries.push([sum.x, this.mod(2n * sum.y)]);
    }
    return `// x and 2y of each point.\n${tableSource(name, ["x", "y"], entries)}`;
  }
}
