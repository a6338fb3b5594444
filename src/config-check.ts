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

export function checkProvider(provider: CryptoProvider): void {
  const { suites, groups, signatures } = provider;
  if (suites.length === 0 || groups.length === 0 || signatures.length === 0)
    throw new RangeError("provider: it needs at least one suite, one group and one signature algorithm");
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
