/** XS: a chunk has a header of 8 bytes, and a size that is a multiple of 4. */
export function chunkBytes(length: number): number {
  return ((length + 3) & ~3) + 8;
}

/** Both buffers of a connection stand in one chunk. */
export function bufferBytes(receiveBuffer: number, sendBuffer: number): number {
  return chunkBytes(receiveBuffer + sendBuffer);
}

export const SLOT_BYTES = 16;
/** Of a Uint8Array beside its chunk. */
export const ARRAY_SLOTS = 7;
