// ECMA-419 DNS resolver. The resolver outside answers, so `servers` and `socket` are not looked at.
import { LookUp } from "./look-up.js";

interface Question {
  readonly host: string;
  readonly onResolved?: (this: Resolver, host: string, address: string) => void;
  readonly onError?: (this: Resolver, host: string) => void;
}

export default class Resolver {
  private open: boolean;

  constructor() {
    this.open = true;
  }

  resolve({ host, onResolved, onError }: Question): void {
    if (!this.open) throw new Error("closed");
    if (!host || (!onResolved && !onError)) throw new TypeError("resolve needs a host and onResolved");
    new LookUp(host, (address) => {
      if (!this.open) return;
      if (address === undefined) onError?.call(this, host);
      else onResolved?.call(this, host, address);
    });
  }

  close(): void {
    this.open = false;
  }
}
