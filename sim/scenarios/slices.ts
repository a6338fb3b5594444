// The longest slice of each public-key operation when the host asks for one step at a time.
import { measureInstructions, ROOMY } from "./replay.js";
import { instructions, type Measurements, type Scenario } from "./scenario.js";

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
    const counted = await measureInstructions("measure-slices", "client13-chacha", ROOMY);
    const figures: Measurements = {};
    for (const name of OPERATIONS) figures[`slices.${name}`] = instructions(counted.instructions[name]?.longest);
    return figures;
  },
};
