import type { Clock, CryptoProvider, Random } from "./crypto/provider.js";
import type { Identity } from "./identity.js";
import type { TrustStore } from "./x509/trust.js";

/** Receives a secret for a key log (the NSS key log form that Wireshark reads): label, ClientHello.random (32 bytes), secret. Copy, do not keep. */
export type KeyLog = (label: string, clientRandom: Uint8Array, secret: Uint8Array) => void;

/** What a client connection is made from. One config may serve many connections. */
export interface ClientConfig {
  /** The primitives: suites, groups and signature algorithms in order of preference. */
  readonly provider: CryptoProvider;
  readonly random: Random;
  readonly clock: Clock;
  /** Where a certificate path may end. */
  readonly trust: TrustStore;
  /** The DNS name or the IP address (as text) that the server's certificate must carry. A DNS name is also sent as SNI. */
  readonly serverName: string;
  /** What the client proves itself with when it is asked, in order of preference. */
  readonly identities?: readonly Identity[];
  /** ALPN protocol names in order of preference (RFC 7301). */
  readonly alpn?: readonly string[];
  /** Bytes of the receive buffer; a protected record must fit in it with 8 bytes to spare. Default 2,048. */
  readonly receiveBuffer?: number;
  /** Bytes of the send buffer. Default 512. */
  readonly sendBuffer?: number;
  /** Steps of public-key work in one slice: after each, the host gets control back (`wants & WANT_RESUME`). Default: no limit. */
  readonly sliceSteps?: number;
  /** Gives every traffic secret away. For debugging only. */
  readonly keyLog?: KeyLog;
}

export const DEFAULT_RECEIVE_BUFFER = 2048;
export const DEFAULT_SEND_BUFFER = 512;

/** The longest gathered handshake message: ServerHello, EncryptedExtensions, CertificateVerify of RSA-4096. */
export const MAX_MESSAGE = 1024;
