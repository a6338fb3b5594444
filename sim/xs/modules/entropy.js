// "embedded:thimble/entropy": the operating system's random bytes take the place of the chip's generator.
const { host } = globalThis.simNative;

export default {
  fill(bytes) {
    host.fillRandom(bytes, 0, bytes.length);
  },
};
