// The ECMA-419 NTP client. Whatever servers are asked, this machine's time is what they say.
import Timer from "timer";

const { host: device } = globalThis.simNative;

export default class NTP {
  #callback;

  constructor({ servers, target }) {
    if (!servers?.length) throw new Error("invalid");
    if (target !== undefined) this.target = target;
  }

  getTime(callback) {
    if (this.#callback) throw new Error("in use");
    this.#callback = callback;
    Timer.set(() => {
      const told = this.#callback;
      this.#callback = undefined;
      told?.(null, device.worldTime());
    }, 1);
  }

  close() {
    this.#callback = undefined;
  }
}
