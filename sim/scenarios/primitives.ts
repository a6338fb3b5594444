// Instructions of each primitive: symmetric ones a byte, public-key operations as a whole. Heaps are so large that nothing is collected; what
// collections add on an ESP32's heaps stands beside (onEsp32).
import type { CountResult } from "../xs/run.js";
import { measureInstructions } from "./replay.js";
import { instructions, type Measurements, type Scenario } from "./scenario.js";

const APP = "measure-primitives";
const ROOMY = { chunkBytes: 16 << 20, slots: 64 << 10 };
const FLIGHT = "client13-chacha";

const BULK = ["chacha20poly1305", "aes128gcm", "sha256"];
const SIZES = [4096, 1024, 64];
const OPERATIONS = [
  ["x25519", "keygen"],
  ["x25519", "shared"],
  ["p256", "keygen"],
  ["p256", "ecdh"],
  ["p256", "verify"],
] as const;

function operationsOf(counted: CountResult, suffix: string): Measurements {
  const figures: Measurements = {};
  for (const [name, operation] of OPERATIONS)
    figures[`${name}.${operation}${suffix}`] = instructions(counted.instructions[`${name} ${operation}`]?.total);
  return figures;
}

export const primitives: Scenario = {
  name: "primitives",
  async measure(counting) {
    if (!counting) return {};
    const [roomy, esp32] = await Promise.all([measureInstructions(APP, FLIGHT, ROOMY), measureInstructions(APP, FLIGHT)]);
    const figures: Measurements = {};
    for (const name of BULK)
      for (const size of SIZES) {
        const total = roomy.instructions[`${name} ${size}`]?.total;
        figures[`${name}.byteOf${size}`] = instructions(total === undefined ? null : total / size);
      }
    return { ...figures, ...operationsOf(roomy, ""), ...operationsOf(esp32, "OnEsp32") };
  },
};
