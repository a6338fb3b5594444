/** thimble on Node: `connect`, in the manner of node:tls. */
export { anchorsFrom, anchorsFromFiles, type CertificateSource, certificatesFrom, certificatesFromFile } from "./certificates.js";
export { type ConnectOptions, connect, NODE_RECEIVE_BUFFER, NODE_SEND_BUFFER } from "./connect.js";
export { TIMED_OUT, TLSError } from "./errors.js";
export { keyLogFile } from "./key-log.js";
export { identityFrom, identityFromFiles, type KeySource } from "./keys.js";
export { nobleProvider } from "./provider-noble.js";
export { systemClock, systemRandom } from "./system.js";
export { DEFAULT_HANDSHAKE_TIMEOUT, type TLSConnection, TLSSocket, type TLSSocketOptions } from "./tls-socket.js";
export { certificateSignatures, verifyChain } from "./verify-chain.js";
