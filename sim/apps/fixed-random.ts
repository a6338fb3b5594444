import type { Clock, Random } from "../../src/crypto/provider.js";

// Digits that look random: what depends on them (the time of an operation on points) is then typical.
const BYTES = new Uint8Array([
  0x60, 0x3d, 0xeb, 0x10, 0x15, 0xca, 0x71, 0xbe, 0x2b, 0x73, 0xae, 0xf0, 0x85, 0x7d, 0x77, 0x81, 0x1f, 0x35, 0x2c, 0x07, 0x3b, 0x61, 0x08,
  0xd7, 0x2d, 0x98, 0x10, 0xa3, 0x09, 0x14, 0xdf, 0xf4,
]);

/**
 * For measuring only: every draw gives the same bytes, so a flight that was recorded with it can be replayed, and stays valid when the code draws
 * in another order. Nothing here is secret.
 */
export const insecureFixedRandom: Random = {
  fill(bytes, offset, length) {
    for (let i = 0; i < length; i += BYTES.length) {
      if (length - i >= BYTES.length) bytes.set(BYTES, offset + i);
      else for (let j = 0; j < length - i; j++) bytes[offset + i + j] = BYTES[j] as number;
    }
  },
};

/** 2030-01-01, inside the validity of the certificates of recorded flights. */
export const FIXED_TIME = 1_893_456_000;

export const fixedClock: Clock = {
  seconds: () => FIXED_TIME,
};
