/** RAM of devices, as their manifests in the Moddable SDK set it (build/devices/…/manifest.json, "creation"). */
export interface Heaps {
  /** Bytes for chunks: buffers, strings, BigInts. */
  readonly chunkBytes: number;
  /** Slots for objects and properties. */
  readonly slots: number;
  /** Slots of the XS stack. */
  readonly stackSlots: number;
  /** One block that all three share ("static"): chunkBytes and slots are then where they begin to grow. */
  readonly staticBytes?: number;
}

const FIXED: Heaps = { chunkBytes: 78_848, slots: 4928, stackSlots: 512 };
const GROWING = { chunkBytes: 1536, slots: 512 };

export const BOARDS: Readonly<Record<string, Heaps>> = {
  esp32: FIXED,
  "esp32-s3": FIXED,
  "esp32-c6": FIXED,
  "esp32-c3": { ...GROWING, stackSlots: 384, staticBytes: 94_208 },
  pico: { ...GROWING, stackSlots: 512, staticBytes: 131_072 },
};
