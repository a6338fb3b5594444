// What a test or a measuring app asks of the simulator: fillRandom(bytes, offset, length), exit(status), argument(index), readText(path), milliseconds().
const { host } = globalThis.simNative;
export { host as default };
