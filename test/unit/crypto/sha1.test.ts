import { sha1 as oracle } from "@noble/hashes/legacy.js";
import { sha1 } from "../../../src/crypto/xs/sha1.js";
import { rulesOfHash, TWO_BLOCKS_OF_64, TWO_BLOCKS_OF_128 } from "./hash-rules.js";

describe("SHA-1", () => {
  rulesOfHash(
    sha1,
    oracle,
    [20, 64, 20],
    [
      ["abc", "a9993e364706816aba3e25717850c26c9cd0d89d"],
      [TWO_BLOCKS_OF_64, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"],
      [TWO_BLOCKS_OF_128, "a49b2446a02c645bf419f995b67091253a04a259"],
    ],
  );
});
