// ECMA-419 TCP listener.
const { Listener } = globalThis.simNative;
export { Listener as default };
