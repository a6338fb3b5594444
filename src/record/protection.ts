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
   * Opens the record whose header stands at io[header] and whose body has `length` bytes, in place. Afterwards contentType,
   * contentStart and contentEnd tell what it held. Throws bad_record_mac and the like.
   */
  open(io: Uint8Array, header: number, length: number): void;
  contentType: number;
  contentStart: number;
  contentEnd: number;
  /**
   * Seals the content of `length` bytes that stands at io[header + HEADER_LENGTH + prefix], in place, and writes the header.
   * Returns the offset behind the record.
   */
  seal(io: Uint8Array, header: number, length: number, type: number): number;
  wipe(): void;
}
