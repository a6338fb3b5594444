import { internal_error, protocol_version, TLSAlert } from "../alert.js";
import { TLS_1_2 } from "../constants.js";
import { CBC_BLOCK, type CbcAlgorithm, type CbcKey } from "../crypto/cbc.js";
import type { Hash, HashAlgorithm, Random } from "../crypto/provider.js";
import { Hmac } from "../crypto/xs/hmac.js";
import type { Protection12 } from "./cipher-suite-12.js";

/** Cipher and MAC of a CBC suite (RFC 5246 §6.2.3.2). */
export interface CbcParts {
  readonly cipher: CbcAlgorithm;
  readonly mac: HashAlgorithm;
}

/** What a MAC begins with (RFC 5246 §6.2.3.1): sequence number, type, version, length. */
const SEQUENCE = 8;
export const PSEUDO_HEADER = 13;

/**
 * What both orders of MAC and encryption have in common: one direction's cipher and HMAC keys, the sequence number, the random initialization
 * vector that each record begins with. As AES-GCM's (RFC 9846 §5.5), a key's records end where an attacker's advantage could reach 2^-60.
 */
export abstract class CbcProtection implements Protection12 {
  readonly prefix: number;
  readonly overhead: number;
  protected readonly cipher: CbcKey;
  protected readonly hmac: Hmac;
  protected readonly macLength: number;
  /** The pseudo-header of the next record; its first 8 bytes count. Behind it comes what one of the orders works with. */
  protected readonly work: Uint8Array;
  private readonly random: Random;

  /** `sibling`, the other direction's of the same connection, lends its hash; `scratch`: bytes of work behind the pseudo-header. */
  constructor(parts: CbcParts, opens: boolean, sibling: CbcProtection | null, random: Random, scratch: number) {
    const hash: Hash = sibling === null ? parts.mac.create() : sibling.hmac.hash;
    this.macLength = parts.mac.outputLength;
    this.prefix = CBC_BLOCK;
    this.overhead = CBC_BLOCK + this.macLength + CBC_BLOCK;
    this.cipher = parts.cipher.create(opens);
    this.hmac = new Hmac(hash);
    this.work = new Uint8Array(PSEUDO_HEADER + scratch);
    this.random = random;
  }

  setKeys(_opens: boolean, block: Uint8Array, mac: number, key: number): void {
    this.hmac.setKey(block, mac, this.macLength);
    this.cipher.setKey(block, key);
    this.work.fill(0);
  }

  detach(): void {
    this.cipher.detach?.();
  }

  get showsType(): boolean {
    return true;
  }

  /** 2^24 records. */
  get exhausted(): boolean {
    const { work } = this;
    return (work[2] | work[3] | work[4]) !== 0;
  }

  abstract open(io: Uint8Array, header: number, length: number): number;

  abstract seal(io: Uint8Array, header: number, length: number, type: number): number;

  wipe(): void {
    this.cipher.wipe();
    this.hmac.wipe();
    this.work.fill(0);
  }

  /** Draws the initialization vector, which stands before the content; the padding follows at io[end]. Returns the offset behind it. */
  protected frame(io: Uint8Array, body: number, end: number): number {
    this.random.fill(io, body, CBC_BLOCK);
    const padding = CBC_BLOCK - 1 - ((end - body) % CBC_BLOCK);
    const behind = end + padding + 1;
    for (; end < behind; end++) io[end] = padding;
    return behind;
  }

  protected checkVersion(io: Uint8Array, header: number): void {
    if (((io[header + 1] << 8) | io[header + 2]) !== TLS_1_2)
      throw new TLSAlert(protocol_version, `a record of version ${io[header + 1]}.${io[header + 2]} in a connection of TLS 1.2 (3.3)`);
  }

  protected writeHeader(io: Uint8Array, header: number, type: number, length: number): void {
    io[header] = type;
    io[header + 1] = TLS_1_2 >> 8;
    io[header + 2] = TLS_1_2 & 0xff;
    io[header + 3] = length >> 8;
    io[header + 4] = length;
  }

  /** Begins a MAC with sequence number, type, version and `length`. */
  protected beginMac(type: number, length: number): void {
    this.setPseudoHeader(type, length);
    this.hmac.begin();
    this.hmac.update(this.work, 0, PSEUDO_HEADER);
  }

  protected setPseudoHeader(type: number, length: number): void {
    const { work } = this;
    work[SEQUENCE] = type;
    work[SEQUENCE + 1] = TLS_1_2 >> 8;
    work[SEQUENCE + 2] = TLS_1_2 & 0xff;
    work[SEQUENCE + 3] = length >> 8;
    work[SEQUENCE + 4] = length;
  }

  protected advance(): void {
    const { work } = this;
    let i = SEQUENCE;
    do {
      i--;
      work[i] = work[i] + 1;
    } while (work[i] === 0);
    // RFC 5246 §6.1: sequence numbers do not wrap.
    if (work[1] !== 0) throw new TLSAlert(internal_error, "the sequence number of this key is used up", "internal");
  }
}
