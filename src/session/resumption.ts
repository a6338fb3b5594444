import type { ClientConfig, ClientResumption } from "../config.js";
import { type ClientSession, type OfferedKey, PSK_DHE_KE, type TicketReader } from "../config-psk.js";
import type { CipherSuite } from "../crypto/provider.js";
import { KeySchedule13 } from "../schedule/key-schedule-13.js";
import { clientFingerprint } from "./fingerprint.js";
import { NO_END, NOT_KNOWN, SavedSession, sessionBytes } from "./session-bytes.js";
import type { SessionStore } from "./session-store.js";
import { TicketCollector } from "./ticket-collector.js";

/** No ticket is used longer (RFC 9846 §4.7.1). */
export const SEVEN_DAYS = 604_800;

export interface ResumptionOptions {
  /** A session is offered once only: nobody who watches can tell by it that two connections are of one client (Appendix C.4). Default false. */
  readonly singleUse?: boolean;
  /** Seconds from a full handshake to the last resumption of its session, renewed tickets included. Default 604,800: 7 days. */
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
  offer: OfferedKey | null;
  private readonly rules: Resumption;
  private readonly config: ClientConfig;
  private readonly name: string;
  private readonly fingerprint: Uint8Array;
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
    this.offer = saved !== null && this.mayUse(saved) ? saved : null;
    if (this.offered !== null && (singleUse || this.offer === null)) store.remove(name, this.offered);
  }

  refused(): void {
    if (this.offered !== null && !this.rules.singleUse) this.rules.store.remove(this.name, this.offered);
  }

  certified(until: number): void {
    this.until = until;
  }

  resumed(): void {
    const { first, until } = this.offer as SavedSession;
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
    const { rules, first, until, fingerprint } = this;
    const { lifetime, ageAdd, nonce, nonceLength, ticket } = this.reader as TicketCollector;
    this.reader = null;
    if (ticket.length === 0 || lifetime === 0) return;
    const schedule = new KeySchedule13(suite.hash);
    const key = new Uint8Array(schedule.length);
    schedule.deriveTicketKey(this.secret as Uint8Array, nonce, nonceLength, key);
    schedule.wipe();
    const received = secondsOf(this.config);
    rules.store.put(this.name, sessionBytes({ received, lifetime, ageAdd, first, until, fingerprint, key, ticket }));
    key.fill(0);
  }

  wipe(): void {
    this.secret?.fill(0);
    this.forgetOffer();
  }

  private forgetOffer(): void {
    if (this.offer !== null) this.offer.key.fill(0);
    this.offer = null;
    this.offered = null;
  }

  /** The config is the same, and the session has not ended. */
  private mayUse(saved: SavedSession): boolean {
    const { config, rules } = this;
    if (!saved.isOf(this.fingerprint) || !hasHash(config, saved.hashLength)) return false;
    const now = secondsOf(config);
    const { received, lifetime, first, until } = saved;
    if (now === NOT_KNOWN || received === NOT_KNOWN || first === NOT_KNOWN) {
      const floor = config.checks?.timePolicy?.floor() ?? 0;
      return rules.allowSessionsOfUnknownAge && (now === NOT_KNOWN ? floor : now) <= until;
    }
    saved.setAge(now - received);
    return (
      now >= received && now - received <= Math.min(lifetime, SEVEN_DAYS) && now - first <= rules.totalAge && now >= first && now <= until
    );
  }
}

function hasHash({ provider }: ClientConfig, length: number): boolean {
  for (let i = 0; i < provider.suites.length; i++) if (provider.suites[i].hash.outputLength === length) return true;
  return false;
}

function secondsOf({ clock }: ClientConfig): number {
  const now = Math.floor(clock.seconds());
  return now >= 0 ? now : NOT_KNOWN;
}
