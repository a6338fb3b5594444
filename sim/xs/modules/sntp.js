// Moddable's "sntp". Whatever host is asked, this machine's time is what it says; a host that does not resolve is an error.
import Net from "net";
import Timer from "timer";

const { host: device } = globalThis.simNative;

export default class SNTP {
  #open = true;

  constructor({ host }, callback) {
    const ask = (name) =>
      Net.resolve(name, (_, address) => {
        if (!this.#open) return;
        if (address !== undefined) {
          Timer.set(() => {
            if (this.#open) callback(SNTP.time, Math.floor(device.worldTime() / 1000));
            this.close();
          }, 1);
          return;
        }
        const next = callback(SNTP.error, `cannot resolve ${name}`);
        if (next) ask(next);
        else this.close();
      });
    ask(host);
  }

  close() {
    this.#open = false;
  }

  static time = 1;
  static retry = 2;
  static error = -1;
}
