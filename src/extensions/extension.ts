import { illegal_parameter, TLSAlert, unsupported_extension } from "../alert.js";
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import type { ClientConfig } from "../config.js";
import type { OfferedKey, OfferedSession12 } from "../config-psk.js";
import { status_request } from "../constants.js";
import type { KeyExchange, NamedGroup } from "../crypto/provider.js";

/** The messages an extension may stand in, as bits (RFC 9846 §4.3, Table 1). */
export const IN_SERVER_HELLO = 1;
export const IN_ENCRYPTED_EXTENSIONS = 2;
export const IN_CERTIFICATE = 4;
export const IN_HELLO_RETRY_REQUEST = 8;
/** A ServerHello of TLS 1.2, which carries what EncryptedExtensions does in TLS 1.3. */
export const IN_SERVER_HELLO_12 = 16;
export const IN_ANSWER = IN_ENCRYPTED_EXTENSIONS | IN_SERVER_HELLO_12;
export const IN_SERVER_HELLOS = IN_SERVER_HELLO | IN_HELLO_RETRY_REQUEST;

/** What extensions read and write of a client's handshake. */
export interface ClientHelloContext {
  readonly config: ClientConfig;
  /** The group and the key whose share is offered. */
  readonly group: NamedGroup;
  readonly keyExchange: KeyExchange | null;
  /** The server name to send, "" for none (an IP address is never sent: RFC 6066 §3). */
  readonly sni: string;
  /** From the server: selected_version, or 0. */
  selectedVersion: number;
  /** From the server: where its KeyShareEntry.key_exchange stands in the message, length 0: none. */
  shareOffset: number;
  shareLength: number;
  /** From a HelloRetryRequest: selected_group, or 0; the cookie, or null. */
  retryGroup: number;
  cookie: Uint8Array | null;
  /** The longest TLSInnerPlaintext that our receive buffer holds. */
  readonly receiveLimit: number;
  /** From the server: its record_size_limit, and the max_fragment_length that it agreed to; 0: none. */
  sizeLimit: number;
  fragmentLength: number;
  /** From the server: index of the ALPN name in config.alpn, or -1. */
  alpnIndex: number;
  /** The pre-shared keys that are offered, null: none; the modes that are allowed, as bits; 0: nothing is resumed and no key is offered. */
  psks: readonly OfferedKey[] | null;
  readonly pskModes: number;
  /** The session of TLS 1.2 that is offered, or null. */
  session12: OfferedSession12 | null;
  /** From the server: the key that it took, or -1. */
  pskIndex: number;
}

/** One extension of a client: what it sends, what it takes from the server's answer, what holds when no answer comes. */
export interface ClientExtension {
  readonly type: number;
  readonly name: string;
  /** Messages in which the server may answer. */
  readonly answers: number;
  /** Writes extension_data; false (and nothing written): this time it is not offered. */
  send(context: ClientHelloContext, w: Writer): boolean;
  /** Reads the server's extension_data; the reader ends with it. */
  receive(context: ClientHelloContext, r: Reader, message: number): void;
  /** Called for each message of `answers` where an offered extension is missing. */
  whenMissing(context: ClientHelloContext, message: number): void;
}

/** Writes all extensions of the table that want to be sent; returns them as bits by index. */
export function sendExtensions(table: readonly ClientExtension[], context: ClientHelloContext, w: Writer): number {
  const block = w.open16();
  let offered = 0;
  for (let i = 0; i < table.length; i++) {
    const extension = table[i];
    const before = w.offset;
    w.u16(extension.type);
    const data = w.open16();
    if (extension.send(context, w)) {
      w.close16(data);
      offered |= 1 << i;
    } else w.offset = before;
  }
  w.close16(block);
  return offered;
}

/**
 * Reads the extension block of a server's message. Every extension is held to what was asked (RFC 9846 §4.3): one that was not offered is
 * unsupported_extension, one in the wrong message or twice is illegal_parameter. Returns those that were there, as bits by index.
 */
export function receiveExtensions(
  table: readonly ClientExtension[],
  offered: number,
  context: ClientHelloContext,
  r: Reader,
  message: number,
  where: string,
): number {
  const block = r.enter(r.u16());
  let seen = 0;
  while (r.left > 0) {
    const type = r.u16();
    const data = r.enter(r.u16());
    let i = 0;
    while (i < table.length && table[i].type !== type) i++;
    if (i === table.length || !acceptable(offered, i, table[i], message))
      throw new TLSAlert(unsupported_extension, `${where}: extension ${type} was not asked for`);
    if ((table[i].answers & message) === 0)
      throw new TLSAlert(illegal_parameter, `${where}: extension ${table[i].name} may not stand in this message`);
    if ((seen & (1 << i)) !== 0) throw new TLSAlert(illegal_parameter, `${where}: extension ${table[i].name} stands twice`);
    seen |= 1 << i;
    table[i].receive(context, r, message);
    r.leave(data);
  }
  r.leave(block);
  for (let i = 0; i < table.length; i++)
    if ((offered & ~seen & (1 << i)) !== 0 && (table[i].answers & message) !== 0) table[i].whenMissing(context, message);
  return seen;
}

/**
 * The alert for an extension in a Certificate message that is no answer there: known ones belong elsewhere, but for status_request, which was not asked
 * for.
 */
export function refuseExtension(table: readonly { readonly type: number; readonly name: string }[], type: number, where: string): never {
  for (let i = 0; i < table.length; i++)
    if (table[i].type === type && type !== status_request)
      throw new TLSAlert(illegal_parameter, `${where}: extension ${table[i].name} may not stand in this message`);
  throw new TLSAlert(unsupported_extension, `${where}: extension ${type} was not asked for`);
}

/** Offered, or the one extension that a server may send unasked: cookie in HelloRetryRequest (RFC 9846 §4.3). */
function acceptable(offered: number, index: number, extension: ClientExtension, message: number): boolean {
  return (offered & (1 << index)) !== 0 || (message === IN_HELLO_RETRY_REQUEST && (extension.answers & message) !== 0);
}
