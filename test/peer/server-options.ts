import type { Extension } from "./messages.js";
import type { PeerOptions } from "./scripted-peer.js";
import type { ScriptedServer } from "./scripted-server.js";

export type FlightName =
  | "server_hello"
  | "encrypted_extensions"
  | "certificate_request"
  | "certificate"
  | "certificate_verify"
  | "finished";
export type MessageName = FlightName | "hello_retry_request" | "new_session_ticket" | "key_update";

/** A certificate chain (leaf first, DER) with the leaf's P-256 key. */
export interface PeerIdentity {
  readonly chain: readonly Uint8Array[];
  readonly privateKey: Uint8Array;
}

export interface ServerPskParts {
  readonly key: Uint8Array;
  /** Default true; false: the key of a ticket. */
  readonly external?: boolean;
  /** What stands in pre_shared_key. Default 0; and the key that is used in truth. */
  readonly index?: number;
  /** psk_ke: no key_share. */
  readonly withoutExchange?: boolean;
  /** The binder is not looked at: what is tested is not about it. */
  readonly anyBinder?: boolean;
}

export interface ScriptedServerOptions extends PeerOptions<MessageName> {
  readonly identity: PeerIdentity;
  /** The suite to choose, offered or not. Default: the first of the client's that this server knows. */
  readonly suite?: number;
  /** The group to choose, among the client's key shares. */
  readonly group?: number;
  /** What the server speaks, best first. Default: it ignores ALPN. */
  readonly alpn?: readonly string[];
  /** change_cipher_spec after ServerHello (RFC 9846 Appendix E.4). Default true. */
  readonly changeCipherSpec?: boolean;
  readonly certificateRequest?: { readonly context?: Uint8Array; readonly extensions?: readonly Extension[] };
  readonly helloRetry?: { readonly group?: number; readonly cookie?: Uint8Array };
  readonly certificateExtensions?: readonly (readonly Extension[])[];
  /** Messages of the first flight, in the order they are made and sent. */
  readonly flight?: readonly FlightName[];
  /** Tickets sent once the client has finished. */
  readonly tickets?: number;
  /** Called before a message of the first flight is made: the place to send alerts and records out of turn. */
  readonly before?: (name: FlightName, server: ScriptedServer) => void;
  /** Called behind the peer's own Finished: the place for what is sent under application keys before the client has finished. */
  readonly sentFinished?: (server: ScriptedServer) => void;
  /** Called when the client's Finished was checked. */
  readonly connected?: (server: ScriptedServer) => void;
  /** These bytes answer the client's first bytes, and nothing else is done. */
  readonly instead?: Uint8Array;
  /** Takes a pre-shared key of the client: the one of this index, whose binder must be right. Then no certificate is sent, unless `flight` says so. */
  readonly psk?: ServerPskParts;
  /** Never answers. */
  readonly silent?: boolean;
}
