// The simulator's "sim:host", as sim/xs has it; there are no files and no arguments here.
const { host } = simNative;

export { host as default };
