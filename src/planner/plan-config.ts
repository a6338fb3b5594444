/** What is planned: a connection in words, as they stand in a JSON file. */
export interface PlanConfig {
  readonly role: "client" | "server";
  /** Default: TLS 1.3 alone. */
  readonly versions?: readonly string[];
  /** As in the config of a connection; the same defaults. */
  readonly receiveBuffer?: number;
  readonly sendBuffer?: number;
  /** What may be agreed on, by the names of IANA; the plan is for the costliest. Default: what the profiles for devices have. */
  readonly suites?: readonly string[];
  readonly groups?: readonly string[];
  /** Keys in the peer's certificates and those above them. Default: P-256. */
  readonly peerKeys?: readonly string[];
  /** The key of the own certificate. Default: P-256. */
  readonly ownKey?: string;
  /** The client proves itself with a certificate. Default false. */
  readonly clientAuth?: boolean;
  /** A pre-shared key in place of certificates. Default "": none. */
  readonly psk?: string;
  /** Sessions are resumed, or tickets given. Default false; so are all below. */
  readonly resumption?: boolean;
  readonly ocsp?: boolean;
  readonly exporter?: boolean;
  readonly postHandshakeAuth?: boolean;
  /** Handshake records come that are larger than the receive buffer. */
  readonly largeRecords?: boolean;
  /** Names in a certificate are longer than 224 octets in all. */
  readonly longNames?: boolean;
  /** With the TLSSocket for ECMA-419 around each connection. */
  readonly socket?: boolean;
  /** Default 1. */
  readonly connections?: number;
  /** They share a ConnectionPool. */
  readonly pool?: boolean;
  /** Buffers that the pool keeps. Default 0. */
  readonly poolKeeps?: number;
}

export const CIPHERS: readonly string[] = ["CHACHA20", "AES_128_GCM", "AES_256_GCM", "AES_128_CCM", "AES_256_CCM"];
export const GROUPS: readonly string[] = ["x25519", "secp256r1", "secp384r1"];
export const PEER_KEYS: readonly string[] = ["P-256", "P-384", "P-521", "RSA-2048", "Ed25519"];
export const OWN_KEYS: readonly string[] = ["P-256", "P-384", "RSA-2048"];
export const PSK_MODES: readonly string[] = ["", "psk_ke", "psk_dhe_ke"];
export const VERSIONS: readonly string[] = ["1.3", "1.2"];

/** Whether a suite is of TLS 1.2. */
export function isSuite12(suite: string): boolean {
  return suite.indexOf("_WITH_") > 0;
}

/** Which of CIPHERS a suite is made of; "": none that was measured. */
export function cipherOf(suite: string): string {
  const measured = !isSuite12(suite) || suite.startsWith("TLS_ECDHE_ECDSA_") || suite.startsWith("TLS_ECDHE_RSA_");
  for (let i = 0; measured && i < CIPHERS.length; i++) if (suite.indexOf(CIPHERS[i]) > 0) return CIPHERS[i];
  return "";
}
