// Moddable's "timer".
const { Timer } = globalThis.simNative;
export { Timer as default };
