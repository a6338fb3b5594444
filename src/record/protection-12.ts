import { bad_record_mac, decode_error, internal_error, protocol_version, record_overflow, TLSAlert } from "../alert.js";
import { TLS_1_2 } from "../constants.js";
import type { AeadAlgorithm, AeadKey } from "../crypto/provider.js";
import type { Cipher12, KeyPlaces, Protection12 } from "./cipher-suite-12.js";
import { HEADER_LENGTH, MAX_PLAINTEXT } from "./protection.js";

const NONCE_LENGTH = 12;
/** additional_data: sequence number, type, version and length of the content (RFC 5246 §6.2.3.3). */
const AAD_LENGTH = 13;

/** The sequence number is hi · 2^24 + lo; it fails long before it could wrap (RFC 5246 §6.1). */
const LO_MASK = 0xffffff;
const HI_LIMIT = 0x3fffffff;

/** The explicit part of a nonce, which stands in the record: 8 bytes for GCM and CCM (RFC 5288 §3, RFC 6655 §3), none for ChaCha20-Poly1305 (RFC 7905 §2). */
export const EXPLICIT_NONCE = 8;
export const NO_EXPLICIT_NONCE = 0;

/** An AEAD as TLS 1.2 uses it. */
export class AeadCipher12 implements Cipher12 {
  readonly name: string;
  readonly macKeyLength: number;
  readonly keyLength: number;
  readonly ivLength: number;
  readonly overhead: number;
  readonly takesEncryptThenMac: boolean;
  private readonly aead: AeadAlgorithm;
  private readonly explicit: number;

  constructor(aead: AeadAlgorithm, explicit: number) {
    this.name = aead.name;
    this.macKeyLength = 0;
    this.keyLength = aead.keyLength;
    this.ivLength = NONCE_LENGTH - explicit;
    this.overhead = explicit + aead.tagLength;
    this.takesEncryptThenMac = false;
    this.aead = aead;
    this.explicit = explicit;
  }

  create(_opens: boolean, sibling: Protection12 | null, places: KeyPlaces): Protection12 {
    return new AeadProtection12(this.aead, this.explicit, sibling as AeadProtection12 | null, places);
  }
}

/**
 * TLS 1.2 record protection of one direction with an AEAD (RFC 5246 §6.2.3.3). The content type stands in the header. Our explicit nonces are the
 * sequence number, so none comes twice under a key.
 */
export class AeadProtection12 implements Protection12 {
  contentType: number;
  contentStart: number;
  contentEnd: number;
  readonly aead: AeadKey;
  private readonly keys: Uint8Array;
  private readonly iv: number;
  private readonly nonce: number;
  private readonly explicit: number;
  private readonly tagLength: number;
  private readonly recordLimit: number;
  private hi: number;
  private lo: number;

  constructor(aead: AeadAlgorithm, explicit: number, sibling: AeadProtection12 | null, places: KeyPlaces) {
    this.contentType = 0;
    this.contentStart = 0;
    this.contentEnd = 0;
    this.aead = aead.create(sibling === null ? null : sibling.aead);
    this.keys = places.keys;
    this.iv = places.iv;
    this.nonce = places.nonce;
    this.explicit = explicit;
    this.tagLength = aead.tagLength;
    this.recordLimit = aead.recordLimit;
    this.hi = 0;
    this.lo = 0;
  }

  setKeys(block: Uint8Array, _mac: number, key: number, iv: number): void {
    const length = NONCE_LENGTH - this.explicit;
    this.aead.setKey(block, key);
    for (let i = 0; i < length; i++) this.keys[this.iv + i] = block[iv + i];
    this.hi = 0;
    this.lo = 0;
  }

  get prefix(): number {
    return this.explicit;
  }

  get overhead(): number {
    return this.explicit + this.tagLength;
  }

  detach(): void {
    this.aead.detach?.();
  }

  get showsType(): boolean {
    return true;
  }

  get exhausted(): boolean {
    return this.hi * 0x1000000 + this.lo >= this.recordLimit;
  }

  open(io: Uint8Array, header: number, length: number): void {
    const { explicit } = this;
    const start = header + HEADER_LENGTH + explicit;
    const content = length - explicit - this.tagLength;
    if (((io[header + 1] << 8) | io[header + 2]) !== TLS_1_2)
      throw new TLSAlert(protocol_version, `a record of version ${io[header + 1]}.${io[header + 2]} in a connection of TLS 1.2 (3.3)`);
    if (content < 0) throw new TLSAlert(decode_error, `a protected record of ${length} bytes cannot hold a nonce and a tag`);
    if (content > MAX_PLAINTEXT)
      throw new TLSAlert(record_overflow, `a record of ${content} bytes of content; ${MAX_PLAINTEXT} is the most`);
    this.makeNonce();
    if (explicit > 0) for (let i = 0; i < explicit; i++) this.keys[this.nonce + 4 + i] = io[header + HEADER_LENGTH + i];
    const aad = this.makeData(io[header], content);
    if (!this.aead.open(this.keys, this.nonce, this.keys, aad, AAD_LENGTH, io, start, content))
      throw new TLSAlert(bad_record_mac, `record ${this.hi * 0x1000000 + this.lo} from the peer does not carry the tag its key gives`);
    this.contentType = io[header];
    this.contentStart = start;
    this.contentEnd = start + content;
    this.advance();
  }

  seal(io: Uint8Array, header: number, length: number, type: number): number {
    const { explicit } = this;
    const start = header + HEADER_LENGTH + explicit;
    const size = explicit + length + this.tagLength;
    io[header] = type;
    io[header + 1] = 3;
    io[header + 2] = 3;
    io[header + 3] = size >> 8;
    io[header + 4] = size;
    this.makeNonce();
    if (explicit > 0) for (let i = 0; i < explicit; i++) io[header + HEADER_LENGTH + i] = this.keys[this.nonce + 4 + i];
    const aad = this.makeData(type, length);
    this.aead.seal(this.keys, this.nonce, this.keys, aad, AAD_LENGTH, io, start, length);
    this.advance();
    return header + HEADER_LENGTH + size;
  }

  wipe(): void {
    this.aead.wipe();
    this.keys.fill(0, this.iv, this.iv + NONCE_LENGTH);
    this.keys.fill(0, this.nonce, this.nonce + NONCE_LENGTH + AAD_LENGTH);
  }

  /** The sequence number, to the left the salt (RFC 5288 §3); or XOR the whole IV, where there is no explicit part (RFC 7905 §2). */
  private makeNonce(): void {
    const { keys, nonce, hi, lo } = this;
    keys.copyWithin(nonce, this.iv, this.iv + NONCE_LENGTH);
    if (this.explicit > 0) keys.fill(0, nonce + 4, nonce + NONCE_LENGTH);
    keys[nonce + 5] = keys[nonce + 5] ^ (hi >> 24);
    keys[nonce + 6] = keys[nonce + 6] ^ ((hi >> 16) & 255);
    keys[nonce + 7] = keys[nonce + 7] ^ ((hi >> 8) & 255);
    keys[nonce + 8] = keys[nonce + 8] ^ (hi & 255);
    keys[nonce + 9] = keys[nonce + 9] ^ (lo >> 16);
    keys[nonce + 10] = keys[nonce + 10] ^ ((lo >> 8) & 255);
    keys[nonce + 11] = keys[nonce + 11] ^ (lo & 255);
  }

  /** additional_data, behind the nonce; returns where. */
  private makeData(type: number, length: number): number {
    const { keys, hi, lo } = this;
    const at = this.nonce + NONCE_LENGTH;
    keys[at] = 0;
    keys[at + 1] = hi >> 24;
    keys[at + 2] = hi >> 16;
    keys[at + 3] = hi >> 8;
    keys[at + 4] = hi;
    keys[at + 5] = lo >> 16;
    keys[at + 6] = lo >> 8;
    keys[at + 7] = lo;
    keys[at + 8] = type;
    keys[at + 9] = 3;
    keys[at + 10] = 3;
    keys[at + 11] = length >> 8;
    keys[at + 12] = length;
    return at;
  }

  private advance(): void {
    const lo = (this.lo + 1) & LO_MASK;
    this.lo = lo;
    if (lo !== 0) return;
    this.hi++;
    if (this.hi >= HI_LIMIT) throw new TLSAlert(internal_error, "the sequence number of this key is used up", "internal");
  }
}
