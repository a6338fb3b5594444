// In place of src/crypto/xs/generated/aes-ghash. Compiled by the SDK's xsc alone.
const add = native("xs_thimble_ghash");

/** Of H's multiples C takes H alone, which is entry 8: looking others up would depend on data. */
export function ghashTable(state, h, h0, h1, h2, h3) {
  h0[8] = state[h];
  h1[8] = state[h + 1];
  h2[8] = state[h + 2];
  h3[8] = state[h + 3];
}

export function ghash(work, h0, h1, h2, h3, head, view, offset, count, tail) {
  add(work, h0[8], h1[8], h2[8], h3[8], head, view, offset, count, tail);
}
