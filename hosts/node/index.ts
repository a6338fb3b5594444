/** thimble on Node: `connect` and `createServer`, in the manner of node:tls. */

export { PSK_DHE_KE, PSK_KE } from "../../src/config-psk.js";
export { ExternalPsk, PskList, PskLookup } from "../../src/session/external-psk.js";
export { Resumption, type ResumptionOptions } from "../../src/session/resumption.js";
export { SessionCache } from "../../src/session/session-cache.js";
export { SessionIds } from "../../src/session/session-ids.js";
export { MemorySessionStore, type SessionStore } from "../../src/session/session-store.js";
export { TicketKeys } from "../../src/session/ticket-keys.js";
export { type TicketOptions, Tickets } from "../../src/session/tickets.js";
export { type OcspAnswer, type OcspOptions, ocspStapling } from "../../src/x509/ocsp-stapling.js";
export { anchorsFrom, anchorsFromFiles, type CertificateSource, certificatesFrom, certificatesFromFile } from "./certificates.js";
export { type ConnectOptions, connect, NODE_RECEIVE_BUFFER, NODE_SEND_BUFFER } from "./connect.js";
export { decryptionIdentity } from "./decryption-key.js";
export { TIMED_OUT, TLSError } from "./errors.js";
export { keyLogFile } from "./key-log.js";
export { identityFrom, identityFromFiles, type KeySource } from "./keys.js";
export { type Client12Options, LEGACY, type Legacy, makeClient12, makeServer12, type Server12Options } from "./legacy12.js";
export { nobleProvider } from "./provider-noble.js";
export {
  createServer,
  DEFAULT_MAX_HANDSHAKES,
  DEFAULT_MAX_SILENT,
  Server,
  type ServerEvents,
  type ServerOptions,
} from "./server.js";
export type { ConfigOptions, HostOptions } from "./server-config.js";
export { STARTTLS_CLIENTS, STARTTLS_SERVERS, type StartTlsOptions, startTls } from "./starttls.js";
export { systemClock, systemRandom } from "./system.js";
export { DEFAULT_HANDSHAKE_TIMEOUT, type TLSConnection, TLSSocket, type TLSSocketOptions } from "./tls-socket.js";
export { client12, server12 } from "./tls12.js";
export { certificateSignatures, verifyChain } from "./verify-chain.js";
