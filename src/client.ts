import { type ClientConfig, DEFAULT_RECEIVE_BUFFER, DEFAULT_SEND_BUFFER } from "./config.js";
import { Connection } from "./connection.js";
import { ClientHandshake13 } from "./handshake/client-13.js";
import { ConnectionKeys } from "./handshake/keys.js";
import { RecordLayer } from "./record/record-layer.js";
import { parseServerName } from "./x509/name.js";

/** The client's end of a TLS connection. It begins its handshake at once: `txPending()` bytes wait after construction, or `wants` is WANT_RESUME. */
export class ClientConnection extends Connection {
  /**
   * io: memory for the receive buffer and the send buffer behind it, of exactly receiveBuffer + sendBuffer bytes; made here when not given.
   * Throws RangeError or TypeError, naming the value, for a config that cannot work.
   */
  constructor(config: ClientConfig, io?: Uint8Array) {
    const receive = config.receiveBuffer ?? DEFAULT_RECEIVE_BUFFER;
    const send = config.sendBuffer ?? DEFAULT_SEND_BUFFER;
    checkConfig(config, receive, send, io);
    const name = parseServerName(config.serverName);
    const keys = new ConnectionKeys(longestHash(config));
    super(new RecordLayer(io ?? new Uint8Array(receive + send), receive), keys, config.sliceSteps ?? Infinity);
    this.flow = new ClientHandshake13(config, name, this.records, keys, this);
    this.run();
  }
}

/** Bytes of the longest hash among the suites. */
function longestHash(config: ClientConfig): number {
  const { suites } = config.provider;
  let longest = 0;
  for (let i = 0; i < suites.length; i++) longest = Math.max(longest, suites[i].hash.outputLength);
  return longest;
}

/** A receive buffer holds the longest record of a server's first flight with one small certificate; a send buffer a ClientHello. */
const LEAST_RECEIVE = 256;
const LEAST_SEND = 256;

function checkConfig(config: ClientConfig, receive: number, send: number, io: Uint8Array | undefined): void {
  checkSize("receiveBuffer", receive, LEAST_RECEIVE);
  checkSize("sendBuffer", send, LEAST_SEND);
  if (io !== undefined && io.length !== receive + send)
    throw new RangeError(`io has ${io.length} bytes; receiveBuffer ${receive} and sendBuffer ${send} need ${receive + send}`);
  const { suites, groups, signatures } = config.provider;
  if (suites.length === 0 || groups.length === 0 || signatures.length === 0)
    throw new RangeError("provider: it needs at least one suite, one group and one signature algorithm");
  const steps = config.sliceSteps;
  if (steps !== undefined && !(steps >= 1)) throw new RangeError(`sliceSteps is ${steps}; it must be at least 1`);
  const names = config.alpn;
  if (names === undefined) return;
  for (let i = 0; i < names.length; i++) {
    if (names[i].length === 0 || names[i].length > 255)
      throw new RangeError(`alpn: name ${i} has ${names[i].length} characters; 1 to 255 may be`);
    for (let j = 0; j < names[i].length; j++) if (names[i].charCodeAt(j) > 0x7f) throw new RangeError(`alpn: name ${i} is not ASCII`);
  }
}

function checkSize(name: string, value: number, least: number): void {
  if (!(value >= least && value <= 0x10000) || value !== Math.floor(value))
    throw new RangeError(`${name} is ${value}; it must be a whole number from ${least} to 65536`);
}
