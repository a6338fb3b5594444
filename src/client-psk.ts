import { type ClientConfig, DEFAULT_RECEIVE_BUFFER, DEFAULT_SEND_BUFFER } from "./config.js";
import { checkBuffers, checkKey, checkPresharedProvider, checkProtocols } from "./config-check.js";
import type { ClientPsk } from "./config-psk.js";
import { Connection } from "./connection.js";
import { CLIENT_13, ClientHandshake13 } from "./handshake/client-13.js";
import { RecordLayer } from "./record/record-layer.js";

/** What can be said of a connection that a pre-shared key alone proves: nothing of certificates, names or sessions, and TLS 1.3 only. */
export interface PskClientConfig
  extends Omit<
    ClientConfig,
    "tls12" | "tls13" | "trust" | "serverName" | "identities" | "postHandshakeAuth" | "checks" | "resumption" | "psk"
  > {
  readonly psk: ClientPsk;
}

const NOT_HERE = ["tls12", "trust", "serverName", "identities", "postHandshakeAuth", "checks", "resumption"] as const;

/**
 * The client's end of a TLS 1.3 connection with an external pre-shared key and no certificates (RFC 9846 §2.2). A firmware that names this and not
 * ClientConnection links nothing that reads them. It is driven as every Connection.
 */
export class PskClientConnection extends Connection {
  /** io: memory for both buffers, as ClientConnection takes it. Throws RangeError, naming the value, for a config that cannot work. */
  constructor(config: PskClientConfig, io?: Uint8Array) {
    const receive = config.receiveBuffer ?? DEFAULT_RECEIVE_BUFFER;
    const send = config.sendBuffer ?? DEFAULT_SEND_BUFFER;
    checkPskClientConfig(config, io?.length);
    super(new RecordLayer(io ?? new Uint8Array(receive + send), receive, config.lender), config.sliceSteps ?? Infinity);
    this.flow = new ClientHandshake13(config, null, this, CLIENT_13);
    this.run();
  }
}

/** The same checks, for a connection that is made later. io: bytes of the memory that it will be given. */
export function checkPskClientConfig(config: PskClientConfig, io?: number): void {
  checkBuffers(config.receiveBuffer ?? DEFAULT_RECEIVE_BUFFER, config.sendBuffer ?? DEFAULT_SEND_BUFFER, io, config.sliceSteps);
  checkPresharedProvider(config.provider);
  checkProtocols(config.alpn);
  for (let i = 0; i < NOT_HERE.length; i++) {
    if ((config as ClientConfig)[NOT_HERE[i]] !== undefined)
      throw new RangeError(`${NOT_HERE[i]} is given: a PskClientConnection knows pre-shared keys alone; ClientConnection has the rest`);
  }
  if (config.psk === undefined) throw new RangeError("psk is missing: a server is always verified");
  checkKey("psk", config.psk.hashLength, config.provider);
}
