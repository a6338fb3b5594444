import type { Random } from "../../src/crypto/provider.js";

/** What the SDK's compiler turns into a call of C: native/random.c. */
declare function native(name: string): (buffer: ArrayBufferLike, offset: number, length: number) => unknown;

function fillRandom(this: void, buffer: ArrayBufferLike, offset: number, length: number): unknown {
  // allow: host-global — no function: the compiler replaces it
  return native("xs_thimble_fill_random").call(this, buffer, offset, length);
}

/** The chip's generator. On an ESP32 it is true randomness only while Wi-Fi or Bluetooth is on: connect after that. */
export const random: Random = {
  fill(bytes, offset, length) {
    fillRandom(bytes.buffer, bytes.byteOffset + offset, length);
  },
};
