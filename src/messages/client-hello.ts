import { decode_error, illegal_parameter, protocol_version, TLSAlert } from "../alert.js";
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { client_hello, TLS_1_2 } from "../constants.js";
import type { Random, Suite } from "../crypto/provider.js";
import { type ClientExtension, type ClientHelloContext, sendExtensions } from "../extensions/extension.js";

/** Where Random and legacy_session_id stand in a ClientHello, from its handshake header on. */
export const CLIENT_RANDOM_AT = 6;
export const SESSION_ID_AT = 39;
export const RANDOM_LENGTH = 32;
export const SESSION_ID_LENGTH = 32;

/**
 * Writes a ClientHello (RFC 9846 §4.2.2) and returns the extensions that it offers, as bits. The legacy_session_id is that of a session of TLS 1.2 which
 * is offered, else random and never empty: middlebox compatibility mode (Appendix E.4). `first`: for a second ClientHello, random, length byte and session id
 * of the first.
 */
export function writeClientHello(
  w: Writer,
  random: Random,
  first: Uint8Array | null,
  suites: readonly Suite[],
  table: readonly ClientExtension[],
  context: ClientHelloContext,
  suites12: readonly Suite[] = NO_SUITES,
): number {
  w.u8(client_hello);
  const message = w.open24();
  w.u16(TLS_1_2);
  if (first === null) {
    random.fill(w.bytes, w.skip(RANDOM_LENGTH), RANDOM_LENGTH);
    const { session12 } = context;
    if (session12 !== null && !session12.byTicket) {
      w.u8(session12.identity.length);
      w.copy(session12.identity, 0, session12.identity.length);
    } else {
      // TLS 1.2 alone needs one only to see whether a ticket was taken: it comes back then (RFC 5077 §3.4).
      const length = suites.length === 0 && session12 === null ? 0 : SESSION_ID_LENGTH;
      w.u8(length);
      random.fill(w.bytes, w.skip(length), length);
    }
  } else w.copy(first, 0, first.length);
  const list = w.open16();
  for (let i = 0; i < suites.length; i++) w.u16(suites[i].id);
  for (let i = 0; i < suites12.length; i++) w.u16(suites12[i].id);
  w.close16(list);
  w.u8(1); // legacy_compression_methods: null alone
  w.u8(0);
  const offered = sendExtensions(table, context, w);
  w.close24(message);
  return offered;
}

const NO_SUITES: readonly Suite[] = [];

/** The fixed fields of a ClientHello, as offsets into the message. The reader is left at its extensions; `hasExtensions` tells if there are any. */
export class ClientHello {
  legacyVersion: number;
  randomOffset: number;
  sessionIdOffset: number;
  sessionIdLength: number;
  suitesOffset: number;
  suitesLength: number;
  compressionOffset: number;
  compressionLength: number;
  hasExtensions: boolean;
  /** Where the extension block, and the message, ends. */
  extensionsEnd: number;

  constructor() {
    this.legacyVersion = 0;
    this.randomOffset = 0;
    this.sessionIdOffset = 0;
    this.sessionIdLength = 0;
    this.suitesOffset = 0;
    this.suitesLength = 0;
    this.compressionOffset = 0;
    this.compressionLength = 0;
    this.hasExtensions = false;
    this.extensionsEnd = 0;
  }

  read(r: Reader): void {
    this.legacyVersion = r.u16();
    this.randomOffset = r.skip(RANDOM_LENGTH);
    this.sessionIdLength = r.u8();
    if (this.sessionIdLength > 32)
      throw new TLSAlert(decode_error, `ClientHello: a legacy_session_id of ${this.sessionIdLength} bytes; 32 is the most`);
    this.sessionIdOffset = r.skip(this.sessionIdLength);
    this.suitesLength = r.u16();
    if (this.suitesLength < 2 || (this.suitesLength & 1) !== 0)
      throw new TLSAlert(decode_error, `ClientHello: cipher_suites of ${this.suitesLength} bytes`);
    this.suitesOffset = r.skip(this.suitesLength);
    this.compressionLength = r.u8();
    if (this.compressionLength === 0) throw new TLSAlert(decode_error, "ClientHello: no legacy_compression_methods");
    this.compressionOffset = r.skip(this.compressionLength);
    this.hasExtensions = r.left > 0;
    this.extensionsEnd = r.end;
  }

  /** What TLS 1.3 says of the legacy fields (RFC 9846 §4.2.2). */
  check13(bytes: Uint8Array): void {
    if (this.legacyVersion !== TLS_1_2)
      throw new TLSAlert(protocol_version, `ClientHello: legacy_version 0x${this.legacyVersion.toString(16)}`);
    if (this.compressionLength !== 1 || bytes[this.compressionOffset] !== 0)
      throw new TLSAlert(illegal_parameter, "ClientHello: legacy_compression_methods other than null");
  }

  offersNoCompression(bytes: Uint8Array): boolean {
    for (let i = 0; i < this.compressionLength; i++) if (bytes[this.compressionOffset + i] === 0) return true;
    return false;
  }

  offersSuite(bytes: Uint8Array, id: number): boolean {
    const end = this.suitesOffset + this.suitesLength;
    for (let o = this.suitesOffset; o < end; o += 2) if (((bytes[o] << 8) | bytes[o + 1]) === id) return true;
    return false;
  }
}
