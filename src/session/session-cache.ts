import type { Random } from "../crypto/provider.js";
import type { TicketBox } from "./tickets.js";

const ID_LENGTH = 32;

/**
 * Keeps sessions in the server's memory; a ticket is a random name for one, and good for one resumption only. So what was said stays secret even if the
 * server's memory is read later. Of at most `size` sessions; the oldest go first.
 */
export class SessionCache implements TicketBox {
  private readonly size: number;
  private readonly sessions: Map<string, Uint8Array>;

  constructor(size: number) {
    if (!(size >= 1)) throw new RangeError(`session cache: its size is ${size}; at least one session must fit`);
    this.size = size;
    this.sessions = new Map();
  }

  seal(session: Uint8Array, random: Random): Uint8Array {
    const { sessions, size } = this;
    const id = new Uint8Array(ID_LENGTH);
    random.fill(id, 0, ID_LENGTH);
    if (sessions.size >= size) this.dropOldest();
    sessions.set(nameOf(id, 0), session.slice());
    return id;
  }

  open(bytes: Uint8Array, offset: number, length: number): Uint8Array | null {
    if (length !== ID_LENGTH) return null;
    const name = nameOf(bytes, offset);
    const session = this.sessions.get(name);
    this.sessions.delete(name);
    return session ?? null;
  }

  private dropOldest(): void {
    const { sessions } = this;
    const name = sessions.keys().next().value as string;
    sessions.get(name)?.fill(0);
    sessions.delete(name);
  }
}

/** Names are seen by everyone on the wire; they are no secret. */
function nameOf(bytes: Uint8Array, offset: number): string {
  let name = "";
  for (let i = 0; i < ID_LENGTH; i++) name += String.fromCharCode(bytes[offset + i]);
  return name;
}
