/** The chip's generator: native/entropy on a device (entropy.js, entropy.c), the operating system's in the simulator. */
declare module "embedded:thimble/entropy" {
  const source: import("../random.js").EntropySource;
  export default source;
}
