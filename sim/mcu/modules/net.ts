// Moddable's "net", as far as names go: Net.resolve(name, callback(name, address)); address is undefined where there is no such host.
import { LookUp } from "./look-up.js";

const Net = {
  resolve(name: string, callback: (name: string, address?: string) => void): void {
    new LookUp(name, (address) => callback(name, address));
  },
};

export { Net as default };
