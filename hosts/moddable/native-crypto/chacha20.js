// In place of src/crypto/xs/generated/chacha20 where the SDK's C code serves. Compiled by the SDK's xsc alone.
const chacha20 = native("xs_thimble_chacha20");

/** `view` may lie over another buffer, where offset is a multiple of 4: what is meant is `words`. */
export function chacha20Xor(state, key, counter, n0, n1, n2, words, _view, offset, count) {
  chacha20(state.buffer, key, counter, n0, n1, n2, words.buffer, offset, count);
}
