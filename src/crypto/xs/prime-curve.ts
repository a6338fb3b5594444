/** What the key exchange and ECDSA need of a curve y^2 = x^3 - 3x + b over a prime field, of prime order (SP 800-186 §3.2.1). */

/** u·Q + v·G under way: one of the generated walks. */
export interface Walk {
  /** X / Z^2 is the result's x, H / (2 Z^3) its y; Z = 0 modulo p is the point at infinity. */
  readonly x: bigint;
  readonly h: bigint;
  readonly z: bigint;
  finished(): boolean;
  run(budget: number): number;
  wipe(): void;
}

export interface PrimeCurve {
  readonly p: bigint;
  readonly b: bigint;
  /** Order of the base point. */
  readonly n: bigint;
  /** Bytes of a coordinate. A point takes 1 + 2·size (SEC 1 §2.3.3, uncompressed). */
  readonly size: number;
  /** Bytes of the walk's digits: without v, and in all. */
  readonly vDigits: number;
  readonly digitBytes: number;
  /** digits, table, u, v, regular: see the walk's constructor. */
  walk(digits: Uint8Array, table: readonly bigint[], u: bigint, v: bigint, regular: boolean): Walk;
}

const THREE = 3n;

/** Whether 0 <= x, y < p, both given as >= 0, and on the curve. The cofactor is 1: such a point has order n. */
export function isOnCurve(curve: PrimeCurve, x: bigint, y: bigint): boolean {
  const p = curve.p;
  return x < p && y < p && !((y * y - (x * x - THREE) * x - curve.b) % p);
}
