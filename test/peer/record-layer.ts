import { concat, u16 } from "./bytes.js";
import { trafficKey } from "./key-schedule.js";
import { aeadOpen, aeadSeal, tagLength } from "./peer-crypto.js";

export const CHANGE_CIPHER_SPEC = 20;
export const ALERT = 21;
export const HANDSHAKE = 22;
export const APPLICATION_DATA = 23;

export type Epoch = "clear" | "handshake" | "application";

/**
 * One record that is about to be sent, with every part of it open to change. A hook may return it changed, several of them, or null for none;
 * sequence numbers are counted for what is really sealed.
 */
export interface RecordPlan {
  /** Counts the records of this connection from 0, before hooks. */
  readonly index: number;
  /** The handshake messages that begin in this record. */
  readonly messages: readonly string[];
  readonly epoch: Epoch;
  /** Sealed with the keys of the epoch; false sends it in clear. */
  seal: boolean;
  type: number;
  content: Uint8Array;
  /** legacy_record_version. */
  version: number;
  /** Zeros behind the inner content type (§5.4). */
  padding: number;
  /** Leaves the inner content type out, so that only padding is sealed. */
  noInnerType?: boolean;
  /** Content type in the header of a sealed record; 23 where not given. */
  outerType?: number;
  /** The length in the header, where it shall not be the true one. */
  length?: number;
  /** The bit of the sealed body that is turned over, from 0; negative: counted from the end of the tag. */
  flip?: number;
  /** The record's bytes as they are: nothing is sealed and no sequence number used. */
  raw?: Uint8Array;
}

/** Keys of one direction (RFC 9846 §5.2, §5.3). */
export class Protection {
  readonly secret: Uint8Array;
  readonly suite: number;
  private readonly key: Uint8Array;
  private readonly iv: Uint8Array;
  private sequence: number;

  constructor(suite: number, secret: Uint8Array) {
    const { key, iv } = trafficKey(suite, secret);
    this.suite = suite;
    this.secret = secret;
    this.key = key;
    this.iv = iv;
    this.sequence = 0;
  }

  seal(header: Uint8Array, inner: Uint8Array): Uint8Array {
    return aeadSeal(this.suite, this.key, this.nextNonce(), header, inner);
  }

  open(header: Uint8Array, body: Uint8Array): Uint8Array | null {
    return aeadOpen(this.suite, this.key, this.nextNonce(), header, body);
  }

  private nextNonce(): Uint8Array {
    const nonce = this.iv.slice();
    let rest = this.sequence++;
    for (let i = 11; i >= 4; i--) {
      nonce[i] = nonce[i]! ^ (rest % 256);
      rest = Math.floor(rest / 256);
    }
    return nonce;
  }
}

/** The record's bytes on the wire. */
export function encodeRecord(plan: RecordPlan, protection: Protection | null): Uint8Array {
  if (plan.raw !== undefined) return plan.raw;
  if (!plan.seal || protection === null) {
    return concat([plan.type], u16(plan.version), u16(plan.length ?? plan.content.length), plan.content);
  }
  const inner = concat(plan.content, plan.noInnerType === true ? [] : [plan.type], new Uint8Array(plan.padding));
  const header = concat(
    [plan.outerType ?? APPLICATION_DATA],
    u16(plan.version),
    u16(plan.length ?? inner.length + tagLength(protection.suite)),
  );
  const body = protection.seal(header, inner);
  if (plan.flip !== undefined) {
    const bit = plan.flip < 0 ? body.length * 8 + plan.flip : plan.flip;
    body[bit >> 3] = body[bit >> 3]! ^ (0x80 >> (bit & 7));
  }
  return concat(header, body);
}
