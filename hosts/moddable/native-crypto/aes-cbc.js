// In place of src/crypto/xs/generated/aes-cbc where the SDK's C code serves. Compiled by the SDK's xsc alone.
const encrypt = native("xs_thimble_aes_cbc_encrypt");
const decrypt = native("xs_thimble_aes_cbc_decrypt");

export function aesCbcEncrypt(state, key, rounds, view, offset, count) {
  encrypt(state.buffer, key, rounds, view, offset, count);
}

export function aesCbcDecrypt(state, key, rounds, view, offset, count) {
  decrypt(state.buffer, key, rounds, view, offset, count);
}
