import type { ClientConfig, ClientResumption } from "../config.js";
import { type ClientSession, PSK_DHE_KE, type SessionToKeep12, type TicketReader } from "../config-psk.js";
import type { CipherSuite } from "../crypto/provider.js";
import { KeySchedule13 } from "../schedule/key-schedule-13.js";
import { clientFingerprint } from "./fingerprint.js";
import { marks12, NO_END, NOT_KNOWN, SavedSession, sessionBytes } from "./session-bytes.js";
import type { SessionStore } from "./session-store.js";
import { TicketCollector } from "./ticket-collector.js";

/** No ticket is used longer (RFC 9846 §4.7.1). */
export const SEVEN_DAYS = 604_800;

/** No session of TLS 1.2 is used longer, renewed tickets included (RFC 5246 §F.1.4): all its connections have one master secret. */
const DAY = 86_400;

export interface ResumptionOptions {
  /** A session is offered once only: nobody who watches can tell by it that two connections are of one client (Appendix C.4). Default false. */
  readonly singleUse?: boolean;
  /** Seconds from a full handshake to the last resumption of its session, renewed tickets included. Default 604,800: 7 days. In TLS 1.2 at most a day. */
  readonly totalAge?: number;
  /** Bytes of the longest ticket that is kept. One that then does not fit into the send buffer is not offered. Default 512. */
  readonly maxTicket?: number;
  /** PSK_DHE_KE (the default), PSK_KE or both. PSK_KE has no forward secrecy. */
  readonly modes?: number;
  /** Stands for what no fingerprint can tell: what `checks.verify` refuses. Another text, and sessions that were opened before are not resumed. */
  readonly policy?: string;
  /**
   * With an unset clock a session's age is not known, and not whether the server's certificate has ended meanwhile. True: the host says that it is
   * young enough (it has slept for less than `totalAge`), and it is resumed.
   */
  readonly allowSessionsOfUnknownAge?: boolean;
}

/** A client's sessions: where they are kept, and the rules for their use (RFC 9846 §2.2, §4.7.1). One may serve many connections. */
export class Resumption implements ClientResumption {
  readonly store: SessionStore;
  readonly modes: number;
  readonly singleUse: boolean;
  readonly totalAge: number;
  readonly maxTicket: number;
  readonly policy: string;
  readonly allowSessionsOfUnknownAge: boolean;

  constructor(store: SessionStore, options: ResumptionOptions = {}) {
    const { totalAge = SEVEN_DAYS, maxTicket = 512 } = options;
    if (!(totalAge >= 0)) throw new RangeError(`resumption: totalAge is ${totalAge}; give seconds`);
    if (!(maxTicket >= 1 && maxTicket <= 0xffff)) throw new RangeError(`resumption: maxTicket is ${maxTicket}; 1 to 65535 may be`);
    this.store = store;
    this.modes = options.modes ?? PSK_DHE_KE;
    this.singleUse = options.singleUse ?? false;
    this.totalAge = totalAge;
    this.maxTicket = maxTicket;
    this.policy = options.policy ?? "";
    this.allowSessionsOfUnknownAge = options.allowSessionsOfUnknownAge ?? false;
  }

  begin(config: ClientConfig, name: string): ClientSession {
    return new ResumableClient(this, config, name);
  }
}

/** One connection's session: the one that it offers, and those whose tickets come. */
class ResumableClient implements ClientSession {
  private saved: SavedSession | null;
  private readonly rules: Resumption;
  private readonly config: ClientConfig;
  private readonly name: string;
  private readonly fingerprint: Uint8Array;
  /** As the store has it: what `saved` was made of; in TLS 1.2 then the session of this connection. */
  private offered: Uint8Array | null;
  /** Of the session that is resumed, else of the one that begins. */
  private first: number;
  private until: number;
  private secret: Uint8Array | null;
  private reader: TicketCollector | null;

  constructor(rules: Resumption, config: ClientConfig, name: string) {
    const { store, singleUse } = rules;
    this.rules = rules;
    this.config = config;
    this.name = name;
    this.fingerprint = clientFingerprint(config, name, rules.policy);
    this.first = secondsOf(config);
    this.until = NO_END;
    this.secret = null;
    this.reader = null;
    this.offered = store.get(name);
    const saved = this.offered === null ? null : SavedSession.from(this.offered);
    this.saved = saved !== null && this.mayUse(saved) ? saved : null;
    if (this.offered !== null && (singleUse || this.saved === null)) this.refused();
  }

  get offer(): SavedSession | null {
    const { saved } = this;
    return saved !== null && saved.suite12 === 0 ? saved : null;
  }

  get offer12(): SavedSession | null {
    const { saved } = this;
    return saved !== null && saved.suite12 !== 0 ? saved : null;
  }

  get maxTicket(): number {
    return this.rules.maxTicket;
  }

  refused(): void {
    if (this.offered !== null) this.rules.store.remove(this.name, this.offered);
    this.offered = null;
  }

  certified(until: number): void {
    this.until = until;
  }

  resumed(): void {
    const { first, until } = this.saved as SavedSession;
    this.first = first;
    this.until = until;
  }

  createSecret(length: number): Uint8Array {
    this.forgetOffer();
    this.secret = new Uint8Array(length);
    return this.secret;
  }

  createReader(): TicketReader {
    this.reader = new TicketCollector(this.rules.maxTicket);
    return this.reader;
  }

  arrived(suite: CipherSuite): void {
    const { lifetime, ageAdd, nonce, nonceLength, ticket } = this.reader as TicketCollector;
    this.reader = null;
    if (ticket.length === 0 || lifetime === 0) return;
    const schedule = new KeySchedule13(suite.hash);
    const key = new Uint8Array(schedule.length);
    schedule.deriveTicketKey(this.secret as Uint8Array, nonce, nonceLength, key);
    schedule.wipe();
    this.put(false, lifetime, ageAdd, key, ticket);
    key.fill(0);
  }

  connected12(kept: SessionToKeep12 | null): void {
    this.saved?.key.fill(0);
    this.saved = null;
    if (kept === null || kept.identity.length > this.rules.maxTicket) return;
    const { lifetime, suite12, byTicket, key, identity } = kept;
    // RFC 5077 §5.6: a hint of 0 says nothing.
    this.offered = this.put(true, lifetime === 0 ? DAY : lifetime, marks12(suite12, byTicket), key, identity);
  }

  private put(is12: boolean, lifetime: number, ageAdd: number, key: Uint8Array, ticket: Uint8Array): Uint8Array {
    const { first, until, fingerprint } = this;
    const received = secondsOf(this.config);
    const session = sessionBytes({ received, lifetime, ageAdd, first, until, fingerprint, key, ticket, is12 });
    this.rules.store.put(this.name, session);
    return session;
  }

  wipe(): void {
    this.secret?.fill(0);
    this.forgetOffer();
  }

  private forgetOffer(): void {
    this.saved?.key.fill(0);
    this.saved = null;
    this.offered = null;
  }

  /** The config is the same, and the session has not ended. */
  private mayUse(saved: SavedSession): boolean {
    const { config, rules } = this;
    const is12 = saved.suite12 !== 0;
    if (!saved.isOf(this.fingerprint) || !(is12 ? hasSuite(config, saved.suite12) : hasHash(config, saved.hashLength))) return false;
    const now = secondsOf(config);
    const { received, lifetime, first, until } = saved;
    if (now === NOT_KNOWN || received === NOT_KNOWN || first === NOT_KNOWN) {
      const floor = config.checks?.timePolicy?.floor() ?? 0;
      return rules.allowSessionsOfUnknownAge && (now === NOT_KNOWN ? floor : now) <= until;
    }
    if (!is12) saved.setAge(now - received);
    const most = is12 ? DAY : SEVEN_DAYS;
    const total = is12 ? Math.min(rules.totalAge, DAY) : rules.totalAge;
    return now >= received && now - received <= Math.min(lifetime, most) && now - first <= total && now >= first && now <= until;
  }
}

/** The suite is still offered, by one that resumes. */
function hasSuite({ tls12 }: ClientConfig, id: number): boolean {
  if (tls12 === undefined || tls12.resumption === null) return false;
  for (let i = 0; i < tls12.suites.length; i++) if (tls12.suites[i].id === id) return true;
  return false;
}

function hasHash({ provider, tls13 }: ClientConfig, length: number): boolean {
  if (tls13 === false) return false;
  for (let i = 0; i < provider.suites.length; i++) if (provider.suites[i].hash.outputLength === length) return true;
  return false;
}

function secondsOf({ clock }: ClientConfig): number {
  const now = Math.floor(clock.seconds());
  return now >= 0 ? now : NOT_KNOWN;
}
