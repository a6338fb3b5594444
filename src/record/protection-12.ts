import { bad_record_mac, decode_error, protocol_version, record_overflow, TLSAlert } from "../alert.js";
import { TLS_1_2 } from "../constants.js";
import type { AeadAlgorithm, AeadKeys } from "../crypto/provider.js";
import type { Cipher12, KeyPlaces, Protection12 } from "./cipher-suite-12.js";
import { NONCE, NONCE_LENGTH, nextSequence, READ_IV, WRITE_IV, xorSequence } from "./nonce.js";
import { HEADER_LENGTH, MAX_PLAINTEXT } from "./protection.js";

/** additional_data: sequence number, type, version and length of the content (RFC 5246 §6.2.3.3). */
const AAD_LENGTH = 13;

/** Where it stands in `keys`. */
const AAD = NONCE + NONCE_LENGTH;

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
  readonly aead: AeadAlgorithm;
  readonly explicit: number;

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
    return sibling ?? new AeadProtection12(this, places.keys);
  }
}

/**
 * TLS 1.2 record protection of both directions with an AEAD (RFC 5246 §6.2.3.3). The content type stands in the header. Our explicit nonces are the
 * sequence number, so none comes twice under a key.
 */
export class AeadProtection12 implements Protection12 {
  private readonly aead: AeadKeys;
  private readonly cipher: AeadCipher12;
  private readonly keys: Uint8Array;
  /** Sequence numbers: records that were opened, and sealed. */
  private opened: number;
  private sealed: number;

  constructor(cipher: AeadCipher12, keys: Uint8Array) {
    this.aead = cipher.aead.create(2);
    this.cipher = cipher;
    this.keys = keys;
    this.opened = 0;
    this.sealed = 0;
  }

  setKeys(opens: boolean, block: Uint8Array, _mac: number, key: number, iv: number): void {
    const length = this.cipher.ivLength;
    const to = opens ? READ_IV : WRITE_IV;
    this.aead.setKey(opens, block, key);
    for (let i = 0; i < length; i++) this.keys[to + i] = block[iv + i];
    if (opens) this.opened = 0;
    else this.sealed = 0;
  }

  get prefix(): number {
    return this.cipher.explicit;
  }

  get overhead(): number {
    return this.cipher.overhead;
  }

  detach(): void {
    this.aead.detach?.();
  }

  get showsType(): boolean {
    return true;
  }

  get exhausted(): boolean {
    return this.sealed >= this.cipher.aead.recordLimit;
  }

  open(io: Uint8Array, header: number, length: number): number {
    const { explicit, overhead } = this.cipher;
    const start = header + HEADER_LENGTH + explicit;
    const content = length - overhead;
    if (((io[header + 1] << 8) | io[header + 2]) !== TLS_1_2)
      throw new TLSAlert(protocol_version, `a record of version ${io[header + 1]}.${io[header + 2]} in a connection of TLS 1.2 (3.3)`);
    if (content < 0) throw new TLSAlert(decode_error, `a protected record of ${length} bytes cannot hold a nonce and a tag`);
    if (content > MAX_PLAINTEXT)
      throw new TLSAlert(record_overflow, `a record of ${content} bytes of content; ${MAX_PLAINTEXT} is the most`);
    this.makeNonce(READ_IV, this.opened);
    if (explicit > 0) for (let i = 0; i < explicit; i++) this.keys[NONCE + 4 + i] = io[header + HEADER_LENGTH + i];
    this.makeData(this.opened, io[header], content);
    if (!this.aead.open(this.keys, NONCE, this.keys, AAD, AAD_LENGTH, io, start, content))
      throw new TLSAlert(bad_record_mac, `record ${this.opened} from the peer does not carry the tag its key gives`);
    this.opened = nextSequence(this.opened);
    return start + content;
  }

  seal(io: Uint8Array, header: number, length: number, type: number): number {
    const { explicit, overhead } = this.cipher;
    const start = header + HEADER_LENGTH + explicit;
    const size = length + overhead;
    io[header] = type;
    io[header + 1] = 3;
    io[header + 2] = 3;
    io[header + 3] = size >> 8;
    io[header + 4] = size;
    this.makeNonce(WRITE_IV, this.sealed);
    if (explicit > 0) for (let i = 0; i < explicit; i++) io[header + HEADER_LENGTH + i] = this.keys[NONCE + 4 + i];
    this.makeData(this.sealed, type, length);
    this.aead.seal(this.keys, NONCE, this.keys, AAD, AAD_LENGTH, io, start, length);
    this.sealed = nextSequence(this.sealed);
    return header + HEADER_LENGTH + size;
  }

  wipe(): void {
    this.aead.wipe();
    this.keys.fill(0, READ_IV, AAD + AAD_LENGTH);
  }

  /** The sequence number, to the left the salt (RFC 5288 §3); or XOR the whole IV, where there is no explicit part (RFC 7905 §2). */
  private makeNonce(iv: number, sequence: number): void {
    const { keys } = this;
    keys.copyWithin(NONCE, iv, iv + NONCE_LENGTH);
    if (this.cipher.explicit > 0) keys.fill(0, NONCE + 4, NONCE + NONCE_LENGTH);
    xorSequence(keys, NONCE + 4, sequence);
  }

  /** additional_data, behind the nonce. */
  private makeData(sequence: number, type: number, length: number): void {
    const { keys } = this;
    keys.fill(0, AAD, AAD + 8);
    xorSequence(keys, AAD, sequence);
    keys[AAD + 8] = type;
    keys[AAD + 9] = 3;
    keys[AAD + 10] = 3;
    keys[AAD + 11] = length >> 8;
    keys[AAD + 12] = length;
  }
}
