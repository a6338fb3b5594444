// One full handshake of the TLS 1.3 client: X25519, leaf and intermediate on P-256, 512 bytes to send and 2 KB to receive, on an ESP32's heaps.
import { SimError } from "../errors.js";
import { idleOf, peakOf, stepsOf } from "../report/steps.js";
import { measureInstructions, measureMemory } from "./replay.js";
import { instructions, type Measurements, type Scenario } from "./scenario.js";

const APP = "measure-handshake";

function handshake(name: string, flight: string): Scenario {
  return {
    name,
    async measure(counting) {
      const [memory, counted] = await Promise.all([measureMemory(APP, flight), counting ? measureInstructions(APP, flight) : null]);
      const steps = stepsOf(memory, counted, "handshake");
      const idle = idleOf(memory);
      const peak = peakOf(steps)?.peak;
      if (idle === null || peak === undefined) throw new SimError(`${name}: the handshake was not measured`);
      const figures: Measurements = {
        [`${name}.peak`]: { value: peak.bytes, unit: "B" },
        [`${name}.peakChunks`]: { value: peak.chunkBytes, unit: "B" },
        [`${name}.peakSlots`]: { value: peak.slots, unit: "slots" },
        [`${name}.peakStack`]: { value: peak.stackBytes, unit: "B" },
        [`${name}.idle`]: { value: idle.bytes, unit: "B" },
        [`${name}.idleChunks`]: { value: idle.chunkBytes, unit: "B" },
        [`${name}.idleSlots`]: { value: idle.slots, unit: "slots" },
      };
      if (counted !== null) {
        // The handshake ends with our Finished; tickets come after it.
        const counts = steps.filter((step) => step.name !== "NewSessionTicket").map((step) => step.cost?.instructions ?? 0);
        figures[`${name}.handshake`] = instructions(counts.reduce((sum, count) => sum + count, 0));
      }
      return figures;
    },
  };
}

export const client13 = handshake("client13", "client13-chacha");
export const client13AesGcm = handshake("client13.aesgcm", "client13-aesgcm");
