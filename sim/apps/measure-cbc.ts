import { sha1 } from "../../src/crypto/xs/sha1.js";
import { sha256 } from "../../src/crypto/xs/sha256.js";
import { sha384 } from "../../src/crypto/xs/sha384.js";
import { Openings, RIGHT, WRONG_MAC, WRONG_PADDING } from "./cbc-openings.js";

for (const mac of [sha1, sha256, sha384]) {
  const openings = new Openings(mac);
  for (let padding = 0; padding < 256; padding++) openings.one(WRONG_MAC, padding, 1);
  for (let padding = 0; padding < 256; padding += 17) {
    openings.one(RIGHT, padding, 3);
    openings.one(WRONG_PADDING, padding, 5);
  }
}
