/**
 * What holds while the clock is not set, as on a device without a battery before it has reached a time server. Without a policy nothing is accepted
 * then. With a floor it is at least that date: what expired before it is refused, "not yet valid" can't be told and is let pass.
 */
export interface TimePolicy {
  /** Seconds since 1970 that have passed for sure. */
  floor(): number;
  /** A path was verified in full while the clock was set and said this. */
  verified(seconds: number): void;
}

/**
 * A floor that is baked in at build and moves with the connections of a set clock. It never goes back, and never past the build's ceiling: so a
 * clock that was wrong once can't lock a device out for longer than that. Keep `seconds` where it outlasts a restart, give it as `remembered`.
 */
export class FloorDate implements TimePolicy {
  /** The floor. Changes only in verified(). */
  seconds: number;
  /** Seconds since 1970 that it never passes. */
  readonly ceiling: number;

  /** build: when the firmware was made; ceiling: how far the floor may ever go (end of the firmware's support); both seconds since 1970. */
  constructor(build: number, ceiling: number, remembered: number = build) {
    if (!(build >= 0 && ceiling >= build))
      throw new RangeError(`floor ${build} and ceiling ${ceiling}: both are seconds since 1970, in this order`);
    this.ceiling = ceiling;
    // What was remembered may be damaged, or of another build.
    this.seconds = remembered > build ? Math.min(Math.floor(remembered), ceiling) : build;
  }

  floor(): number {
    return this.seconds;
  }

  verified(seconds: number): void {
    const moved = Math.min(seconds, this.ceiling);
    if (moved > this.seconds) this.seconds = moved;
  }
}
