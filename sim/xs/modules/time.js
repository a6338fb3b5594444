// Moddable's "time", as far as it is used.
const { host } = globalThis.simNative;
export default Object.freeze({
  get ticks() {
    return host.milliseconds();
  },
});
