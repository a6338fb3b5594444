// In place of src/crypto/xs/generated/sha1-blocks where the SDK's C code serves. Compiled by the SDK's xsc alone.
export const SHA1_INITIAL = Object.freeze([1732584193, -271733879, -1732584194, 271733878, -1009589776]);

export const sha1Blocks = native("xs_thimble_sha1_blocks");
