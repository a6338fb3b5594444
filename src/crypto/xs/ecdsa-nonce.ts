/**
 * The nonce of an ECDSA signature: RFC 6979 with additional data k' (§3.6), for a hash as long as the group order, in steps. Key and digest alone
 * make the nonce unguessable even where the source of random is broken; k' = fresh random bytes make it another each time, so that faults
 * and measurements can't be repeated with the same nonce.
 */
import type { HashAlgorithm } from "../provider.js";
import { readBigEndian, writeBigEndian } from "./bigint-bytes.js";
import { Hmac } from "./hmac.js";

/** What comes next (§3.2 d to h). Each takes at most one block of SHA-384 or two of SHA-256. */
const FIRST_KEY = 0;
const NEW_KEY = 12;
const CANDIDATE = 17;
const READY = 18;
const RETRY = 19;

const ZERO = 0n;

export class EcdsaNonce {
  private readonly order: bigint;
  private readonly hmac: Hmac;
  /** V, one octet, private key, digest modulo the order, additional data; then K. */
  private readonly bytes: Uint8Array;
  private readonly length: number;
  /** Where K lies. */
  private readonly key: number;
  private stage: number;

  /** Takes the private key (outputLength octets), the digest and `extra` octets of additional data. */
  constructor(
    algorithm: HashAlgorithm,
    order: bigint,
    privateKey: Uint8Array,
    privateAt: number,
    digest: Uint8Array,
    digestAt: number,
    additional: Uint8Array,
    additionalAt: number,
    extra: number,
  ) {
    const length = algorithm.outputLength;
    this.order = order;
    this.hmac = new Hmac(algorithm.create());
    this.length = length;
    this.key = 3 * length + 1 + extra;
    const bytes = new Uint8Array(this.key + length);
    this.bytes = bytes;
    bytes.fill(1, 0, length);
    const x = length + 1;
    for (let i = 0; i < length; i++) bytes[x + i] = privateKey[privateAt + i]!;
    for (let i = 0; i < extra; i++) bytes[x + 2 * length + i] = additional[additionalAt + i]!;
    // bits2octets: the digest is below 2·order.
    const h = readBigEndian(digest, digestAt, length);
    writeBigEndian(h < order ? h : h - order, bytes, x + length, length);
    this.stage = FIRST_KEY;
  }

  finished(): boolean {
    return this.stage === READY;
  }

  /** The nonce, 1 .. order - 1, once finished. */
  result(): bigint {
    return readBigEndian(this.bytes, 0, this.length);
  }

  /** The nonce was of no use: the next one. */
  retry(): void {
    this.stage = RETRY;
  }

  /** Goes on for up to `budget` steps and returns what is left of the budget. */
  run(budget: number): number {
    for (; budget > 0 && this.stage !== READY; budget--) this.advance();
    return budget;
  }

  wipe(): void {
    this.bytes.fill(0);
    this.hmac.wipe();
    this.stage = READY;
  }

  private advance(): void {
    const bytes = this.bytes;
    const hmac = this.hmac;
    const length = this.length;
    const key = this.key;
    let next = this.stage + 1;
    switch (this.stage) {
      // K = 0 … 0, as the array is; later the new K.
      case FIRST_KEY:
      case 5:
      case NEW_KEY:
        hmac.setInnerKey(bytes, key, length);
        break;
      case 1:
      case 6:
      case 13:
        hmac.setOuterKey();
        break;
      // d and f: K = HMAC_K(V || 0 or 1 || …)
      case 2:
      case 9:
        bytes[length] = this.stage >> 3;
        hmac.begin();
        hmac.update(bytes, 0, key);
        break;
      case 3:
      case 10:
        hmac.finishInner();
        break;
      case 4:
      case 11:
        hmac.finishOuter(bytes, key);
        break;
      // e and g: V = HMAC_K(V), and once more for h, where V is as long as the nonce
      case 7:
      case 14:
      case 16:
        hmac.begin();
        hmac.update(bytes, 0, length);
        hmac.finishInner();
        break;
      case 8:
      case 15:
        hmac.finishOuter(bytes, 0);
        break;
      case CANDIDATE: {
        hmac.finishOuter(bytes, 0);
        const candidate = readBigEndian(bytes, 0, length);
        if (!(candidate > ZERO && candidate < this.order)) next = RETRY;
        break;
      }
      // h3: K = HMAC_K(V || 0), then V as in g
      case RETRY:
        bytes[length] = 0;
        hmac.begin();
        hmac.update(bytes, 0, length + 1);
        hmac.finishInner();
        break;
      default:
        hmac.finishOuter(bytes, key);
        next = NEW_KEY;
    }
    this.stage = next;
  }
}
