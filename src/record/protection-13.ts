import { bad_record_mac, internal_error, TLSAlert, unexpected_message } from "../alert.js";
import { application_data } from "../constants.js";
import type { AeadKey, AeadOpening, CipherSuite } from "../crypto/provider.js";
import { checkInner, HEADER_LENGTH, type Protection } from "./protection.js";

export const NONCE_LENGTH = 12;

/** The sequence number is hi · 2^24 + lo; it fails long before it could wrap (RFC 9846 §5.3). */
const LO_MASK = 0xffffff;
const HI_LIMIT = 0x3fffffff;

/**
 * TLS 1.3 record protection of one direction (RFC 9846 §5.2–5.4). The static iv and the nonce stand in `keys`, memory that no offset
 * from the wire ever indexes.
 */
export class Protection13 implements Protection {
  contentType: number;
  contentStart: number;
  contentEnd: number;
  readonly aead: AeadKey;
  private readonly keys: Uint8Array;
  private readonly iv: number;
  private readonly nonce: number;
  private readonly tagLength: number;
  private readonly recordLimit: number;
  private hi: number;
  private lo: number;

  /** keys[iv, iv + 12) and keys[nonce, nonce + 12) are this object's; the nonce may be shared by both directions. */
  constructor(suite: CipherSuite, sibling: AeadKey | null, keys: Uint8Array, iv: number, nonce: number) {
    const aead = suite.aead;
    this.tagLength = aead.tagLength;
    this.aead = aead.create(sibling);
    this.recordLimit = aead.recordLimit;
    this.keys = keys;
    this.iv = iv;
    this.nonce = nonce;
    this.hi = 0;
    this.lo = 0;
    this.contentType = 0;
    this.contentStart = 0;
    this.contentEnd = 0;
  }

  /** Takes a write key (RFC 9846 §7.3); the iv is written to keys[iv, iv + 12) by the caller. The sequence number begins anew. */
  setKey(key: Uint8Array, offset: number): void {
    this.aead.setKey(key, offset);
    this.hi = 0;
    this.lo = 0;
  }

  get prefix(): number {
    return 0;
  }

  get overhead(): number {
    return this.tagLength + 1;
  }

  get showsType(): boolean {
    return false;
  }

  get exhausted(): boolean {
    return this.hi * 0x1000000 + this.lo >= this.recordLimit;
  }

  open(io: Uint8Array, header: number, length: number): void {
    const tagLength = this.tagLength;
    const body = header + HEADER_LENGTH;
    const inner = length - tagLength;
    if (inner < 1) throw new TLSAlert(bad_record_mac, `a protected record of ${length} bytes cannot hold a content type and a tag`);
    this.nextNonce();
    if (!this.aead.open(this.keys, this.nonce, io, header, HEADER_LENGTH, io, body, inner)) this.badTag();
    // §5.4: padding is zeros behind the content type.
    let end = body + inner - 1;
    while (end >= body && io[end] === 0) end--;
    if (end < body) throw new TLSAlert(unexpected_message, "a protected record holds padding alone, no content type");
    checkInner(inner);
    this.contentType = io[end];
    this.contentStart = body;
    this.contentEnd = end;
    this.advance();
  }

  openInParts(io: Uint8Array, header: number, length: number): AeadOpening | null {
    this.nextNonce();
    return this.aead.openInParts?.(this.keys, this.nonce, io, header, HEADER_LENGTH, length - this.tagLength) ?? null;
  }

  endParts(opening: AeadOpening, io: Uint8Array, tag: number): void {
    if (!opening.end(io, tag)) this.badTag();
    this.advance();
  }

  seal(io: Uint8Array, header: number, length: number, type: number): number {
    const body = header + HEADER_LENGTH;
    const inner = length + 1;
    const size = inner + this.tagLength;
    io[body + length] = type;
    io[header] = application_data;
    io[header + 1] = 3;
    io[header + 2] = 3;
    io[header + 3] = size >> 8;
    io[header + 4] = size;
    this.nextNonce();
    this.aead.seal(this.keys, this.nonce, io, header, HEADER_LENGTH, io, body, inner);
    this.advance();
    return body + size;
  }

  detach(): void {
    this.aead.detach?.();
  }

  wipe(): void {
    this.aead.wipe();
    this.keys.fill(0, this.iv, this.iv + NONCE_LENGTH);
    this.keys.fill(0, this.nonce, this.nonce + NONCE_LENGTH);
  }

  private badTag(): never {
    throw new TLSAlert(bad_record_mac, `record ${this.hi * 0x1000000 + this.lo} from the peer does not carry the tag its key gives`);
  }

  /** §5.3: the 64-bit sequence number, padded to the left to iv_length, XOR the static iv. */
  private nextNonce(): void {
    const { keys, nonce, hi, lo } = this;
    keys.copyWithin(nonce, this.iv, this.iv + NONCE_LENGTH);
    keys[nonce + 5] = keys[nonce + 5] ^ (hi >> 24);
    keys[nonce + 6] = keys[nonce + 6] ^ ((hi >> 16) & 255);
    keys[nonce + 7] = keys[nonce + 7] ^ ((hi >> 8) & 255);
    keys[nonce + 8] = keys[nonce + 8] ^ (hi & 255);
    keys[nonce + 9] = keys[nonce + 9] ^ (lo >> 16);
    keys[nonce + 10] = keys[nonce + 10] ^ ((lo >> 8) & 255);
    keys[nonce + 11] = keys[nonce + 11] ^ (lo & 255);
  }

  private advance(): void {
    const lo = (this.lo + 1) & LO_MASK;
    this.lo = lo;
    if (lo !== 0) return;
    this.hi++;
    if (this.hi >= HI_LIMIT) throw new TLSAlert(internal_error, "the sequence number of this key is used up", "internal");
  }
}
