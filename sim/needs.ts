// Before a byte is sent: does a connection with these buffers fit into this RAM? The needs besides buffers are the measured ones of budgets.json.
import { SimError } from "./errors.js";
import type { SimOptions } from "./options.js";
import { thousands } from "./report/table.js";
import type { XsStats } from "./xs/run.js";

/** Of a TLS socket in its handshake, beside its buffers: the most of each kind. */
export interface Needs {
  readonly chunkBytes: number;
  readonly slots: number;
  readonly stackSlots: number;
}

/** Chunks have a header of 8 bytes, and a size that is a multiple of 4. */
const CHUNK_HEADER = 8;

/** Throws where the RAM is too small. `plain`: the same app without TLS has run in it. */
export function checkNeeds(options: SimOptions, needs: Needs, plain: XsStats): void {
  const { heaps, receiveBuffer, sendBuffer } = options;
  const app = plain.marks.find((mark) => mark.name === "connected")?.live ?? plain.live;
  const buffers = receiveBuffer + sendBuffer + CHUNK_HEADER;
  const chunkBytes = buffers + needs.chunkBytes + app.chunkBytes;
  const stackSlots = needs.stackSlots + Math.ceil(app.stackBytes / plain.slotSize);
  const { staticBytes } = heaps;
  if (staticBytes !== undefined) {
    const all = chunkBytes + (needs.slots + app.slots + heaps.stackSlots) * plain.slotSize;
    if (all > staticBytes)
      throw new SimError(
        `memory too small: ${thousands(chunkBytes)} bytes of chunks, ${thousands(needs.slots + app.slots)} slots and ${thousands(heaps.stackSlots)} of stack ` +
          `need ${thousands(all)} bytes; the device has ${thousands(staticBytes)} (--ram, --receive-buffer)`,
      );
  }
  if (staticBytes === undefined && chunkBytes > heaps.chunkBytes)
    throw new SimError(
      `memory too small: ${thousands(receiveBuffer)} bytes to receive, ${thousands(sendBuffer)} to send, ${thousands(needs.chunkBytes)} for the handshake and ` +
        `${thousands(app.chunkBytes)} of the app need ${thousands(chunkBytes)} bytes of chunks; the device has ${thousands(heaps.chunkBytes)} (--chunks, --receive-buffer)`,
    );
  const slots = needs.slots + app.slots;
  if (staticBytes === undefined && slots > heaps.slots)
    throw new SimError(
      `memory too small: ${thousands(needs.slots)} slots for the handshake and ${thousands(app.slots)} of the app are ${thousands(slots)}; the device has ${thousands(heaps.slots)} (--slots)`,
    );
  if (stackSlots > heaps.stackSlots)
    throw new SimError(
      `memory too small: the handshake needs ${thousands(stackSlots)} slots of stack with the app's; the device has ${thousands(heaps.stackSlots)} (--stack)`,
    );
}
