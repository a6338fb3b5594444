// Moddable's "time", as far as it is used.
const { milliseconds } = simNative.host;

export default Object.freeze({
  get ticks(): number {
    return milliseconds();
  },
});
