import type { ServerHandshakeState, ServerSession, ServerSessionIds } from "../config-psk.js";
import { isOver } from "./server-session.js";
import { type SessionOptions, SessionRules, secondsOf } from "./session-rules.js";

/**
 * A server's sessions of TLS 1.2 by their session IDs (RFC 5246 §7.4.1.2), in memory: of at most `size` of them; the oldest go first. Each can be resumed
 * until its lifetime is over, and goes then when the next is kept, or when a connection of it ends with a fatal alert.
 */
export class SessionIds extends SessionRules implements ServerSessionIds {
  private readonly size: number;
  private readonly sessions: Map<string, Uint8Array>;

  constructor(size: number, options: SessionOptions = {}) {
    super(options);
    if (!(size >= 1)) throw new RangeError(`session IDs: the size is ${size}; at least one session must fit`);
    this.size = size;
    this.sessions = new Map();
  }

  open(state: ServerHandshakeState, bytes: Uint8Array, offset: number, length: number): ServerSession | null {
    const name = nameOf(bytes, offset, length);
    const packed = this.sessions.get(name);
    return packed === undefined ? null : this.unpack(state, packed.slice());
  }

  keep(state: ServerHandshakeState, id: Uint8Array, session: ServerSession, lifetime: number): void {
    const { sessions, size } = this;
    const now = secondsOf(state);
    sessions.forEach((packed, name) => {
      if (isOver(packed, now)) this.drop(name);
    });
    if (sessions.size >= size) this.drop(sessions.keys().next().value as string);
    sessions.set(nameOf(id, 0, id.length), this.pack(state, session, lifetime));
  }

  forget(id: Uint8Array): void {
    this.drop(nameOf(id, 0, id.length));
  }

  private drop(name: string): void {
    this.sessions.get(name)?.fill(0);
    this.sessions.delete(name);
  }
}

/** Names are seen by everyone on the wire; they are no secret. */
function nameOf(bytes: Uint8Array, offset: number, length: number): string {
  let name = "";
  for (let i = 0; i < length; i++) name += String.fromCharCode(bytes[offset + i]);
  return name;
}
