// The longest slice of each public-key operation when the host asks for one step at a time, and of a whole handshake; and what one record of 2 KB holds
// an event loop for.
import { measureInstructions } from "./replay.js";
import { instructions, type Measurements, type Scenario } from "./scenario.js";

const FLIGHT = "client13-chacha";
/** No collection falls into a slice. */
const UNCOLLECTED = { chunkBytes: 256 << 20, slots: 1 << 20 };

const OPERATIONS = [
  "x25519",
  "p256Ecdh",
  "p384Ecdh",
  "p256Verify",
  "p384Verify",
  "p521Verify",
  "ed25519Verify",
  "rsa2048Verify",
  "rsa3072Verify",
  "rsa4096Verify",
  "rsa8192Verify",
  "p256Sign",
  "p384Sign",
  "rsa2048Sign",
  "rsa4096Sign",
];

export const slices: Scenario = {
  name: "slices",
  async measure(counting) {
    if (!counting) return {};
    const [counted, handshake] = await Promise.all([
      measureInstructions("measure-slices", FLIGHT, UNCOLLECTED),
      measureInstructions("measure-handshake-slices", FLIGHT, UNCOLLECTED),
    ]);
    const figures: Measurements = {};
    for (const name of OPERATIONS) figures[`slices.${name}`] = instructions(counted.instructions[name]?.longest);
    for (const name of ["publicKey", "keySchedule", "record"])
      figures[`slices.handshake.${name}`] = instructions(handshake.instructions[name]?.longest);
    for (const name of ["open", "hash"]) figures[`slices.record2k.${name}`] = instructions(counted.instructions[name]?.longest);
    return figures;
  },
};
