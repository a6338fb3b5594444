import { record_overflow, TLSAlert, unexpected_message } from "../alert.js";
import { alert, application_data, handshake } from "../constants.js";
import type { AeadOpening } from "../crypto/provider.js";

/** Bytes of a TLSPlaintext or TLSCiphertext header (RFC 9846 §5.1). */
export const HEADER_LENGTH = 5;

/** The longest TLSPlaintext.fragment (RFC 9846 §5.1). */
export const MAX_PLAINTEXT = 16384;

/** One direction's record protection; TLS 1.3 and 1.2 have their own file. */
export interface Protection {
  /** Bytes between the header and the content that are not content (the explicit nonce of TLS 1.2's AES suites; none in TLS 1.3). */
  readonly prefix: number;
  /** Bytes that protection adds to the content, the prefix included. */
  readonly overhead: number;
  /** TLS 1.2: a record's header tells its content type. TLS 1.3: it says application_data, the content type is inside. */
  readonly showsType: boolean;
  /** Records that were protected under this key so far fill this share of what the cipher allows; true: a new key is due. */
  readonly exhausted: boolean;
  /**
   * Opens the record whose header stands at io[header] and whose body has `length` bytes, in place. Returns where its content ends; the content begins at
   * io[header + HEADER_LENGTH + prefix]. Where the header does not show its type, that stands behind the content. Throws bad_record_mac and the like; TLS 1.3
   * says -1 for a record that is not authentic, of which refused() then tells.
   */
  open(io: Uint8Array, header: number, length: number): number;
  refused?(length: number): TLSAlert;
  /**
   * Seals the content of `length` bytes that stands at io[header + HEADER_LENGTH + prefix], in place, and writes the header.
   * Returns the offset behind the record.
   */
  seal(io: Uint8Array, header: number, length: number, type: number): number;
  /**
   * Begins to open such a record in parts, before its tag is known; its nonce is used up with endParts(), which throws where the tag is wrong. Null or
   * absent: it has to be there as a whole.
   */
  openInParts?(io: Uint8Array, header: number, length: number): AeadOpening | null;
  endParts?(opening: AeadOpening, io: Uint8Array, tag: number): void;
  /** Forgets the memory that it worked on last. */
  detach(): void;
  wipe(): void;
}

/** Bytes of content and content type, padding included, that a record may have. */
export function checkInner(inner: number): void {
  if (inner > MAX_PLAINTEXT + 1)
    throw new TLSAlert(record_overflow, `a record's plaintext has ${inner} bytes, ${MAX_PLAINTEXT + 1} is the most`);
}

/** §5.4: an empty handshake or alert record; §5: change_cipher_spec may not be protected; unknown types are unexpected. */
export function checkContent(type: number, length: number): void {
  if (length === 0 && type !== application_data) throw new TLSAlert(unexpected_message, `an empty record of content type ${type}`);
  if (type !== application_data && type !== handshake && type !== alert)
    throw new TLSAlert(unexpected_message, `a protected record of content type ${type}`);
  if (length > MAX_PLAINTEXT) throw new TLSAlert(record_overflow, `a record of ${length} bytes of content; ${MAX_PLAINTEXT} is the most`);
}
