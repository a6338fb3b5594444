// In place of src/crypto/xs/generated/poly1305. Compiled by the SDK's xsc alone.
const blocks = native("xs_thimble_poly1305_blocks");
const tag = native("xs_thimble_poly1305_tag");

export function poly1305Blocks(state, head, words, at, count, tail) {
  blocks(state.buffer, head, words.buffer, 4 * at, count, tail);
}

export function poly1305Tag(state) {
  tag(state.buffer);
}
