// The same handshake through the ECMA-419 TLSSocket: what an app really has. Above the same app with its TCP socket and no connection constructed.
import { SimError } from "../errors.js";
import { above } from "../report/steps.js";
import type { Mark, XsResult } from "../xs/run.js";
import { measureMemory } from "./replay.js";
import type { Scenario } from "./scenario.js";

const APP = "measure-socket";
const FLIGHT = "client13-chacha";

function markOf(result: XsResult, name: string): Mark {
  const mark = result.stats?.marks.find((one) => one.name === name);
  if (mark === undefined) throw new SimError(`socket: the app did not reach "${name}"`);
  return mark;
}

export const socket: Scenario = {
  name: "socket",
  async measure() {
    const [secure, plain] = await Promise.all([measureMemory(APP, FLIGHT), measureMemory(APP, FLIGHT, { arguments: ["plain"] })]);
    const slotSize = secure.stats?.slotSize ?? 0;
    const before = markOf(plain, "connected").live;
    const plainIdle = markOf(plain, "idle").live;
    const handshake = markOf(secure, "connected").peak;
    const secureIdle = markOf(secure, "idle").live;
    if (before === null || plainIdle === null || handshake === null || secureIdle === null) throw new SimError("socket: no peaks");
    const peak = above(handshake, before, before.stackBytes, slotSize);
    const idle = above({ ...secureIdle, stackBytes: 0 }, plainIdle, 0, slotSize);
    return {
      "socket.peak": { value: peak.bytes, unit: "B" },
      "socket.largestChunks": { value: handshake.largest.chunkBytes - before.chunkBytes, unit: "B" },
      "socket.largestSlots": { value: handshake.largest.slots - before.slots, unit: "slots" },
      "socket.largestStack": { value: handshake.largest.stackBytes - before.stackBytes, unit: "B" },
      "socket.idle": { value: idle.bytes, unit: "B" },
      "socket.idleSlots": { value: idle.slots, unit: "slots" },
    };
  },
};
