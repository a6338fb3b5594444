import { sha256 as oracle } from "@noble/hashes/sha2.js";
import { sha256 } from "../../../src/crypto/xs/sha256.js";
import { expectScheduleConstants, rulesOfHash, TWO_BLOCKS_OF_64, TWO_BLOCKS_OF_128 } from "./hash-rules.js";

describe("SHA-256", () => {
  rulesOfHash(
    sha256,
    oracle,
    [32, 64, 32],
    [
      ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
      [TWO_BLOCKS_OF_64, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"],
      [TWO_BLOCKS_OF_128, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"],
    ],
  );

  it("has the right constants", () => expectScheduleConstants(sha256));
});
