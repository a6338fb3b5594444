// In place of src/crypto/xs/generated/aes-ctr where the SDK's C code serves. Compiled by the SDK's xsc alone.
const ctr = native("xs_thimble_aes_ctr");

/** C reads no Int32Array, but the buffer below; it begins where its buffer does. */
export function aesCtr(state, key, rounds, i0, i1, i2, counter, view, offset, count) {
  ctr(state.buffer, key, rounds, i0, i1, i2, counter, view, offset, count);
}
