// ECMA-419 DNS resolver. The machine's own resolver answers, so `servers` and `socket` are not looked at.
const { resolve } = globalThis.simNative;

export default class Resolver {
  #open = true;

  resolve({ host, onResolved, onError }) {
    if (!this.#open) throw new Error("closed");
    if (!host || (!onResolved && !onError)) throw new TypeError("resolve needs a host and onResolved");
    resolve(host, (address) => {
      if (!this.#open) return;
      if (address === undefined) onError?.call(this, host);
      else onResolved?.call(this, host, address);
    });
  }

  close() {
    this.#open = false;
  }
}
