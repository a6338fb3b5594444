import { DEFAULT_RECEIVE_BUFFER, DEFAULT_SEND_BUFFER, type ServerConfig } from "./config.js";
import { checkBuffers, checkKey } from "./config-check.js";
import { checkProvider, checkVersions } from "./config-check-certified.js";
import { Connection } from "./connection.js";
import { serverVersion12 } from "./handshake/hello.js";
import { ServerHandshake13 } from "./handshake/server-13.js";
import { RecordLayer } from "./record/record-layer.js";

/** The server's end of a TLS connection. It waits for the client's first bytes. */
export class ServerConnection extends Connection {
  /**
   * io: memory for the receive buffer and the send buffer behind it; made here when not given. peerAddress: the client's address in any form, for
   * cookies. Throws RangeError, naming the value, for a config that cannot work.
   */
  constructor(config: ServerConfig, io?: Uint8Array, peerAddress: Uint8Array = NO_ADDRESS) {
    const receive = config.receiveBuffer ?? DEFAULT_RECEIVE_BUFFER;
    const send = config.sendBuffer ?? DEFAULT_SEND_BUFFER;
    checkBuffers(receive, send, io?.length, config.sliceSteps);
    checkProvider(config.provider);
    checkVersions("server", config.tls12, config.tls13);
    if (config.psk !== undefined) checkKey("psk", config.psk.hashLength, config.provider);
    if (config.cookies !== undefined && config.cookies.key.length !== 32)
      throw new RangeError(`cookies.key has ${config.cookies.key.length} bytes; it must have 32`);
    super(new RecordLayer(io ?? new Uint8Array(receive + send), receive, config.lender), config.sliceSteps ?? Infinity);
    const only12 = config.tls13 === false ? serverVersion12(config) : null;
    this.flow = only12 === null ? new ServerHandshake13(config, peerAddress, receive, this) : only12.start(config, receive, this);
  }
}

const NO_ADDRESS = new Uint8Array(0);
