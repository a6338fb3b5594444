import { bad_record_mac, TLSAlert, unexpected_message } from "../alert.js";
import { application_data } from "../constants.js";
import type { AeadAlgorithm, AeadKeys, AeadOpening, CipherSuite } from "../crypto/provider.js";
import { NONCE, NONCE_LENGTH, nextSequence, READ_IV, WRITE_IV, xorSequence } from "./nonce.js";
import { checkInner, HEADER_LENGTH, type Protection } from "./protection.js";

/**
 * TLS 1.3 record protection (RFC 9846 §5.2–5.4) of both directions: it opens what comes and seals what goes. The static ivs and the nonce stand in `keys`,
 * memory that no offset from the wire ever indexes.
 */
export class Protection13 implements Protection {
  private readonly aead: AeadKeys;
  private readonly algorithm: AeadAlgorithm;
  private readonly keys: Uint8Array;
  /** Sequence numbers: records that were opened, and sealed, under the key at hand. */
  private opened: number;
  private sealed: number;

  constructor({ aead }: CipherSuite, keys: Uint8Array) {
    this.aead = aead.create(2);
    this.algorithm = aead;
    this.keys = keys;
    this.opened = 0;
    this.sealed = 0;
  }

  /** Takes a write key (RFC 9846 §7.3), the peer's where it opens; the caller writes the iv to its place in `keys`. The sequence number begins anew. */
  setKey(opens: boolean, key: Uint8Array, offset: number): void {
    this.aead.setKey(opens, key, offset);
    if (opens) this.opened = 0;
    else this.sealed = 0;
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
    return this.sealed >= this.algorithm.recordLimit;
  }

  open(io: Uint8Array, header: number, length: number): number {
    const body = header + HEADER_LENGTH;
    const inner = length - this.algorithm.tagLength;
    if (inner < 1) return -1;
    this.makeNonce(READ_IV, this.opened);
    if (!this.aead.open(this.keys, NONCE, io, header, HEADER_LENGTH, io, body, inner)) return -1;
    // §5.4: padding is zeros behind the content type.
    let end = body + inner - 1;
    while (end >= body && io[end] === 0) end--;
    if (end < body) throw new TLSAlert(unexpected_message, "a protected record holds padding alone, no content type");
    checkInner(inner);
    this.opened = nextSequence(this.opened);
    return end;
  }

  openInParts(io: Uint8Array, header: number, length: number): AeadOpening | null {
    this.makeNonce(READ_IV, this.opened);
    return this.aead.openInParts?.(this.keys, NONCE, io, header, HEADER_LENGTH, length - this.algorithm.tagLength) ?? null;
  }

  endParts(opening: AeadOpening, io: Uint8Array, tag: number): void {
    if (!opening.end(io, tag)) throw this.refused(Number.MAX_SAFE_INTEGER);
    this.opened = nextSequence(this.opened);
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
    this.makeNonce(WRITE_IV, this.sealed);
    this.aead.seal(this.keys, NONCE, io, header, HEADER_LENGTH, io, body, inner);
    this.sealed = nextSequence(this.sealed);
    return body + size;
  }

  detach(): void {
    this.aead.detach?.();
  }

  wipe(): void {
    this.aead.wipe();
    this.keys.fill(0, READ_IV, NONCE + NONCE_LENGTH);
  }

  refused(length: number): TLSAlert {
    return new TLSAlert(
      bad_record_mac,
      length > this.algorithm.tagLength
        ? `record ${this.opened} from the peer does not carry the tag its key gives`
        : `a protected record of ${length} bytes cannot hold a content type and a tag`,
    );
  }

  /** §5.3: the 64-bit sequence number, padded to the left to iv_length, XOR the static iv. */
  private makeNonce(iv: number, sequence: number): void {
    const { keys } = this;
    keys.copyWithin(NONCE, iv, iv + NONCE_LENGTH);
    xorSequence(keys, NONCE + 4, sequence);
  }
}
