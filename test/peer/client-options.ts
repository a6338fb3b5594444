import type { Extension } from "./messages.js";
import type { ScriptedClient } from "./scripted-client.js";
import type { PeerOptions } from "./scripted-peer.js";
import type { PeerIdentity } from "./server-options.js";

export type ClientFlightName = "certificate" | "certificate_verify" | "finished";
export type ClientMessageName = "client_hello" | "second_client_hello" | ClientFlightName | "key_update";

/** How the client's CertificateVerify differs from a right one. */
export interface ProofParts {
  /** SignatureScheme that it names. Default ecdsa_secp256r1_sha256. */
  readonly scheme?: number;
  /** The key that signs, instead of the identity's. */
  readonly privateKey?: Uint8Array;
  /** Whose context string is signed. Default "client". */
  readonly side?: "server" | "client";
  /** Signed instead of the transcript hash. */
  readonly hash?: Uint8Array;
}

export interface ScriptedClientOptions extends PeerOptions<ClientMessageName> {
  /** Cipher suites, best first. Default: TLS_AES_128_GCM_SHA256 and TLS_CHACHA20_POLY1305_SHA256. */
  readonly suites?: readonly number[];
  /** supported_groups; null leaves the extension out. Default: x25519, secp256r1. */
  readonly groups?: readonly number[] | null;
  /** Groups with a share in key_share; null leaves the extension out, [] asks for a HelloRetryRequest. Default: the first group. */
  readonly shares?: readonly number[] | null;
  /** signature_algorithms; null leaves the extension out. Default: ecdsa_secp256r1_sha256. */
  readonly schemes?: readonly number[] | null;
  /** signature_algorithms_cert. Default: not sent. */
  readonly certificateSchemes?: readonly number[];
  /** supported_versions; null leaves the extension out. Default: TLS 1.3. */
  readonly versions?: readonly number[] | null;
  /** SNI. Default: none. */
  readonly serverName?: string | null;
  /** ALPN protocol names. Default: none. */
  readonly alpn?: readonly string[];
  /** Reserved values in all lists, as RFC 8701 has them. */
  readonly grease?: boolean;
  /** legacy_session_id. Default: 32 bytes, for compatibility mode (RFC 9846 Appendix E.4). */
  readonly sessionId?: Uint8Array;
  readonly legacyVersion?: number;
  readonly compression?: readonly number[];
  /** More extensions, before key_share. */
  readonly extensions?: readonly Extension[];
  /** More extensions at the end of the ClientHello. */
  readonly lastExtensions?: readonly Extension[];
  /** change_cipher_spec before the second flight. Default: where legacy_session_id is not empty. */
  readonly changeCipherSpec?: boolean;
  /** What the client proves itself with when it is asked; null: an empty Certificate. */
  readonly identity?: PeerIdentity | null;
  readonly certificateExtensions?: readonly (readonly Extension[])[];
  readonly proof?: ProofParts;
  /** Messages of the second flight, instead of those that are due. */
  readonly flight?: readonly ClientFlightName[];
  /** Checks a CertificateVerify of the server that is not ECDSA with P-256. */
  readonly verify?: (leaf: Uint8Array, scheme: number, content: Uint8Array, signature: Uint8Array) => boolean;
  /** Called before a message is made: the place to send alerts and records out of turn. */
  readonly before?: (name: ClientMessageName, client: ScriptedClient) => void;
  /** Called behind a message. */
  readonly after?: (name: ClientMessageName, client: ScriptedClient) => void;
  /** Called when the server's Finished was right and the client's own is on its way. */
  readonly opened?: (client: ScriptedClient) => void;
  /** These bytes are sent first, and nothing else is done. */
  readonly instead?: Uint8Array;
  /** Never says anything. */
  readonly silent?: boolean;
}
