/** Node's source of randomness and its clock. */
import { randomFillSync } from "node:crypto";
import type { BufferLender } from "../../src/config.js";
import type { Clock, Random } from "../../src/crypto/provider.js";

export const systemRandom: Random = {
  fill(bytes, offset, length) {
    randomFillSync(bytes, offset, length);
  },
};

export const systemClock: Clock = {
  seconds: () => Math.floor(Date.now() / 1000),
};

/** Memory for records that a small receive buffer does not hold. */
export const heapLender: BufferLender = {
  lend: (length) => new Uint8Array(length),
  giveBack() {},
};
