// What it takes to verify a leaf and an intermediate on P-256. `rest`: all but the two signatures and the hashing of the signed parts, each of which
// is measured by itself. `verifyRemembered`: both signatures are remembered from before. Heaps so large that nothing is collected, as for the primitives; on an ESP32's heaps beside it.
import type { CountResult } from "../xs/run.js";
import { measureInstructions, ROOMY } from "./replay.js";
import { instructions, type Measurements, type Scenario } from "./scenario.js";

const APP = "measure-chain";
const FLIGHT = "server13-chacha";
const PARTS = ["signature 1", "signature 2", "hash 1", "hash 2"];

function figuresOf(counted: CountResult, suffix: string): Measurements {
  const whole = instructions(counted.instructions.chain?.total);
  const parts = PARTS.map((part) => instructions(counted.instructions[part]?.total).value);
  return {
    [`chain.verify${suffix}`]: whole,
    [`chain.verifyRemembered${suffix}`]: instructions(counted.instructions["chain again"]?.total),
    [`chain.verifyRest${suffix}`]: instructions(whole.value - parts.reduce((sum, part) => sum + part, 0)),
  };
}

export const chainVerify: Scenario = {
  name: "chain.verify",
  async measure(counting) {
    if (!counting) return {};
    const [roomy, esp32] = await Promise.all([measureInstructions(APP, FLIGHT, ROOMY), measureInstructions(APP, FLIGHT)]);
    return { ...figuresOf(roomy, ""), ...figuresOf(esp32, "OnEsp32") };
  },
};
