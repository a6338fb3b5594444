/** Where a client keeps its sessions: memory that survives deep sleep, flash, a file. What it keeps is secret. */
export interface SessionStore {
  /** The session to try with this server, or null. name: the server's, "" where the config has none. The bytes are good until the store changes. */
  get(name: string): Uint8Array | null;
  /** A ticket has arrived and this is its session. The bytes are the store's from here on. Several may come in one connection: the last is the newest. */
  put(name: string, session: Uint8Array): void;
  /** It may be used once only and is being used, or the handshake with it has failed. */
  remove(name: string, session: Uint8Array): void;
}

/** Sessions in memory: of at most `names` servers, `each` of one. The oldest go first. */
export class MemorySessionStore implements SessionStore {
  private readonly names: number;
  private readonly each: number;
  /** The newest last. */
  private readonly list: { readonly name: string; readonly session: Uint8Array }[];

  constructor(names = 1, each = 1) {
    if (!(names >= 1 && each >= 1))
      throw new RangeError(`a session store for ${names} servers, ${each} sessions of each: at least one must be`);
    this.names = names;
    this.each = each;
    this.list = [];
  }

  get(name: string): Uint8Array | null {
    for (let i = this.list.length - 1; i >= 0; i--) if (this.list[i].name === name) return this.list[i].session;
    return null;
  }

  put(name: string, session: Uint8Array): void {
    const { list } = this;
    let same = 1;
    for (let i = list.length - 1; i >= 0; i--) if (list[i].name === name && ++same > this.each) this.drop(i);
    list.push({ name, session });
    while (this.count() > this.names) this.drop(0);
  }

  remove(name: string, session: Uint8Array): void {
    const { list } = this;
    for (let i = list.length - 1; i >= 0; i--) if (list[i].name === name && list[i].session === session) this.drop(i);
  }

  private drop(index: number): void {
    const [dropped] = this.list.splice(index, 1);
    dropped.session.fill(0);
  }

  /** Different names. */
  private count(): number {
    const { list } = this;
    let count = 0;
    for (let i = 0; i < list.length; i++) {
      let j = 0;
      while (list[j].name !== list[i].name) j++;
      if (j === i) count++;
    }
    return count;
  }
}
