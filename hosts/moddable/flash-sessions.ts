import type { SessionStore } from "../../src/session/session-store.js";
import { type Keep, keptBytes } from "./keep.js";

/** The first byte of an entry: what stands in it. */
const FORM = 1;
/** Form, number of the write (4 bytes), length of the name. */
const HEAD = 6;

/**
 * Sessions in flash: of `names` servers, of each the newest. A new ticket is one write, and nothing else is: looking up writes nothing, and a session is
 * deleted only where it was refused or is used up. No more is in memory than this object.
 *
 * Sessions are secret, and so is flash then: whoever reads it can take the device's place until they end.
 */
export class FlashSessions implements SessionStore {
  private readonly keep: Keep;
  private readonly names: number;

  constructor(keep: Keep, names = 2) {
    if (typeof keep?.read !== "function" || typeof keep.write !== "function" || typeof keep.delete !== "function")
      throw new TypeError("FlashSessions: a storage with read, write and delete is wanted");
    if (!(names >= 1 && names <= 16)) throw new RangeError(`FlashSessions: ${names} servers; 1 to 16 may be`);
    this.keep = keep;
    this.names = names;
  }

  get(name: string): Uint8Array | null {
    let session: Uint8Array | null = null;
    for (let i = 0; session === null && i < this.names; i++) {
      const entry = this.entry(i);
      if (entry === null) continue;
      if (isFor(entry, name)) session = entry.slice(HEAD + name.length);
      entry.fill(0);
    }
    return session;
  }

  put(name: string, session: Uint8Array): void {
    if (name.length > 0xff) return;
    let newest = 0;
    let oldest = -1;
    let age = Infinity;
    for (let i = 0; i < this.names; i++) {
      const entry = this.entry(i);
      const count = entry === null ? 0 : countOf(entry);
      if (count > newest) newest = count;
      // Its own entry is the one to replace; else one that is empty, else the oldest.
      const rank = entry !== null && isFor(entry, name) ? -1 : count;
      entry?.fill(0);
      if (rank < age) {
        age = rank;
        oldest = i;
      }
    }
    const entry = new Uint8Array(HEAD + name.length + session.length);
    entry[0] = FORM;
    writeCount(entry, newest + 1);
    entry[HEAD - 1] = name.length;
    for (let i = 0; i < name.length; i++) entry[HEAD + i] = name.charCodeAt(i);
    entry.set(session, HEAD + name.length);
    this.write(oldest, entry);
    entry.fill(0);
  }

  remove(name: string, session: Uint8Array): void {
    for (let i = 0; i < this.names; i++) {
      const entry = this.entry(i);
      if (entry === null) continue;
      if (isFor(entry, name) && entry.length === HEAD + name.length + session.length) {
        let same = 0;
        while (same < session.length && entry[HEAD + name.length + same] === session[same]) same++;
        if (same === session.length) this.delete(i);
      }
      entry.fill(0);
    }
  }

  /** A number of writes that no flash outlives is a damaged one; as the newest of all it would never be replaced. */
  private entry(index: number): Uint8Array | null {
    const bytes = keptBytes(this.keep, keyOf(index));
    return bytes === null || bytes.length < HEAD || bytes[0] !== FORM || (bytes[1] as number) > 0 ? null : bytes;
  }

  /** A flash that is full, or too small for it, costs a full handshake next time, and nothing more. */
  private write(index: number, entry: Uint8Array): void {
    try {
      this.keep.write(keyOf(index), entry);
    } catch {
      // The session is not kept.
    }
  }

  /** A session that stays is refused once more. */
  private delete(index: number): void {
    try {
      this.keep.delete(keyOf(index));
    } catch {
      // It stays.
    }
  }
}

function keyOf(index: number): string {
  return `tls${index}`;
}

function isFor(entry: Uint8Array, name: string): boolean {
  if (entry[HEAD - 1] !== name.length || entry.length < HEAD + name.length) return false;
  for (let i = 0; i < name.length; i++) if (entry[HEAD + i] !== name.charCodeAt(i)) return false;
  return true;
}

function countOf(entry: Uint8Array): number {
  return (((entry[1] as number) << 24) | ((entry[2] as number) << 16) | ((entry[3] as number) << 8) | (entry[4] as number)) >>> 0;
}

function writeCount(entry: Uint8Array, count: number): void {
  for (let i = 0; i < 4; i++) entry[1 + i] = (count >>> (24 - 8 * i)) & 0xff;
}
