import { bad_record_mac, TLSAlert, unexpected_message } from "../alert.js";
import { application_data } from "../constants.js";
import type { AeadAlgorithm, AeadKey, AeadOpening, CipherSuite } from "../crypto/provider.js";
import { NONCE, NONCE_LENGTH, nextSequence, xorSequence } from "./nonce.js";
import { checkInner, HEADER_LENGTH, type Protection } from "./protection.js";

/**
 * TLS 1.3 record protection of one direction (RFC 9846 §5.2–5.4). The static iv and the nonce stand in `keys`, memory that no offset
 * from the wire ever indexes.
 */
export class Protection13 implements Protection {
  readonly aead: AeadKey;
  private readonly algorithm: AeadAlgorithm;
  private readonly keys: Uint8Array;
  private readonly iv: number;
  private sequence: number;

  /** keys[iv, iv + 12) is this object's; both directions share the nonce. */
  constructor({ aead }: CipherSuite, sibling: AeadKey | null, keys: Uint8Array, iv: number) {
    this.aead = aead.create(sibling);
    this.algorithm = aead;
    this.keys = keys;
    this.iv = iv;
    this.sequence = 0;
  }

  /** Takes a write key (RFC 9846 §7.3); the iv is written to keys[iv, iv + 12) by the caller. The sequence number begins anew. */
  setKey(key: Uint8Array, offset: number): void {
    this.aead.setKey(key, offset);
    this.sequence = 0;
  }

  get prefix(): number {
    return 0;
  }

  get overhead(): number {
    return this.algorithm.tagLength + 1;
  }

  get showsType(): boolean {
    return false;
  }

  get exhausted(): boolean {
    return this.sequence >= this.algorithm.recordLimit;
  }

  open(io: Uint8Array, header: number, length: number): number {
    const body = header + HEADER_LENGTH;
    const inner = length - this.algorithm.tagLength;
    if (inner < 1) throw new TLSAlert(bad_record_mac, `a protected record of ${length} bytes cannot hold a content type and a tag`);
    this.nextNonce();
    if (!this.aead.open(this.keys, NONCE, io, header, HEADER_LENGTH, io, body, inner)) this.badTag();
    // §5.4: padding is zeros behind the content type.
    let end = body + inner - 1;
    while (end >= body && io[end] === 0) end--;
    if (end < body) throw new TLSAlert(unexpected_message, "a protected record holds padding alone, no content type");
    checkInner(inner);
    this.sequence = nextSequence(this.sequence);
    return end;
  }

  openInParts(io: Uint8Array, header: number, length: number): AeadOpening | null {
    this.nextNonce();
    return this.aead.openInParts?.(this.keys, NONCE, io, header, HEADER_LENGTH, length - this.algorithm.tagLength) ?? null;
  }

  endParts(opening: AeadOpening, io: Uint8Array, tag: number): void {
    if (!opening.end(io, tag)) this.badTag();
    this.sequence = nextSequence(this.sequence);
  }

  seal(io: Uint8Array, header: number, length: number, type: number): number {
    const body = header + HEADER_LENGTH;
    const inner = length + 1;
    const size = inner + this.algorithm.tagLength;
    io[body + length] = type;
    io[header] = application_data;
    io[header + 1] = 3;
    io[header + 2] = 3;
    io[header + 3] = size >> 8;
    io[header + 4] = size;
    this.nextNonce();
    this.aead.seal(this.keys, NONCE, io, header, HEADER_LENGTH, io, body, inner);
    this.sequence = nextSequence(this.sequence);
    return body + size;
  }

  detach(): void {
    this.aead.detach?.();
  }

  wipe(): void {
    this.aead.wipe();
    this.keys.fill(0, this.iv, this.iv + NONCE_LENGTH);
    this.keys.fill(0, NONCE, NONCE + NONCE_LENGTH);
  }

  private badTag(): never {
    throw new TLSAlert(bad_record_mac, `record ${this.sequence} from the peer does not carry the tag its key gives`);
  }

  /** §5.3: the 64-bit sequence number, padded to the left to iv_length, XOR the static iv. */
  private nextNonce(): void {
    const { keys } = this;
    keys.copyWithin(NONCE, this.iv, this.iv + NONCE_LENGTH);
    xorSequence(keys, NONCE + 4, this.sequence);
  }
}
