/** RAM of devices, as their manifests in the Moddable SDK set it. */
export interface Heaps {
  /** Bytes for chunks: buffers, strings, BigInts. */
  readonly chunkBytes: number;
  /** Slots for objects and properties. */
  readonly slots: number;
  /** Slots of the XS stack. */
  readonly stackSlots: number;
}

export const BOARDS: Readonly<Record<string, Heaps>> = {
  esp32: { chunkBytes: 78_848, slots: 4928, stackSlots: 512 },
};
