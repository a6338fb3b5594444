/** Node's source of randomness and its clock. */
import { randomFillSync } from "node:crypto";
import type { Clock, Random } from "../../src/crypto/provider.js";

export const systemRandom: Random = {
  fill(bytes, offset, length) {
    randomFillSync(bytes, offset, length);
  },
};

export const systemClock: Clock = {
  seconds: () => Math.floor(Date.now() / 1000),
};
