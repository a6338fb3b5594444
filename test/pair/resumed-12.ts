// Sessions of TLS 1.2, connection after connection, with one kind of session.
import type { ClientConfig } from "../../src/config.js";
import { SessionIds } from "../../src/session/session-ids.js";
import { SeededRandom } from "../peer/random.js";
import type { Both, BothBench, BothParts } from "./both.js";
import { SERVER_NAME } from "./fixture.js";
import { RESUMING_12, RESUMING_12_SERVER } from "./pair-12.js";
import type { ServerParts } from "./server-pair.js";
import { SessionPair } from "./sessions.js";

export type Kind = "ticket" | "session ID";
export const KINDS: readonly Kind[] = ["ticket", "session ID"];

/** TLS 1.3 is spoken too. */
export const BOTH_CLIENT = { tls12: RESUMING_12.tls12, tls13: undefined as never };
export const BOTH_SERVER = { tls12: RESUMING_12_SERVER.tls12, tls13: undefined as never };

type Options = ConstructorParameters<typeof SessionPair> extends [unknown, ...infer P] ? P : never;

export class Pair12 extends SessionPair {
  readonly ids = new SessionIds(4);
  readonly kind: Kind;
  private draws = 0;

  constructor(bench: BothBench, kind: Kind, ...options: Options) {
    super(bench, ...options);
    this.kind = kind;
  }

  override parts(client: Partial<ClientConfig> = {}, server: ServerParts = {}, more: BothParts = {}): BothParts {
    const kept = this.kind === "ticket" ? {} : { tickets: undefined as never, sessionIds: this.ids };
    // An ID that is drawn twice would pass for a session that is resumed.
    const random = new SeededRandom(`server 12 ${this.draws++}`);
    return super.parts({ ...RESUMING_12, ...client }, { ...RESUMING_12_SERVER, ...kept, random, ...server }, more);
  }

  override connect(client: Partial<ClientConfig> = {}, server: ServerParts = {}, more: BothParts = {}, version = 0x0303): Both {
    return super.connect(client, server, more, version);
  }

  get session(): Uint8Array | null {
    return this.store.get(SERVER_NAME);
  }

  /** How many sessions the server keeps by their IDs. */
  get kept(): number {
    return (this.ids as unknown as { sessions: Map<string, Uint8Array> }).sessions.size;
  }
}
