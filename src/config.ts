import type { ClientPsk, ClientSession, ServerPsk, ServerSessionIds, ServerTickets } from "./config-psk.js";
import type { DecryptionKey } from "./crypto/decryption-key.js";
import type { Clock, CryptoProvider, HashAlgorithm, KeyedHash, OUTSIDE, Random, Suite } from "./crypto/provider.js";
import type { Identity } from "./identity.js";
import type { ChainBounds, ChainConfig } from "./x509/chain-config.js";
import type { StatusCheck } from "./x509/status.js";
import type { TrustStore } from "./x509/trust.js";

/** Receives a secret for a key log (the NSS key log form that Wireshark reads): label, ClientHello.random (32 bytes), secret. Copy, do not keep. */
export type KeyLog = (label: string, clientRandom: Uint8Array, secret: Uint8Array) => void;

/**
 * TLS 1.2, as one side speaks it: `Client12` and `Server12` make it (thimble-tls/client-12, thimble-tls/server-12). Who does not name it links none of it,
 * and speaks TLS 1.3 alone.
 */
export interface Version12 {
  readonly role: "client" | "server";
  readonly suites: readonly Suite[];
  /** A client's: all its suites are proved by a pre-shared key, none by a certificate. */
  readonly byKeyAlone?: boolean;
  /** A client's: with one of its suites keys are exchanged in a group. */
  readonly usesGroups?: boolean;
  /** A client's: what else of it decides whether a server is accepted, for the fingerprint of its sessions. */
  readonly marks?: Uint8Array;
  /** Sessions are resumed. */
  readonly resumption: object | null;
}

/** Keying material of one connection for what stands above TLS (RFC 5705). */
export interface KeyingMaterial {
  /** For the key log. */
  readonly secret: Uint8Array;
  export(label: string, context: Uint8Array | null, length: number): Uint8Array;
  wipe(): void;
}

/** Keeps the secret that keying material is exported from: `exporter` of schedule/exporter.js. */
export interface Exporter {
  /** hmac is keyed with the Main Secret; transcript[offset …) is the hash of ClientHello … server Finished (RFC 9846 §7.1). */
  keep(algorithm: HashAlgorithm, hmac: KeyedHash, transcript: Uint8Array, offset: number): KeyingMaterial;
}

/** Client authentication after the handshake (RFC 9846 §4.7.2): `postHandshakeAuth` of handshake/post-handshake-auth.js. */
export interface PostHandshakeAuth {
  /** The flow that takes over from a client's handshake. */
  connected(handshake: object): object;
}

export interface CertificateChecks extends ChainBounds, Pick<ChainConfig, "timePolicy" | "verify" | "remembered"> {
  /** Asks for the status of the leaf and checks what is stapled, as ocspStapling() does. Default: nothing is asked. */
  readonly status?: StatusCheck;
}

/**
 * Lends memory for protected records that the receive buffer does not hold: of application data (a download in records of 16 KB), and where a handshake's can't
 * be opened in parts. The connection works in it, `io` with it, until all that came is consumed.
 */
export interface BufferLender {
  /** At least `length` bytes; null: there are none, and the record ends in record_overflow. */
  lend(length: number): Uint8Array | null;
  /** What was lent is not used any more, and zeroed. */
  giveBack(memory: Uint8Array): void;
}

/** What a client connection is made from. One config may serve many connections. */
export interface ClientConfig {
  /** The primitives: suites, groups and signature algorithms in order of preference. */
  readonly provider: CryptoProvider;
  /** TLS 1.2 too; with `tls13: false` it alone. */
  readonly tls12?: Version12;
  readonly tls13?: false;
  readonly random: Random;
  readonly clock: Clock;
  /** Where a certificate path may end. Left out only with `psk`: then a server without the key is refused, whatever certificate it has. */
  readonly trust?: TrustStore;
  /** The DNS name or the IP address (as text) that the server's certificate must carry. A DNS name is also sent as SNI. May be left out with `trust`. */
  readonly serverName?: string;
  /** What the client proves itself with when it is asked, in order of preference. */
  readonly identities?: readonly Identity[];
  /** Given: the server may ask for a certificate after the handshake too, and is answered by `identities`. The hash of the handshake is kept for it. */
  readonly postHandshakeAuth?: PostHandshakeAuth;
  /**
   * Bounds of certificates and lists, what holds while the clock is not set, the check of a stapled status, a further check that can only refuse,
   * signatures known from before.
   */
  readonly checks?: CertificateChecks;
  /** ALPN protocol names in order of preference (RFC 7301). */
  readonly alpn?: readonly string[];
  /**
   * Bytes of the receive buffer; a protected record of application data must fit in it, header included, or in what the lender gives. Default 2,048.
   */
  readonly receiveBuffer?: number;
  /** Where memory for records comes from that the receive buffer does not hold. Default: there is none. */
  readonly lender?: BufferLender;
  /** Bytes of the send buffer. Default 512. */
  readonly sendBuffer?: number;
  /** Steps of public-key work in one slice: after each slice and each record the host gets control back (`wants & WANT_RESUME`). Default: no limit. */
  readonly sliceSteps?: number;
  /** An external pre-shared key: ExternalPsk of src/session. A server that takes it needs no certificate. */
  readonly psk?: ClientPsk;
  /** Resumes sessions: Resumption of src/session. */
  readonly resumption?: ClientResumption;
  /** Given (`exporter` of schedule/exporter.js): `exportKeyingMaterial()` works, for the price of one more secret kept. */
  readonly exporter?: Exporter;
  /** Gives every traffic secret away. For debugging only. */
  readonly keyLog?: KeyLog;
}

/** Sessions of a client, with the rules for their use. */
export interface ClientResumption {
  /** PSK_DHE_KE, PSK_KE or both. */
  readonly modes: number;
  /** For one connection. name: the server's, "" for none. Throws a RangeError for a config whose sessions could not be told from those of another. */
  begin(config: ClientConfig, name: string): ClientSession;
}

/** How a server asks for certificates of its clients. */
export interface ClientAuthentication {
  /** Where a client's path may end. */
  readonly trust: TrustStore;
  /** True: a client without a certificate is refused. */
  readonly required: boolean;
  /** As a client's, but that clients are not asked for a status. */
  readonly checks?: Omit<CertificateChecks, "status">;
  /** DER Names of the authorities, told to the client so that it can choose. Default: none are named. */
  readonly authorities?: readonly Uint8Array[];
}

/** One virtual server. */
export interface VirtualHost {
  /** Certificates and keys, in order of preference: the first that the client can verify is used. None: clients need a pre-shared key. */
  readonly identities: readonly Identity[];
  /** ALPN protocol names in order of preference. A client that offers none of them is refused (RFC 7301 §3.2); none given: ALPN is not answered. */
  readonly alpn?: readonly string[];
  /** Not given: clients are not asked for a certificate. */
  readonly clientAuthentication?: ClientAuthentication;
  /** For RSA key exchange of TLS 1.2 alone: an InsecureRsaIdentity12. Default: the one that InsecureRsaServer12 has for all. */
  readonly insecureRsa?: DecryptingIdentity;
}

/** What is shown by a server whose key decrypts a pre-master secret (RFC 5246 §7.4.7.1), and never signs. */
export interface DecryptingIdentity extends Identity {
  readonly decrypts: DecryptionKey;
}

/** Finds the virtual server for a name. */
export interface HostLookup {
  /**
   * name: the DNS name of the client's SNI in lower case, "" where it sent none. Answers the host, null for an unknown name (unrecognized_name is
   * sent), or OUTSIDE while it looks elsewhere: it is asked again whenever the connection goes on, at the latest after `resume()`.
   */
  find(name: string): VirtualHost | null | typeof OUTSIDE;
}

/** Cookies in HelloRetryRequests: with one key, several servers need no memory of their first answer. */
export interface CookieConfig {
  /** 32 secret bytes. */
  readonly key: Uint8Array;
  /** Seconds for which a cookie holds. */
  readonly lifetime: number;
}

/** What server connections are made from. */
export interface ServerConfig {
  readonly provider: CryptoProvider;
  /** TLS 1.2 too; with `tls13: false` it alone. */
  readonly tls12?: Version12;
  readonly tls13?: false;
  readonly random: Random;
  readonly clock: Clock;
  readonly hosts: HostLookup;
  readonly cookies?: CookieConfig;
  /** External pre-shared keys: PskList or PskLookup of src/session. Who has one is asked for no certificate. */
  readonly psk?: ServerPsk;
  /** Lets clients resume sessions: Tickets of src/session. */
  readonly tickets?: ServerTickets;
  /** Keeps sessions of TLS 1.2 for clients without tickets: SessionIds of src/session. */
  readonly sessionIds?: ServerSessionIds;
  /** Bytes of the receive buffer. It should hold a ClientHello as a whole: browsers send up to 1,800 bytes. Default 2,048. */
  readonly receiveBuffer?: number;
  /** Where memory for records comes from that the receive buffer does not hold. Default: there is none. */
  readonly lender?: BufferLender;
  /** Bytes of the send buffer. Default 512. */
  readonly sendBuffer?: number;
  readonly sliceSteps?: number;
  readonly exporter?: Exporter;
  readonly keyLog?: KeyLog;
}

export const DEFAULT_RECEIVE_BUFFER = 2048;
export const DEFAULT_SEND_BUFFER = 512;

/** The longest gathered handshake message: ServerHello, EncryptedExtensions, CertificateVerify of RSA-4096. */
export const MAX_MESSAGE = 1024;
