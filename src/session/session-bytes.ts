import type { OfferedKey } from "../config-psk.js";
import { checksum } from "./checksum.js";

/** Where a field stands in a session's bytes. */
const VERSION = 1;
const RECEIVED_AT = 1;
const LIFETIME_AT = 5;
const AGE_ADD_AT = 9;
const FIRST_AT = 13;
const UNTIL_AT = 17;
const FINGERPRINT_AT = 21;
const KEY_AT = 53;
const CHECKSUM_LENGTH = 4;

const FINGERPRINT_LENGTH = 32;

/** No certificate ends it: 0xffffffff. Of times: not known. */
export const NO_END = 0xffffffff;
export const NOT_KNOWN = 0xffffffff;

/**
 * A session that a client can resume, as bytes. They hold a secret: who has them can take the client's place.
 *
 *     version 1 | received 4 | lifetime 4 | age_add 4 | first 4 | until 4 | fingerprint 32 | length 1, key | length 2, ticket | checksum 4
 *
 * The key's length tells the hash. Times are seconds since 1970: when the ticket came, when the first session of this line was opened, when the first
 * certificate of the server's path ends.
 */
export class SavedSession implements OfferedKey {
  readonly received: number;
  readonly lifetime: number;
  readonly first: number;
  readonly until: number;
  readonly identity: Uint8Array;
  readonly key: Uint8Array;
  obfuscatedAge: number;
  private readonly bytes: Uint8Array;
  private readonly ageAdd: number;

  private constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const ticket = KEY_AT + 1 + bytes[KEY_AT] + 2;
    this.bytes = bytes;
    this.received = view.getUint32(RECEIVED_AT);
    this.lifetime = view.getUint32(LIFETIME_AT);
    this.ageAdd = view.getUint32(AGE_ADD_AT);
    this.first = view.getUint32(FIRST_AT);
    this.until = view.getUint32(UNTIL_AT);
    this.key = bytes.slice(KEY_AT + 1, ticket - 2);
    this.identity = bytes.slice(ticket, bytes.length - CHECKSUM_LENGTH);
    this.obfuscatedAge = this.ageAdd;
  }

  /** null for bytes that are no session of this version, or damaged. */
  static from(bytes: Uint8Array): SavedSession | null {
    const end = bytes.length - CHECKSUM_LENGTH;
    if (end < KEY_AT + 1 + 32 + 2 + 1 || bytes[0] !== VERSION) return null;
    const keyLength = bytes[KEY_AT];
    const ticket = KEY_AT + 1 + keyLength + 2;
    if ((keyLength !== 32 && keyLength !== 48) || ticket >= end) return null;
    if (((bytes[ticket - 2] << 8) | bytes[ticket - 1]) !== end - ticket) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return checksum(view, end) === view.getUint32(end) ? new SavedSession(bytes) : null;
  }

  get hashLength(): number {
    return this.key.length;
  }

  get external(): boolean {
    return false;
  }

  /** Whether the config with this fingerprint made it. */
  isOf(fingerprint: Uint8Array): boolean {
    for (let i = 0; i < FINGERPRINT_LENGTH; i++) if (this.bytes[FINGERPRINT_AT + i] !== fingerprint[i]) return false;
    return true;
  }

  /** §4.3.11: milliseconds since the ticket came, plus ticket_age_add. */
  setAge(seconds: number): void {
    this.obfuscatedAge = (this.ageAdd + seconds * 1000) % 0x100000000;
  }
}

export interface SessionFields {
  readonly received: number;
  readonly lifetime: number;
  readonly ageAdd: number;
  readonly first: number;
  readonly until: number;
  readonly fingerprint: Uint8Array;
  readonly key: Uint8Array;
  readonly ticket: Uint8Array;
}

export function sessionBytes({ received, lifetime, ageAdd, first, until, fingerprint, key, ticket }: SessionFields): Uint8Array {
  const at = KEY_AT + 1 + key.length + 2;
  const end = at + ticket.length;
  const bytes = new Uint8Array(end + CHECKSUM_LENGTH);
  const view = new DataView(bytes.buffer);
  bytes[0] = VERSION;
  view.setUint32(RECEIVED_AT, received);
  view.setUint32(LIFETIME_AT, lifetime);
  view.setUint32(AGE_ADD_AT, ageAdd);
  view.setUint32(FIRST_AT, first);
  view.setUint32(UNTIL_AT, until);
  bytes.set(fingerprint, FINGERPRINT_AT);
  bytes[KEY_AT] = key.length;
  bytes.set(key, KEY_AT + 1);
  view.setUint16(at - 2, ticket.length);
  bytes.set(ticket, at);
  view.setUint32(end, checksum(view, end));
  return bytes;
}
