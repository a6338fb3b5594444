/** thimble: TLS that fits in a thimble. What a host or an app imports; a firmware imports a profile instead. */
export { alertName, type FailureOrigin, TLSAlert } from "./alert.js";
export { ClientConnection } from "./client.js";
export type {
  BufferLender,
  ClientAuthentication,
  ClientConfig,
  ClientResumption,
  CookieConfig,
  Exporter,
  HostLookup,
  KeyLog,
  ServerConfig,
  VirtualHost,
} from "./config.js";
export type { ClientPsk, ClientSession, OfferedKey, ServerPsk, ServerSession, ServerTickets } from "./config-psk.js";
export { CLOSED, Connection, FAILED, HANDSHAKING, OPEN, WANT_RECEIVE, WANT_RESUME, WANT_SEND } from "./connection.js";
export { ConnectionPool, type PoolOptions } from "./connection-pool.js";
export type {
  AeadAlgorithm,
  AeadKeys,
  CipherSuite,
  Clock,
  CryptoProvider,
  Hash,
  HashAlgorithm,
  KeyExchange,
  NamedGroup,
  Random,
  SignatureAlgorithm,
  Verifier,
} from "./crypto/provider.js";
export { postHandshakeAuth } from "./handshake/post-handshake-auth.js";
export type { Identity, Signer, SigningKey } from "./identity.js";
export type { CertificateTap } from "./messages/certificate.js";
export { exporter, tlsExporter } from "./schedule/exporter.js";
export { ServerConnection } from "./server.js";
export type { SessionStore } from "./session/session-store.js";
export { VirtualHosts } from "./virtual-hosts.js";
export type { StatusCheck } from "./x509/status.js";
export type { TrustAnchor, TrustStore } from "./x509/trust.js";
