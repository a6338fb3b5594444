/** The bytes of a buffer, in place. Not every buffer of a device is an ArrayBuffer: resources lie in flash. */
export function bytesOf(data: object): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (typeof data !== "object" || data === null) throw new TypeError(`a buffer or a view is wanted, not ${typeof data}`);
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data as ArrayBuffer);
}
