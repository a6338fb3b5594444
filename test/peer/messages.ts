import { ascii, concat, u16, u32, vector8, vector16, vector24 } from "./bytes.js";

/** HandshakeType by the RFC's name; the ones that TLS 1.3 does not know are there to be sent out of place. */
export const HANDSHAKE_TYPES = {
  hello_request: 0,
  client_hello: 1,
  server_hello: 2,
  hello_verify_request: 3,
  new_session_ticket: 4,
  end_of_early_data: 5,
  hello_retry_request_reserved: 6,
  encrypted_extensions: 8,
  certificate: 11,
  server_key_exchange: 12,
  certificate_request: 13,
  server_hello_done: 14,
  certificate_verify: 15,
  client_key_exchange: 16,
  finished: 20,
  certificate_url: 21,
  certificate_status: 22,
  supplemental_data: 23,
  key_update: 24,
  compressed_certificate: 25,
  message_hash: 254,
} as const;

/** SHA-256 of "HelloRetryRequest" (§4.2.3). */
export const RETRY_RANDOM = new Uint8Array([
  0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c,
  0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
]);

export interface Extension {
  readonly type: number;
  readonly body: Uint8Array;
}

/** A whole handshake message: header and body (RFC 9846 §4). */
export function message(type: number, body: Uint8Array): Uint8Array {
  return concat([type], vector24(body));
}

export function extension(type: number, body: Uint8Array | readonly number[]): Extension {
  return { type, body: concat(body) };
}

export function extensionBlock(list: readonly Extension[]): Uint8Array {
  return vector16(concat(...list.map((one) => concat(u16(one.type), vector16(one.body)))));
}

export interface ServerHelloParts {
  legacyVersion: number;
  random: Uint8Array;
  sessionId: Uint8Array;
  suite: number;
  compression: number;
  extensions: Extension[];
}

/** §4.2.3; a HelloRetryRequest is the same with RETRY_RANDOM. */
export function serverHello(parts: ServerHelloParts): Uint8Array {
  return message(
    HANDSHAKE_TYPES.server_hello,
    concat(
      u16(parts.legacyVersion),
      parts.random,
      vector8(parts.sessionId),
      u16(parts.suite),
      [parts.compression],
      extensionBlock(parts.extensions),
    ),
  );
}

export interface ClientHelloParts {
  legacyVersion: number;
  random: Uint8Array;
  sessionId: Uint8Array;
  suites: readonly number[];
  compression: readonly number[];
  extensions: readonly Extension[];
}

/** §4.2.2. */
export function clientHello(parts: ClientHelloParts): Uint8Array {
  return message(
    HANDSHAKE_TYPES.client_hello,
    concat(
      u16(parts.legacyVersion),
      parts.random,
      vector8(parts.sessionId),
      numberList(parts.suites),
      vector8(concat(parts.compression)),
      extensionBlock(parts.extensions),
    ),
  );
}

/** A vector of numbers of two bytes, its length in two bytes: groups, schemes, suites. */
export function numberList(list: readonly number[]): Uint8Array {
  return vector16(concat(...list.map(u16)));
}

/** supported_versions of a client: a vector with a length of one byte (§4.3.1). */
export function versionList(list: readonly number[]): Uint8Array {
  return vector8(concat(...list.map(u16)));
}

/** server_name of a client (RFC 6066 §3). */
export function serverNameBody(name: string): Uint8Array {
  return vector16(concat([0], vector16(ascii(name))));
}

export function alpnList(names: readonly string[]): Uint8Array {
  return vector16(concat(...names.map((name) => vector8(ascii(name)))));
}

export function keyShareEntry(group: number, key: Uint8Array): Uint8Array {
  return concat(u16(group), vector16(key));
}

export function alpnBody(name: string): Uint8Array {
  return vector16(vector8(ascii(name)));
}

/** §4.4.1. */
export function encryptedExtensions(list: readonly Extension[]): Uint8Array {
  return message(HANDSHAKE_TYPES.encrypted_extensions, extensionBlock(list));
}

/** §4.4.2. */
export function certificateRequest(context: Uint8Array, list: readonly Extension[]): Uint8Array {
  return message(HANDSHAKE_TYPES.certificate_request, concat(vector8(context), extensionBlock(list)));
}

/** §4.5.1; `extensions[i]` belongs to chain[i]. */
export function certificate(
  chain: readonly Uint8Array[],
  context = new Uint8Array(0),
  extensions: readonly (readonly Extension[])[] = [],
): Uint8Array {
  const entries = chain.map((der, i) => concat(vector24(der), extensionBlock(extensions[i] ?? [])));
  return message(HANDSHAKE_TYPES.certificate, concat(vector8(context), vector24(concat(...entries))));
}

/** What a CertificateVerify signs (§4.5.2). */
export function signedContent(side: "server" | "client", transcriptHash: Uint8Array): Uint8Array {
  return concat(new Uint8Array(64).fill(0x20), ascii(`TLS 1.3, ${side} CertificateVerify`), [0], transcriptHash);
}

export function certificateVerify(scheme: number, signature: Uint8Array): Uint8Array {
  return message(HANDSHAKE_TYPES.certificate_verify, concat(u16(scheme), vector16(signature)));
}

export function finished(data: Uint8Array): Uint8Array {
  return message(HANDSHAKE_TYPES.finished, data);
}

export interface TicketParts {
  lifetime?: number;
  ageAdd?: number;
  nonce?: Uint8Array;
  ticket?: Uint8Array;
  extensions?: Extension[];
}

/** §4.7.1. */
export function newSessionTicket(parts: TicketParts = {}): Uint8Array {
  return message(
    HANDSHAKE_TYPES.new_session_ticket,
    concat(
      u32(parts.lifetime ?? 7200),
      u32(parts.ageAdd ?? 0x01020304),
      vector8(parts.nonce ?? new Uint8Array(8)),
      vector16(parts.ticket ?? new Uint8Array(64).fill(0x74)),
      extensionBlock(parts.extensions ?? []),
    ),
  );
}

/** §4.7.3. */
export function keyUpdate(request: number): Uint8Array {
  return message(HANDSHAKE_TYPES.key_update, new Uint8Array([request]));
}
