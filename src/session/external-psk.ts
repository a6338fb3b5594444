import { equalBytes } from "../bytes/equal.js";
import { type ClientPsk, PSK_DHE_KE, type ServerPsk } from "../config-psk.js";
import type { OUTSIDE } from "../crypto/provider.js";

/** A key shorter than this does not withstand guessing (RFC 9257 §6: 128 bits at least). */
const LEAST_KEY = 16;

export type PskHash = "SHA-256" | "SHA-384";

function hashLengthOf(hash: PskHash): number {
  if (hash !== "SHA-256" && hash !== "SHA-384") throw new RangeError(`psk: its hash is "${hash}"; it must be SHA-256 or SHA-384`);
  return hash === "SHA-384" ? 48 : 32;
}

/**
 * A client's external pre-shared key. It must have come from a good random source and be known to one client and one server alone; it is used with TLS
 * 1.3 and one hash only (RFC 9846 §4.3.11, RFC 9257).
 */
export class ExternalPsk implements ClientPsk {
  readonly identity: Uint8Array;
  readonly key: Uint8Array;
  readonly hashLength: number;
  readonly modes: number;

  /** modes: PSK_DHE_KE (the default), PSK_KE, or both. Throws a RangeError for an identity of no or of more than 256 bytes, a key shorter than 16. */
  constructor(identity: Uint8Array, key: Uint8Array, hash: PskHash = "SHA-256", modes: number = PSK_DHE_KE) {
    check(identity, key);
    this.identity = identity;
    this.key = key;
    this.hashLength = hashLengthOf(hash);
    this.modes = modes;
  }

  get external(): boolean {
    return true;
  }

  get obfuscatedAge(): number {
    return 0;
  }
}

/** A server's external pre-shared keys, in memory. */
export class PskList implements ServerPsk {
  readonly hashLength: number;
  readonly modes: number;
  private readonly keys: readonly { readonly identity: Uint8Array; readonly key: Uint8Array }[];
  private readonly own: readonly Uint8Array[];

  /** own: identities that this device itself shows as a client. They are refused here: see ServerPsk.isOwn. */
  constructor(
    keys: readonly { readonly identity: Uint8Array; readonly key: Uint8Array }[],
    hash: PskHash = "SHA-256",
    modes: number = PSK_DHE_KE,
    own: readonly Uint8Array[] = [],
  ) {
    for (let i = 0; i < keys.length; i++) check(keys[i].identity, keys[i].key);
    this.keys = keys;
    this.hashLength = hashLengthOf(hash);
    this.modes = modes;
    this.own = own;
  }

  /** Compares with every one, so that its time does not tell which. */
  find(bytes: Uint8Array, offset: number, length: number): Uint8Array | null {
    const { keys } = this;
    let found: Uint8Array | null = null;
    for (let i = 0; i < keys.length; i++) {
      const { identity, key } = keys[i];
      if (identity.length === length && equalBytes(identity, 0, bytes, offset, length)) found = key;
    }
    return found;
  }

  isOwn(bytes: Uint8Array, offset: number, length: number): boolean {
    return has(this.own, bytes, offset, length);
  }
}

/** A server's external pre-shared keys, each looked up when a client shows its identity: in a data base, a secure element. */
export class PskLookup implements ServerPsk {
  readonly hashLength: number;
  readonly modes: number;
  private readonly look: (identity: Uint8Array) => Uint8Array | null | typeof OUTSIDE;
  private readonly own: readonly Uint8Array[];

  /** look: answers the key, null for an unknown identity, or OUTSIDE: see ServerPsk.find. own: as in PskList. */
  constructor(
    look: (identity: Uint8Array) => Uint8Array | null | typeof OUTSIDE,
    hash: PskHash = "SHA-256",
    modes: number = PSK_DHE_KE,
    own: readonly Uint8Array[] = [],
  ) {
    this.look = look;
    this.hashLength = hashLengthOf(hash);
    this.modes = modes;
    this.own = own;
  }

  find(bytes: Uint8Array, offset: number, length: number): Uint8Array | null | typeof OUTSIDE {
    return this.look(bytes.slice(offset, offset + length));
  }

  isOwn(bytes: Uint8Array, offset: number, length: number): boolean {
    return has(this.own, bytes, offset, length);
  }
}

function has(list: readonly Uint8Array[], bytes: Uint8Array, offset: number, length: number): boolean {
  for (let i = 0; i < list.length; i++) if (list[i].length === length && equalBytes(list[i], 0, bytes, offset, length)) return true;
  return false;
}

function check(identity: Uint8Array, key: Uint8Array): void {
  if (identity.length === 0 || identity.length > 256)
    throw new RangeError(`psk: its identity has ${identity.length} bytes; 1 to 256 may be`);
  if (key.length < LEAST_KEY) throw new RangeError(`psk: its key has ${key.length} bytes; ${LEAST_KEY} is the least`);
}
