import type { BufferLender } from "../config.js";

/** What a record layer has of a config's lender: an object of its own, which connections without one do not have. */
export class Lending {
  readonly lender: BufferLender;
  /** The connection's own memory, while it works in memory that was lent. */
  own: Uint8Array | null;

  constructor(lender: BufferLender) {
    this.lender = lender;
    this.own = null;
  }
}
