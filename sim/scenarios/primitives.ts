// Instructions of each primitive: symmetric ones a byte, public-key operations as a whole. Heaps are so large that nothing is collected; what
// collections add on an ESP32's heaps stands beside (onEsp32).
import type { CountResult } from "../xs/run.js";
import { measureInstructions, ROOMY } from "./replay.js";
import { instructions, type Measurements, type Scenario } from "./scenario.js";

const FLIGHT = "client13-chacha";
const SIZES = [4096, 1024, 64];

type Operation = readonly [primitive: string, operation: string];

function operationsOf(operations: readonly Operation[], counted: CountResult, suffix: string): Measurements {
  const figures: Measurements = {};
  for (const [name, operation] of operations)
    figures[`${name}.${operation}${suffix}`] = instructions(counted.instructions[`${name} ${operation}`]?.total);
  return figures;
}

function scenario(name: string, app: string, bulk: readonly string[], operations: readonly Operation[]): Scenario {
  return {
    name,
    async measure(counting) {
      if (!counting) return {};
      const [roomy, esp32] = await Promise.all([measureInstructions(app, FLIGHT, ROOMY), measureInstructions(app, FLIGHT)]);
      const figures: Measurements = {};
      for (const primitive of bulk)
        for (const size of SIZES) {
          const total = roomy.instructions[`${primitive} ${size}`]?.total;
          figures[`${primitive}.byteOf${size}`] = instructions(total === undefined ? null : total / size);
        }
      return { ...figures, ...operationsOf(operations, roomy, ""), ...operationsOf(operations, esp32, "OnEsp32") };
    },
  };
}

export const primitives = scenario(
  "primitives",
  "measure-primitives",
  ["chacha20poly1305", "aes128gcm", "sha256"],
  [
    ["x25519", "keygen"],
    ["x25519", "shared"],
    ["p256", "keygen"],
    ["p256", "ecdh"],
    ["p256", "verify"],
  ],
);

export const primitivesFull = scenario(
  "primitives.full",
  "measure-primitives-full",
  ["aes256gcm", "aes128ccm", "sha384", "sha512"],
  [
    ["p256", "sign"],
    ["p384", "keygen"],
    ["p384", "ecdh"],
    ["p384", "verify"],
    ["p521", "verify"],
    ["ed25519", "verify"],
    ["rsa2048", "verify"],
    ["rsa2048", "verifyPkcs1"],
    ["rsa2048", "sign"],
  ],
);
