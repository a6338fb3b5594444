import { decode_error, illegal_parameter, TLSAlert } from "../alert.js";
import type { ClientSession } from "../config-psk.js";
import { handshake, key_update, new_session_ticket } from "../constants.js";
import type { CipherSuite } from "../crypto/provider.js";
import { NewSessionTicketReader } from "../messages/new-session-ticket.js";
import type { Protection13 } from "../record/protection-13.js";
import { KeySchedule13 } from "../schedule/key-schedule-13.js";
import { useTrafficSecret } from "./common-13.js";
import { putHeader, type Row, type Table } from "./handshake.js";
import type { Negotiated } from "./handshake-13.js";
import { READ_SECRET, WRITE_SECRET } from "./keys.js";
import { PostHandshake } from "./post-handshake.js";
import { CONNECTED } from "./states-13.js";

/** Bits of `updates`: a KeyUpdate of ours is due; it shall ask the peer for one in return; one that did so has not been answered yet. */
const DUE = 1;
const REQUEST_DUE = 2;
const REQUESTED = 4;

const UPDATE_NOT_REQUESTED = 0;
const UPDATE_REQUESTED = 1;

/** What a connected TLS 1.3 peer still sends: KeyUpdate, and to a client NewSessionTicket (RFC 9846 §4.7). */
export class PostHandshake13 extends PostHandshake<PostHandshake13> {
  private updates: number;

  constructor(table: Table<PostHandshake13>, negotiated: Negotiated) {
    super(CONNECTED, table, negotiated);
    this.updates = 0;
  }

  get keys(): Uint8Array {
    return this.negotiated.keys;
  }

  get suite(): CipherSuite {
    return this.negotiated.suite as CipherSuite;
  }

  /** It goes out before the next application data (§4.7.3). */
  get keyUpdateDue(): boolean {
    return (this.updates & DUE) !== 0;
  }

  get renewsKeys(): boolean {
    return true;
  }

  get ignoresWarnings(): boolean {
    return false;
  }

  /** §4.7.3: not asked again before the peer has answered. */
  updateKeys(requestPeer: boolean): void {
    this.updates |= requestPeer && (this.updates & REQUESTED) === 0 ? DUE | REQUEST_DUE : DUE;
  }

  /** The peer has updated its keys. */
  updated(requestsUs: boolean): void {
    this.updates &= ~REQUESTED;
    this.nextGeneration(true);
    if (requestsUs) this.updates |= DUE;
  }

  /** Sends the KeyUpdate that is due, once there is room for it. */
  sendKeyUpdate(): void {
    const { records } = this;
    const { io } = records;
    if (!this.keyUpdateDue || records.room < 5) return;
    const start = records.beginRecord(5);
    putHeader(io, start, (key_update << 24) | 1);
    io[start + 4] = (this.updates & REQUEST_DUE) !== 0 ? UPDATE_REQUESTED : UPDATE_NOT_REQUESTED;
    records.endRecord(handshake, 5);
    this.updates = (this.updates & (REQUEST_DUE | REQUESTED)) === 0 ? 0 : REQUESTED;
    this.nextGeneration(false);
  }

  /** §7.2: the next traffic secret of one direction, and its keys. */
  private nextGeneration(opens: boolean): void {
    const schedule = new KeySchedule13(this.suite.hash);
    schedule.updateTrafficSecret(this.keys, opens ? READ_SECRET : WRITE_SECRET);
    useTrafficSecret(schedule, this.records.readProtection as Protection13, this.suite.aead.keyLength, this.keys, opens);
    schedule.wipe();
  }
}

/** A client that keeps the sessions whose tickets come. */
export class Resumable13 extends PostHandshake13 {
  readonly session: ClientSession;

  constructor(session: ClientSession, negotiated: Negotiated) {
    super(RESUMABLE, negotiated);
    this.session = session;
  }

  override wipe(): void {
    this.session.wipe();
  }
}

type P = PostHandshake13;

const KEY_UPDATE: Row<P> = { state: CONNECTED, type: key_update, stream: null, endsRecord: true, handle: onKeyUpdate };

/** A client is sent tickets; a server is not. */
export const CLIENT: Table<P> = {
  rows: [
    {
      state: CONNECTED,
      type: new_session_ticket,
      stream: () => new NewSessionTicketReader(),
      endsRecord: false,
      handle: onNewSessionTicket,
    },
    KEY_UPDATE,
  ],
  waits: [],
};
/** Of a flow that has a `session`. */
export const RESUMABLE: Table<P> = {
  rows: [
    {
      state: CONNECTED,
      type: new_session_ticket,
      stream: (p) => (p as Resumable13).session.createReader(),
      endsRecord: false,
      handle: onTicketToKeep,
    },
    KEY_UPDATE,
  ],
  waits: [],
};
export const SERVER: Table<P> = { rows: [KEY_UPDATE], waits: [] };

/** §4.7.1: a client that does not resume ignores tickets. */
function onNewSessionTicket(p: P): number {
  p.negotiated.count("NewSessionTicket");
  return CONNECTED;
}

function onTicketToKeep(p: P): number {
  p.negotiated.count("NewSessionTicket");
  (p as Resumable13).session.arrived(p.suite);
  return CONNECTED;
}

function onKeyUpdate(p: P, bytes: Uint8Array, start: number, end: number): number {
  p.negotiated.count("KeyUpdate");
  if (end - start !== 5) throw new TLSAlert(decode_error, `KeyUpdate: ${end - start - 4} bytes, it has 1`);
  const request = bytes[start + 4];
  if (request > UPDATE_REQUESTED) throw new TLSAlert(illegal_parameter, `KeyUpdate: request_update ${request}`);
  p.updated(request === UPDATE_REQUESTED);
  return CONNECTED;
}
