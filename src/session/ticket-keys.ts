import type { AeadAlgorithm, AeadKeys, Random } from "../crypto/provider.js";
import type { TicketBox } from "./tickets.js";

const NAME = 16;
const NONCE = 12;
const KEY_LENGTH = 32;
const SEALED_AT = NAME + NONCE;

/** Bytes of one key as it is kept: its name, and a key of 32 bytes, of which the AEAD takes what it needs. */
export const TICKET_KEY_LENGTH = NAME + KEY_LENGTH;

interface TicketKey {
  /** TICKET_KEY_LENGTH bytes. */
  readonly bytes: Uint8Array;
  /** Seconds since 1970 from which on it sealed nothing any more; -1: not known. */
  retired: number;
}

export interface TicketKeyOptions {
  /** Keys as `export()` gave them, 48 bytes each: the first seals, all open. They make several servers one, and a restarted server the same as before. */
  readonly keys?: Uint8Array;
  /** Seconds after which a new key takes over; the old one opens tickets for as long again. Default 86,400 without `keys`; with them 0: never. */
  readonly rotateAfter?: number;
}

/**
 * Seals sessions into the tickets themselves, so that a server keeps nothing of them (RFC 9846 §8, RFC 5077 §4):
 *
 *     name of the key 16 | nonce 12, random | sealed session | tag
 *
 * Who has the key reads every session, and with it what connections in mode psk_ke said.
 */
export class TicketKeys implements TicketBox {
  private readonly aead: AeadKeys;
  private readonly tagLength: number;
  private readonly random: Random;
  private readonly rotateAfter: number;
  /** The newest first. */
  private keys: TicketKey[];
  private since: number;

  /** Throws a RangeError for keys that are none. */
  constructor(aead: AeadAlgorithm, random: Random, options: TicketKeyOptions = {}) {
    const { keys } = options;
    if (aead.keyLength > KEY_LENGTH) throw new RangeError(`ticket keys: ${aead.name} takes a key of ${aead.keyLength} bytes`);
    this.aead = aead.create(1);
    this.tagLength = aead.tagLength;
    this.random = random;
    this.rotateAfter = options.rotateAfter ?? (keys === undefined ? 86_400 : 0);
    this.keys = [];
    this.since = -1;
    if (keys === undefined) this.addKey();
    else this.replace(keys);
  }

  /** Takes other keys in place of all: the first seals. Throws a RangeError for bytes that are none. */
  replace(keys: Uint8Array): void {
    if (keys.length === 0 || keys.length % TICKET_KEY_LENGTH !== 0)
      throw new RangeError(`ticket keys: ${keys.length} bytes; a key has ${TICKET_KEY_LENGTH}: a name of ${NAME} and ${KEY_LENGTH} of key`);
    const list: TicketKey[] = [];
    for (let o = 0; o < keys.length; o += TICKET_KEY_LENGTH) list.push({ bytes: keys.slice(o, o + TICKET_KEY_LENGTH), retired: -1 });
    for (let i = 0; i < this.keys.length; i++) this.keys[i].bytes.fill(0);
    this.keys = list;
  }

  /** The keys, the one that seals first: secret. */
  export(): Uint8Array {
    const { keys } = this;
    const out = new Uint8Array(keys.length * TICKET_KEY_LENGTH);
    for (let i = 0; i < keys.length; i++) out.set(keys[i].bytes, i * TICKET_KEY_LENGTH);
    return out;
  }

  /** A new key takes over; the old ones still open tickets. */
  rotate(now: number): void {
    this.keys[0].retired = now;
    this.addKey();
    this.since = now;
  }

  seal(session: Uint8Array, random: Random, now: number): Uint8Array {
    this.turn(now);
    const { bytes } = this.keys[0];
    const ticket = new Uint8Array(SEALED_AT + session.length + this.tagLength);
    ticket.set(bytes.subarray(0, NAME), 0);
    random.fill(ticket, NAME, NONCE);
    ticket.set(session, SEALED_AT);
    this.aead.setKey(false, bytes, NAME);
    this.aead.seal(ticket, NAME, ticket, 0, NAME, ticket, SEALED_AT, session.length);
    this.aead.wipe();
    return ticket;
  }

  open(bytes: Uint8Array, offset: number, length: number, now: number): Uint8Array | null {
    this.turn(now);
    const sealed = length - SEALED_AT - this.tagLength;
    if (sealed <= 0) return null;
    const key = this.keyOf(bytes, offset);
    if (key === null) return null;
    const ticket = bytes.slice(offset, offset + length);
    this.aead.setKey(true, key.bytes, NAME);
    const whole = this.aead.open(ticket, NAME, ticket, 0, NAME, ticket, SEALED_AT, sealed);
    this.aead.wipe();
    const session = whole ? ticket.slice(SEALED_AT, SEALED_AT + sealed) : null;
    ticket.fill(0);
    return session;
  }

  private keyOf(bytes: Uint8Array, offset: number): TicketKey | null {
    const { keys } = this;
    for (let i = 0; i < keys.length; i++) {
      let same = 0;
      while (same < NAME && keys[i].bytes[same] === bytes[offset + same]) same++;
      if (same === NAME) return keys[i];
    }
    return null;
  }

  /** Changes the key when its time has come, and drops those whose tickets have all ended. */
  private turn(now: number): void {
    const { rotateAfter } = this;
    if (now < 0 || rotateAfter === 0) return;
    if (this.since < 0) this.since = now;
    if (now - this.since >= rotateAfter) this.rotate(now);
    const kept: TicketKey[] = [];
    for (let i = 0; i < this.keys.length; i++) {
      const key = this.keys[i];
      if (i === 0 || key.retired < 0 || now - key.retired < rotateAfter) kept.push(key);
      else key.bytes.fill(0);
    }
    this.keys = kept;
  }

  private addKey(): void {
    const bytes = new Uint8Array(TICKET_KEY_LENGTH);
    this.random.fill(bytes, 0, TICKET_KEY_LENGTH);
    this.keys.unshift({ bytes, retired: -1 });
  }
}
