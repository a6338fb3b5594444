import type { SessionStore } from "../../src/session/session-store.js";

/** The session that one socket resumes, and those that it is given: in the manner of node:tls, the app keeps them. */
export class SocketSessions implements SessionStore {
  /** The newest. */
  session: Buffer | undefined;
  /** Called with each that arrives. */
  onSession: ((session: Buffer) => void) | null = null;
  private given: Uint8Array | null;

  constructor(given: Uint8Array | undefined) {
    this.given = given ?? null;
  }

  get(): Uint8Array | null {
    return this.given;
  }

  put(_name: string, session: Uint8Array): void {
    this.session = Buffer.from(session);
    this.onSession?.(this.session);
  }

  remove(_name: string, session: Uint8Array): void {
    this.given = null;
    if (this.session?.equals(session)) this.session = undefined;
  }
}
