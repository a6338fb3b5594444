// Moddable's "time". The clock is UTC; set(seconds) is what an app does when SNTP has answered.
const { host } = globalThis.simNative;

const Time = {
  set(seconds) {
    host.setTime(seconds);
  },
  get ticks() {
    return host.milliseconds();
  },
  get microseconds() {
    return Math.trunc(host.milliseconds() * 1000);
  },
  delta(start, end = host.milliseconds()) {
    return end - start;
  },
  timezone: 0,
  dst: 0,
};

export { Time as default };
