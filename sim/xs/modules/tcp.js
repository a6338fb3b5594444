// ECMA-419 TCP client socket.
const { TCP } = globalThis.simNative;
export { TCP as default };
