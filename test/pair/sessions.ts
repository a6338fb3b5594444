import type { ClientConfig } from "../../src/config.js";
import { chacha20Poly1305 } from "../../src/crypto/xs/chacha20-poly1305.js";
import { Resumption, type ResumptionOptions } from "../../src/session/resumption.js";
import { MemorySessionStore } from "../../src/session/session-store.js";
import { type TicketKeyOptions, TicketKeys } from "../../src/session/ticket-keys.js";
import { type TicketOptions, Tickets } from "../../src/session/tickets.js";
import { AnchorList } from "../../src/x509/anchors.js";
import { SeededRandom } from "../peer/random.js";
import type { Both, BothBench, BothParts } from "./both.js";
import { NOW, rootAnchor } from "./fixture.js";
import type { ServerParts } from "./server-pair.js";

/** A client that keeps sessions and a server that gives tickets, connection after connection. */
export class SessionPair {
  readonly store = new MemorySessionStore();
  readonly resumption: Resumption;
  readonly keys: TicketKeys;
  tickets: Tickets;
  now = NOW;
  private readonly bench: BothBench;
  private runs = 0;

  constructor(bench: BothBench, client: ResumptionOptions = {}, server: TicketOptions = {}, keys: TicketKeyOptions = {}) {
    this.bench = bench;
    this.resumption = new Resumption(this.store, client);
    this.keys = new TicketKeys(chacha20Poly1305, new SeededRandom("ticket keys"), keys);
    this.tickets = new Tickets(this.keys, server);
  }

  get clock(): { seconds(): number } {
    return { seconds: () => this.now };
  }

  parts(client: Partial<ClientConfig> = {}, server: ServerParts = {}, more: BothParts = {}): BothParts {
    const { clock, resumption, tickets } = this;
    const run = `${this.runs++ % 2}`;
    return {
      ...more,
      client: { clock, resumption, trust: new AnchorList([rootAnchor()]), random: new SeededRandom(`client ${run}`), ...client },
      server: { clock, tickets, random: new SeededRandom(`server ${run}`), ...server },
    };
  }

  connect(client: Partial<ClientConfig> = {}, server: ServerParts = {}, more: BothParts = {}, version = 0x0304): Both {
    return this.bench.opened(this.parts(client, server, more), version);
  }
}
