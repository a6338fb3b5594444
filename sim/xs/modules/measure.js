// Counters of the simulated machine: collect(), reset(), mark(name), counter(name), begin(name), end(name), enter(), leave(name), counting().
const { measure } = globalThis.simNative;
export { measure as default };
