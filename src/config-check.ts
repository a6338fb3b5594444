import type { CryptoProvider } from "./crypto/provider.js";

/** Checks of a config, before anything is allocated: each error names the value and what may be. */

/** A receive buffer holds the longest record of a first flight with one small certificate; a send buffer a ClientHello. */
const LEAST_RECEIVE = 256;
const LEAST_SEND = 256;

export function checkBuffers(receive: number, send: number, io: number | undefined, sliceSteps: number | undefined): void {
  checkSize("receiveBuffer", receive, LEAST_RECEIVE);
  checkSize("sendBuffer", send, LEAST_SEND);
  if (io !== undefined && io !== receive + send)
    throw new RangeError(`io has ${io} bytes; receiveBuffer ${receive} and sendBuffer ${send} need ${receive + send}`);
  if (sliceSteps !== undefined && !(sliceSteps >= 1)) throw new RangeError(`sliceSteps is ${sliceSteps}; it must be at least 1`);
}

/** Where no certificate is read, no signature is verified. */
export function checkPresharedProvider({ suites, groups }: CryptoProvider): void {
  if (suites.length === 0 || groups.length === 0) throw new RangeError("provider: it needs at least one suite and one group");
}

/** A pre-shared key needs a suite of its hash. */
export function checkKey(what: string, hashLength: number, { suites }: CryptoProvider): void {
  for (let i = 0; i < suites.length; i++) if (suites[i].hash.outputLength === hashLength) return;
  throw new RangeError(`${what}: provider has no suite with a hash of ${hashLength} bytes, for which the key is`);
}

export function checkProtocols(names: readonly string[] | undefined): void {
  if (names === undefined) return;
  for (let i = 0; i < names.length; i++) {
    const { length } = names[i];
    if (length === 0 || length > 255) throw new RangeError(`alpn: name ${i} has ${length} characters; 1 to 255 may be`);
    for (let j = 0; j < length; j++) if (names[i].charCodeAt(j) > 0x7f) throw new RangeError(`alpn: name ${i} is not ASCII`);
  }
}

function checkSize(name: string, value: number, least: number): void {
  if (!(value >= least && value <= 0x10000) || value !== Math.floor(value))
    throw new RangeError(`${name} is ${value}; it must be a whole number from ${least} to 65536`);
}
