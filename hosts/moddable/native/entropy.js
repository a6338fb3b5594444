// "embedded:thimble/entropy" on a device: entropy.c asks the chip. Compiled by the SDK's xsc alone.
const source = {
  fill(bytes) {
    native("xs_thimble_entropy").call(this, bytes);
  },
};

export default Object.freeze(source);
