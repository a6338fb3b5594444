import { decode_error, illegal_parameter, TLSAlert } from "../alert.js";
import { certificate as certificateType, status_request } from "../constants.js";
import { refuseExtension } from "../extensions/extension.js";
import type { ChainVerifier } from "../x509/chain.js";
import type { StatusReader } from "../x509/status.js";

const CONTEXT_LENGTH = 0;
const LIST_LENGTH = 1;
const ENTRY_LENGTH = 2;
const ENTRY = 3;
const EXTENSIONS_LENGTH = 4;
const EXTENSION_TYPE = 5;
const EXTENSION_LENGTH = 6;
const STATUS = 7;

/** Sees the certificates of a list as their bytes pass. */
export interface CertificateTap {
  begin(index: number, length: number): void;
  bytes(bytes: Uint8Array, offset: number, length: number): void;
  /** No certificate came, for a pre-shared key did: its identity, or SHA-256 of the certificate that the client of the resumed session proved itself with. */
  identified?(by: Uint8Array): void;
}

/**
 * Reads a server's Certificate message (RFC 9846 §4.5.1) as its bytes arrive and pushes each certificate into the chain verifier; nothing is stored.
 * Between two certificates it can be `waiting`: the verifier has a signature to check. TLS 1.2's (RFC 5246 §7.4.2) has neither context nor extensions.
 */
export class CertificateReader {
  private readonly chain: ChainVerifier;
  private readonly mayBeEmpty: boolean;
  private readonly tap: CertificateTap | null;
  private readonly extensions: readonly { readonly type: number; readonly name: string }[] | null;
  private field: number;
  /** Bytes of the current length field or certificate still to come, and the number read so far. */
  private left: number;
  private number: number;
  private listLeft: number;
  /** Bytes of an entry's extension block behind the extension that is read. */
  private blockLeft: number;
  private entries: number;

  /** extensions: those that this side knows; null for TLS 1.2. mayBeEmpty: the peer is a client, which may have no certificate. */
  constructor(
    chain: ChainVerifier,
    extensions: readonly { readonly type: number; readonly name: string }[] | null,
    mayBeEmpty = false,
    tap: CertificateTap | null = null,
  ) {
    this.tap = tap;
    this.mayBeEmpty = mayBeEmpty;
    this.chain = chain;
    this.extensions = extensions;
    this.field = extensions === null ? LIST_LENGTH : CONTEXT_LENGTH;
    this.left = extensions === null ? 3 : 1;
    this.number = 0;
    this.listLeft = 0;
    this.blockLeft = 0;
    this.entries = 0;
  }

  /** Takes bytes of the message's body; stops early, and says how many it took, when it begins to wait. */
  push(bytes: Uint8Array, offset: number, length: number): number {
    const end = offset + length;
    let o = offset;
    while (o < end && !this.waiting) {
      if (this.field === ENTRY || this.field === STATUS) {
        const n = Math.min(end - o, this.left);
        if (this.field === STATUS) (this.chain.status as StatusReader).pushStatus(bytes, o, n);
        else {
          // Not push(): with the hash of the certificate on top this is where a handshake's stack is deepest.
          const reader = this.chain.feed();
          reader.feed(bytes, o);
          let state: number;
          do {
            state = reader.walk(o + n);
            reader.late(state);
          } while (state !== 0);
          this.chain.fed(bytes, o, n);
          if (this.tap !== null) this.tap.bytes(bytes, o, n);
        }
        o += n;
        this.left -= n;
        this.listLeft -= n;
        if (this.left === 0) this.contentRead();
        continue;
      }
      if (this.field > LIST_LENGTH) {
        if (this.listLeft === 0) this.overrun();
        this.listLeft--;
      }
      this.number = (this.number << 8) | bytes[o++];
      if (--this.left === 0) this.numberRead();
    }
    return o - offset;
  }

  /** Between two certificates the verifier can have a signature to check. */
  get waiting(): boolean {
    return this.chain.checking;
  }

  /** Until release() certificates are read and kept, and nothing is decided about them. */
  hold(): void {
    this.chain.hold();
  }

  release(): void {
    this.chain.release();
  }

  /** Takes over the state of another reader, whose chain verifier this one's has taken over too: to read bytes on trial, and drop them. */
  copyFrom(from: CertificateReader): void {
    this.field = from.field;
    this.left = from.left;
    this.number = from.number;
    this.listLeft = from.listLeft;
    this.blockLeft = from.blockLeft;
    this.entries = from.entries;
  }

  /** The message is complete. */
  finish(): void {
    if (this.field !== ENTRY_LENGTH || this.left !== 3 || this.listLeft !== 0)
      throw new TLSAlert(decode_error, `Certificate: the message ends inside ${this.fieldName()}`);
    // §4.5.1.3: an empty Certificate message from the server is decode_error.
    if (this.entries === 0) {
      if (this.mayBeEmpty) return;
      throw new TLSAlert(decode_error, "Certificate: the server sent no certificate");
    }
    this.chain.endChain();
  }

  private numberRead(): void {
    const n = this.number;
    switch (this.field) {
      case CONTEXT_LENGTH:
        // §4.5.1: the context is empty for the server's authentication.
        if (n !== 0) throw new TLSAlert(illegal_parameter, `Certificate: a certificate_request_context of ${n} bytes, none was sent`);
        this.expect(LIST_LENGTH, 3);
        return;
      case LIST_LENGTH:
        this.listLeft = n;
        this.expect(ENTRY_LENGTH, 3);
        return;
      case ENTRY_LENGTH:
        if (n === 0) throw new TLSAlert(decode_error, `Certificate: entry ${this.entries} is empty`);
        if (n > this.listLeft) this.overrun();
        this.chain.beginCertificate(n);
        if (this.tap !== null) this.tap.begin(this.entries, n);
        this.entries++;
        this.expect(ENTRY, n);
        return;
      case EXTENSIONS_LENGTH:
        if (n > this.listLeft) this.overrun();
        if (n === 1) throw new TLSAlert(decode_error, `Certificate: an extension block of 1 byte at entry ${this.entries - 1}`);
        this.blockLeft = n;
        this.nextExtension();
        return;
      case EXTENSION_TYPE:
        // §4.3: of what can be answered in a Certificate message, only a status may have been asked for.
        if (n !== status_request || this.chain.status === null)
          refuseExtension(this.extensions ?? [], n, `Certificate, entry ${this.entries - 1}`);
        this.expect(EXTENSION_LENGTH, 2);
        return;
      default:
        if (n > this.blockLeft - 4) this.overrun();
        this.blockLeft -= 4 + n;
        (this.chain.status as StatusReader).beginStatus(this.entries - 1, n);
        this.expect(STATUS, n);
    }
  }

  /** A certificate, or what is stapled to it, is complete. */
  private contentRead(): void {
    if (this.field === STATUS) {
      this.nextExtension();
      return;
    }
    this.chain.endCertificate();
    if (this.extensions !== null) {
      this.expect(EXTENSIONS_LENGTH, 2);
      return;
    }
    // Nothing is stapled in a Certificate of TLS 1.2. Where no message is announced that follows it, there is none.
    if (this.entries === 1 && this.chain.status !== null) this.chain.status.endEntry();
    this.expect(ENTRY_LENGTH, 3);
  }

  /** An extension of the entry comes, or the entry is complete. */
  private nextExtension(): void {
    if (this.blockLeft > 0) {
      if (this.blockLeft < 4) this.overrun();
      this.expect(EXTENSION_TYPE, 2);
      return;
    }
    this.chain.endEntry();
    this.expect(ENTRY_LENGTH, 3);
  }

  private expect(field: number, left: number): void {
    this.field = field;
    this.left = left;
    this.number = 0;
  }

  private overrun(): never {
    throw new TLSAlert(decode_error, `Certificate: ${this.fieldName()} of entry ${this.entries} runs past the end of certificate_list`);
  }

  private fieldName(): string {
    switch (this.field) {
      case CONTEXT_LENGTH:
        return "certificate_request_context";
      case LIST_LENGTH:
        return "certificate_list";
      case ENTRY_LENGTH:
      case ENTRY:
        return "cert_data";
      default:
        return "extensions";
    }
  }
}

/** Writes a message piece by piece, header included. */
export interface MessageWriter {
  readonly done: boolean;
  /** A part was written, and not all. */
  readonly begun: boolean;
  /** Writes what fits into bytes[offset, end) and returns where it stopped. */
  fill(bytes: Uint8Array, offset: number, end: number): number;
}

/**
 * Writes a Certificate message (RFC 9846 §4.5.1) piece by piece, so that a chain needs no buffer of its size. TLS 1.2's has neither context nor
 * extensions.
 */
export class CertificateWriter implements MessageWriter {
  done: boolean;
  private readonly certificates: readonly Uint8Array[];
  private readonly context: Uint8Array | null;
  /** The entry under way; -1: the header. */
  protected entry: number;
  private at: number;

  /** certificates: DER, the end entity's first; none: the answer of a client that has no certificate. context: of a request after the handshake; null: TLS 1.2. */
  constructor(certificates: readonly Uint8Array[], context: Uint8Array | null = NO_CONTEXT) {
    this.done = false;
    this.certificates = certificates;
    this.context = context;
    this.entry = -1;
    this.at = 0;
  }

  get begun(): boolean {
    return !this.done && (this.entry >= 0 || this.at > 0);
  }

  fill(bytes: Uint8Array, offset: number, end: number): number {
    let o = offset;
    while (o < end && !this.done) {
      if (this.entry < 0) {
        bytes[o++] = this.headerByte(this.at++);
        if (this.at === 4 && this.context === null) this.at++; // no context
        if (this.at === 8 + this.contextLength) this.nextEntry();
        continue;
      }
      const certificate = this.certificates[this.entry];
      const { length } = certificate;
      const at = this.at - 3;
      if (at >= 0 && at < length) {
        const n = Math.min(length - at, end - o);
        for (let i = 0; i < n; i++) bytes[o + i] = certificate[at + i];
        o += n;
        this.at += n;
        if (this.at === length + this.around) this.nextEntry();
        continue;
      }
      // cert_data's length before it; behind it the extension block.
      bytes[o++] = at < 0 ? (length >> (-8 * (at + 1))) & 255 : this.extensionByte(at - length);
      if (++this.at === length + this.around + (this.entry === 0 ? this.extensionsLength : 0)) this.nextEntry();
    }
    return o;
  }

  /** Bytes of an entry besides the certificate: its length before it, an empty extension block behind it. */
  private get around(): number {
    return this.context === null ? 3 : 5;
  }

  private get contextLength(): number {
    return this.context === null ? 0 : this.context.length;
  }

  private get listLength(): number {
    const { certificates } = this;
    let length = this.extensionsLength;
    for (let i = 0; i < certificates.length; i++) length += certificates[i].length + this.around;
    return length;
  }

  /** Bytes of the end entity's extensions; then those bytes, the length of the block before them. */
  protected get extensionsLength(): number {
    return 0;
  }
  protected extensionByte(_index: number): number {
    return 0;
  }

  private nextEntry(): void {
    this.entry++;
    this.at = 0;
    this.done = this.entry === this.certificates.length;
  }

  /** Type, length, certificate_request_context, length of certificate_list. */
  private headerByte(index: number): number {
    const { listLength, context } = this;
    const length = this.contextLength;
    if (index === 0) return certificateType;
    if (index < 4) return ((listLength + (context === null ? 3 : 4) + length) >> (8 * (3 - index))) & 255;
    if (index === 4) return length;
    if (index < 5 + length) return (context as Uint8Array)[index - 5];
    return (listLength >> (8 * (7 + length - index))) & 255;
  }
}

const NO_CONTEXT = new Uint8Array(0);
