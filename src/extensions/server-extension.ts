import { decode_error, illegal_parameter, TLSAlert } from "../alert.js";
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import type { ServerConfig, VirtualHost } from "../config.js";
import { pre_shared_key } from "../constants.js";
import type { KeyExchange, NamedGroup } from "../crypto/provider.js";
import { IN_ENCRYPTED_EXTENSIONS, IN_HELLO_RETRY_REQUEST, IN_SERVER_HELLO } from "./extension.js";
import type { OfferedIdentities } from "./pre-shared-key.js";

/** What extensions of all versions read and write of a server's handshake. Offsets count in the ClientHello. */
export interface CommonHelloContext {
  readonly config: ServerConfig;
  /** Groups of the provider that the client supports, as bits by index; whether it sent supported_groups at all. */
  groups: number;
  sentGroups: boolean;
  /** SignatureSchemeList of signature_algorithms; length 0: it was not sent. */
  schemesOffset: number;
  schemesLength: number;
  /** The host name of server_name, in lower case; "" where none was sent. */
  sni: string;
  /** ProtocolNameList; length 0: it was not sent. */
  alpnOffset: number;
  alpnLength: number;
  /** The client's record_size_limit, and its MaxFragmentLength; 0: not sent. */
  sizeLimit: number;
  fragmentCode: number;
  /** The client takes the status of our certificate, as an OCSP response. */
  wantsStatus: boolean;
  /** The longest TLSInnerPlaintext that our receive buffer holds. */
  readonly receiveLimit: number;

  /** What was chosen. */
  readonly host: VirtualHost | null;
  readonly alpn: string | null;
}

/** What those of TLS 1.3 do. */
export interface ServerHelloContext extends CommonHelloContext {
  /** supported_versions holds TLS 1.3. */
  offersTLS13: boolean;
  /** Groups of the provider for which a share came, as bits; whether key_share was sent, and how many shares stood in it. */
  shares: number;
  sentShares: boolean;
  shareCount: number;
  /** The share of the group that is first in the provider's order. */
  shareIndex: number;
  shareOffset: number;
  shareLength: number;
  /** The cookie; length 0: none was sent. */
  cookieOffset: number;
  cookieLength: number;
  /** psk_key_exchange_modes: whether it was sent, and the modes as bits (config-psk.ts). */
  sentPskModes: boolean;
  pskModes: number;
  /** early_data was sent. */
  offersEarlyData: boolean;
  /** pre_shared_key, null: it was not sent. */
  identities: OfferedIdentities | null;

  /** What was chosen. */
  readonly group: NamedGroup;
  readonly keyExchange: KeyExchange | null;
  /** Index of the pre-shared key that was taken, -1: none. */
  readonly pskIndex: number;
  /** The cookie to send in a HelloRetryRequest. */
  readonly cookie: Uint8Array | null;
}

/** One extension of a server: what it takes from the ClientHello and what it answers. */
export interface ServerExtension<C = ServerHelloContext> {
  readonly type: number;
  readonly name: string;
  receive(context: C, r: Reader): void;
  /** Messages in which it may answer. */
  readonly answers: number;
  /** Writes extension_data; false (and nothing written): no answer. */
  send(context: C, w: Writer, message: number): boolean;
}

/** More extensions than this in one ClientHello are refused: to find double ones costs the square of their number. */
const MAX_EXTENSIONS = 64;

/** Reads the extension block of a ClientHello: unknown ones are ignored (RFC 9846 §4.2.2), double ones of any type refused (§4.3). */
export function receiveClientExtensions<C>(table: readonly ServerExtension<C>[], context: C, r: Reader): void {
  const block = r.enter(r.u16());
  const first = r.offset;
  let count = 0;
  while (r.left > 0) {
    const at = r.offset;
    const type = r.u16();
    const data = r.enter(r.u16());
    if (++count > MAX_EXTENSIONS) throw new TLSAlert(decode_error, `ClientHello: more than ${MAX_EXTENSIONS} extensions`);
    if (standsBefore(r.bytes, first, at, type)) throw new TLSAlert(illegal_parameter, `ClientHello: extension ${type} stands twice`);
    let i = 0;
    while (i < table.length && table[i].type !== type) i++;
    if (i < table.length) table[i].receive(context, r);
    else r.skip(r.left);
    r.leave(data);
    // §4.3.11: what the binders do not cover must not be there.
    if (type === pre_shared_key && r.left > 0)
      throw new TLSAlert(illegal_parameter, "ClientHello: pre_shared_key is not the last extension");
  }
  r.leave(block);
}

function standsBefore(bytes: Uint8Array, first: number, end: number, type: number): boolean {
  let o = first;
  while (o < end) {
    if (((bytes[o] << 8) | bytes[o + 1]) === type) return true;
    o += 4 + ((bytes[o + 2] << 8) | bytes[o + 3]);
  }
  return false;
}

/** Writes the extension block of a message with every answer of the table that belongs there. */
export function sendServerExtensions<C>(table: readonly ServerExtension<C>[], context: C, w: Writer, message: number): void {
  const block = w.open16();
  for (let i = 0; i < table.length; i++) {
    const extension = table[i];
    if ((extension.answers & message) === 0) continue;
    const before = w.offset;
    w.u16(extension.type);
    const data = w.open16();
    if (extension.send(context, w, message)) w.close16(data);
    else w.offset = before;
  }
  w.close16(block);
}
export { IN_ENCRYPTED_EXTENSIONS, IN_HELLO_RETRY_REQUEST, IN_SERVER_HELLO };
