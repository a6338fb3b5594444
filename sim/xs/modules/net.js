// Moddable's "net", as far as names go: Net.resolve(name, callback(name, address)); address is undefined where there is no such host.
const { resolve } = globalThis.simNative;

const Net = {
  resolve(name, callback) {
    resolve(name, (address) => callback(name, address));
  },
};

export { Net as default };
