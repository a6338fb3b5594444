// In place of src/crypto/xs/generated/chacha20 where the SDK's C code serves. Compiled by the SDK's xsc alone.
const chacha20 = native("xs_thimble_chacha20");

/** C reads no Int32Array, but the buffer below; it begins where its buffer does. */
export function chacha20Xor(state, key, counter, n0, n1, n2, words, at, count) {
  chacha20(state.buffer, key, counter, n0, n1, n2, words.buffer, 4 * at, count);
}
