// In place of src/crypto/xs/generated/aes-cbc-mac where the SDK's C code serves. Compiled by the SDK's xsc alone.
const mac = native("xs_thimble_aes_cbc_mac");

export function aesCbcMac(state, key, rounds, work, at, view, offset, count) {
  mac(state.buffer, key, rounds, work, at, view, offset, count);
}
