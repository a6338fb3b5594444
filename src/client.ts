import { type ClientConfig, DEFAULT_RECEIVE_BUFFER, DEFAULT_SEND_BUFFER } from "./config.js";
import { checkBuffers, checkProtocols } from "./config-check.js";
import { checkClientProof, checkProvider, checkVersions } from "./config-check-certified.js";
import { Connection } from "./connection.js";
import { ClientHandshake13 } from "./handshake/client-13.js";
import { CERTIFICATES_13 } from "./handshake/client-13-auth.js";
import { clientVersion12 } from "./handshake/hello.js";
import { RecordLayer } from "./record/record-layer.js";
import { parseServerName, type ServerName } from "./x509/name.js";

/** The client's end of a TLS connection. It begins its handshake at once: `txPending()` bytes wait after construction, or `wants` is WANT_RESUME. */
export class ClientConnection extends Connection {
  /**
   * io: memory for the receive buffer and the send buffer behind it, of exactly receiveBuffer + sendBuffer bytes; made here when not given.
   * Throws RangeError, naming the value, for a config that cannot work.
   */
  constructor(config: ClientConfig, io?: Uint8Array) {
    const receive = config.receiveBuffer ?? DEFAULT_RECEIVE_BUFFER;
    const send = config.sendBuffer ?? DEFAULT_SEND_BUFFER;
    const name = checkClientConfig(config, io?.length);
    super(new RecordLayer(io ?? new Uint8Array(receive + send), receive, config.lender), config.sliceSteps ?? Infinity);
    const only12 = config.tls13 === false ? clientVersion12(config) : null;
    this.flow = only12 === null ? new ClientHandshake13(config, name, this, CERTIFICATES_13) : only12.start(config, name, this);
    this.run();
  }
}

/** The same checks, for a connection that is made later. io: bytes of the memory that it will be given. */
export function checkClientConfig(config: ClientConfig, io?: number): ServerName | null {
  const receive = config.receiveBuffer ?? DEFAULT_RECEIVE_BUFFER;
  const send = config.sendBuffer ?? DEFAULT_SEND_BUFFER;
  checkBuffers(receive, send, io, config.sliceSteps);
  checkProvider(config.provider);
  checkProtocols(config.alpn);
  checkVersions("client", config.tls12, config.tls13);
  checkClientProof(config);
  return config.serverName === undefined ? null : parseServerName(config.serverName);
}
