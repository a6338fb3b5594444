import { copyOf } from "../bytes/copy.js";
import type { OfferedKey, OfferedSession12 } from "../config-psk.js";
import { checksum } from "./checksum.js";

/** Where a field stands in a session's bytes. */
const TLS13 = 1;
const TLS12 = 2;
const RECEIVED_AT = 1;
const LIFETIME_AT = 5;
const AGE_ADD_AT = 9;
const FIRST_AT = 13;
const UNTIL_AT = 17;
const FINGERPRINT_AT = 21;
const KEY_AT = 53;
const CHECKSUM_LENGTH = 4;

/** Of a session of TLS 1.2. */
const MASTER_SECRET_LENGTH = 48;
const LONGEST_ID = 32;
const BY_TICKET = 1;

const FINGERPRINT_LENGTH = 32;

/** No certificate ends it: 0xffffffff. Of times: not known. */
export const NO_END = 0xffffffff;
export const NOT_KNOWN = 0xffffffff;

/**
 * A session that a client can resume, as bytes. They hold a secret: who has them can take the client's place.
 *
 *     version 1 | received 4 | lifetime 4 | age_add 4 | first 4 | until 4 | fingerprint 32 | length 1, key | length 2, ticket | checksum 4
 *
 * Version 1 is a session of TLS 1.3: the key's length tells the hash. Version 2 is one of TLS 1.2: the key is its master secret, the suite stands in the upper half of
 * age_add; where the lowest bit is not set, a session ID stands in the ticket's place. Times are seconds since 1970: when the ticket came, when the first session of this line was opened, when the first
 * certificate of the server's path ends.
 */
export class SavedSession implements OfferedKey, OfferedSession12 {
  readonly received: number;
  readonly lifetime: number;
  readonly first: number;
  readonly until: number;
  readonly identity: Uint8Array;
  readonly key: Uint8Array;
  /** 0: it is of TLS 1.3. */
  readonly suite12: number;
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
    this.key = copyOf(bytes, KEY_AT + 1, ticket - 2);
    this.identity = copyOf(bytes, ticket, bytes.length - CHECKSUM_LENGTH);
    this.suite12 = bytes[0] === TLS12 ? this.ageAdd >>> 16 : 0;
    this.obfuscatedAge = this.ageAdd;
  }

  /** null for bytes that are no session of these versions, or damaged. */
  static from(bytes: Uint8Array): SavedSession | null {
    const end = bytes.length - CHECKSUM_LENGTH;
    if (end < KEY_AT + 1 + 32 + 2 + 1 || (bytes[0] !== TLS13 && bytes[0] !== TLS12)) return null;
    const keyLength = bytes[KEY_AT];
    const ticket = KEY_AT + 1 + keyLength + 2;
    if ((keyLength !== 32 && keyLength !== 48) || ticket >= end) return null;
    if (((bytes[ticket - 2] << 8) | bytes[ticket - 1]) !== end - ticket) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    if (checksum(view, end) !== view.getUint32(end)) return null;
    const saved = new SavedSession(bytes);
    return bytes[0] === TLS13 || saved.isWhole12 ? saved : null;
  }

  private get isWhole12(): boolean {
    return this.key.length === MASTER_SECRET_LENGTH && (this.byTicket || this.identity.length <= LONGEST_ID) && this.suite12 !== 0;
  }

  get byTicket(): boolean {
    return (this.ageAdd & BY_TICKET) !== 0;
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
  readonly is12: boolean;
}

/** What stands in the place of age_add in a session of TLS 1.2. */
export function marks12(suite12: number, byTicket: boolean): number {
  return suite12 * 0x10000 + (byTicket ? BY_TICKET : 0);
}

export function sessionBytes({ received, lifetime, ageAdd, first, until, fingerprint, key, ticket, is12 }: SessionFields): Uint8Array {
  const at = KEY_AT + 1 + key.length + 2;
  const end = at + ticket.length;
  const bytes = new Uint8Array(end + CHECKSUM_LENGTH);
  const view = new DataView(bytes.buffer);
  bytes[0] = is12 ? TLS12 : TLS13;
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
