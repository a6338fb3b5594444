import {
  close_notify,
  connection_lost,
  decode_error,
  internal_error,
  keys_used_up,
  TLSAlert,
  unexpected_message,
  user_canceled,
} from "./alert.js";
import {
  CLOSED,
  ConnectionState,
  FAILED,
  HANDSHAKING,
  INPUT_ENDED,
  INPUT_LEFT,
  OPEN,
  PEER_CLOSED,
  WRITE_CLOSED,
} from "./connection-state.js";
import { alert, application_data, handshake } from "./constants.js";
import type { Flow, PostFlow } from "./handshake/flow.js";
import type { RecordLayer } from "./record/record-layer.js";
import { PASSED_OVER } from "./record/record-reader.js";
import type { StreamedRecord } from "./record/streamed-record.js";

export { CLOSED, FAILED, HANDSHAKING, OPEN } from "./connection-state.js";

/** Bits of `wants`. */
export const WANT_RECEIVE = 1;
export const WANT_SEND = 2;
export const WANT_RESUME = 4;

const WARNING = 1;
const FATAL = 2;

/** Of messages after the handshake, and of alerts that only warn, change_cipher_spec and empty records, in a row, with no application data either way: more are a flood. */
const MAX_IN_A_ROW = 32;
/** `inARow` counts both: the former by this. */
const MESSAGE = 256;

/**
 * A TLS connection without I/O. The host moves bytes: it puts what the network brought at io[rxOffset, rxOffset + rxSpace()) and calls
 * `received(n)`, sends io[txOffset, txOffset + txPending()) and calls `sent(n)`, takes application data at io[appOffset, appOffset + appData())
 * and calls `consumed(n)`. `wants` says what it waits for. Nothing here calls back, and nothing throws but misuse by the host: a failure is
 * caught here, once, kept as `failure`, and its alert waits to be sent.
 */
export abstract class Connection extends ConnectionState {
  private readonly sliceSteps: number;
  private inARow: number;

  constructor(records: RecordLayer, sliceSteps: number) {
    super(records);
    this.sliceSteps = sliceSteps;
    this.inARow = 0;
  }

  /** Where the host puts received bytes; valid until the next call of a method that changes something. */
  get rxOffset(): number {
    return this.records.receiveOffset;
  }

  /** Bytes that can be received now. 0: application data waits to be consumed, or the connection reads no more. */
  rxSpace(): number {
    return this.reading && !this.inputEnded && !this.parked ? this.records.space : 0;
  }

  /** `length` bytes stand at io[rxOffset …). */
  received(length: number): void {
    if (!this.reading || this.inputEnded) return;
    this.needMemory("received()");
    this.records.received(length);
    this.run();
  }

  /**
   * The transport will bring no more bytes. What was received is still given out; without a close_notify at its end that is a failure then: data may
   * have been cut off.
   */
  receivedEnd(): void {
    this.ends |= INPUT_ENDED;
    if (this.reading) this.run();
  }

  get txOffset(): number {
    return this.records.sendOffset;
  }

  /** Bytes that wait to be sent. */
  txPending(): number {
    return this.records.pending;
  }

  sent(length: number): void {
    this.records.sent(length);
    if (this.post?.keyUpdateDue || this.flow?.blocked) this.run();
  }

  get appOffset(): number {
    return this.records.start;
  }

  /** Bytes of application data that can be taken now: decrypted, in place, and authenticated. */
  appData(): number {
    const { records } = this;
    return this.state === OPEN && records.type === application_data ? records.end - records.start : 0;
  }

  /** The host has taken `length` bytes of application data. */
  consumed(length: number): void {
    if (!(length >= 0 && length <= this.appData())) throw new RangeError(`consumed(${length}): ${this.appData()} bytes are there`);
    this.records.start += length;
    this.run();
  }

  /** Bytes that write() would take now; of a parked connection: once it is unparked. */
  writeSpace(): number {
    if (this.state !== OPEN || this.writeClosed || this.post?.keyUpdateDue || this.post?.answering) return 0;
    return this.records.room;
  }

  /** Seals bytes[offset, offset + length), as much as fits, and returns how many bytes were taken. 0: send what waits first. */
  write(bytes: Uint8Array, offset: number, length: number): number {
    if (this.state !== OPEN)
      throw new Error(this.state === HANDSHAKING ? "write() before the handshake is complete" : "write() on a connection that has ended");
    if (this.writeClosed) throw new Error("write() after closeWrite()");
    if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length))
      throw new RangeError(`write(): bytes ${offset} to ${offset + length} of an array of ${bytes.length}`);
    if (length === 0) return 0;
    this.needMemory("write()");
    const { post } = this;
    if (post !== null) {
      this.inARow = 0;
      // RFC 9846 §5.5: new keys before the cipher's limit is reached; where there are none to be had, the connection ends in order.
      if (this.records.writeProtection?.exhausted) {
        if (!post.renewsKeys) {
          this.sendAlert(WARNING, close_notify);
          this.stop(new TLSAlert(keys_used_up, "as many records were sent as the cipher allows under one key: begin a new connection"));
          return 0;
        }
        post.updateKeys(false);
      }
      if (post.keyUpdateDue) this.run();
      if (post.keyUpdateDue || post.answering) return 0;
    }
    return this.records.write(bytes, offset, length);
  }

  /**
   * New keys for what we send (RFC 9846 §4.7.3), and with requestPeer for what the peer sends. It happens by itself before a cipher's limit.
   * TLS 1.2 has no such thing: nothing happens then.
   */
  updateKeys(requestPeer: boolean): void {
    if (this.post === null || !this.post.renewsKeys || this.writeClosed) return;
    this.needMemory("updateKeys()");
    this.post.updateKeys(requestPeer);
    this.run();
  }

  /** Ends our side with close_notify, once the handshake is complete; the peer's data can still be read. */
  closeWrite(): void {
    if (this.state > OPEN || this.writeClosed) return;
    this.needMemory("closeWrite()");
    this.ends |= WRITE_CLOSED;
    if (this.state === OPEN && !(this.post as PostFlow).deferClose()) this.sendAlert(WARNING, close_notify);
    if (this.peerClosed) this.end(CLOSED);
  }

  /** Ends the connection with close_notify and reads no more. */
  close(): void {
    if (this.state > OPEN) return;
    if (!this.writeClosed || this.state === HANDSHAKING) {
      this.needMemory("close()");
      this.sendAlert(WARNING, close_notify);
    }
    this.ends |= WRITE_CLOSED;
    this.end(CLOSED);
  }

  /** Goes on: with slices one slice of public-key work, or one record. */
  resume(): void {
    if (this.state <= OPEN) this.run();
  }

  /** Ends the connection for a reason of the host's, as a time-out. A description below 0 sends no alert. */
  fail(description: number, reason: string): void {
    if (this.state > OPEN) return;
    if (description >= 0) this.needMemory("fail()");
    this.stop(new TLSAlert(description, reason, "self"));
  }

  /** What the connection waits for: WANT_RECEIVE, WANT_SEND, WANT_RESUME. */
  get wants(): number {
    let wants = this.records.pending > 0 ? WANT_SEND : 0;
    if (this.state > OPEN) return wants;
    const { flow } = this;
    if (flow?.working && !flow.blocked) wants |= WANT_RESUME;
    else if (flow?.working && this.state !== OPEN) return wants;
    else if ((this.ends & INPUT_LEFT) !== 0) wants |= WANT_RESUME;
    else if ((this.rxSpace() > 0 && this.appData() === 0) || (this.parked && this.reading && !this.inputEnded)) wants |= WANT_RECEIVE;
    return wants;
  }

  /** For the flow of a handshake alone: the hello has decided for another version. */
  goOnWith(flow: Flow): void {
    this.flow = flow;
  }

  private get reading(): boolean {
    return this.state <= OPEN && !this.peerClosed;
  }

  /**
   * Goes on as far as bytes and room allow; with slices, one slice of public-key work or one record. The only try/catch: every failure of a handshake or a record
   * ends here, or is held back here. Handlers are called from here and not deeper: the engine's stack is RAM.
   */
  protected run(): void {
    const { records } = this;
    // With slices: 1 while this turn's record lasts, 2 once its slice is done. No names for them: each would take room on the stack.
    let turn = 0;
    this.leaveInput(false);
    try {
      while (this.reading) {
        const flow = this.flow as Flow;
        if (flow.working) {
          if (turn > 0 && !flow.atOnce) {
            this.leaveInput(records.start !== records.end || records.unread > 0);
            return;
          }
          // One that waits for the tag of its record is handled by endStreamed().
          if (flow.work(this.sliceSteps) && !records.streamed?.holding) flow.handle(records);
          if (!flow.blocked) {
            if (this.sliceSteps !== Infinity) turn = 2;
            continue;
          }
          // An answer after the handshake that waits does not keep us from reading.
          if (this.post === null) return;
        }
        if (flow.next !== null) {
          this.open(flow.next);
          continue;
        }
        if (this.post !== null && !this.writeClosed) this.post.sendKeyUpdate();
        if (records.streamed !== null && this.endStreamed(flow)) continue;
        if (records.start === records.end) {
          if (turn > 0) {
            this.leaveInput(records.unread > 0 || this.inputEnded || records.streamed !== null);
            return;
          }
          if (!records.advance()) {
            if (this.pause(flow)) return;
            continue;
          }
        } else if (turn > 1) {
          this.leaveInput(true);
          return;
        }
        if (this.sliceSteps !== Infinity) turn = 1;
        if (records.type === handshake) {
          if (flow.feed(records, this.io) && !this.holds(flow)) flow.handle(records);
        } else if (this.takeOther(flow)) return;
      }
    } catch (error) {
      if (records.provisional && records.streamed?.failure === null) this.holdBack(error);
      else this.stop(error instanceof TLSAlert ? error : new TLSAlert(internal_error, String(error), "internal"));
    }
  }

  /** There is no fragment. True: more bytes are needed. */
  private pause(flow: Flow): boolean {
    const { records } = this;
    if (records.streamed?.authentic) flow.authenticated();
    else if (records.isTooLong) this.takeTooLong();
    else {
      if (records.empty) records.giveBack();
      if (this.inputEnded) this.stop(this.cutOff(flow));
      return true;
    }
    return false;
  }

  /** The message that is complete has to wait until the tag of its record is known. */
  private holds(flow: Flow): boolean {
    const { records } = this;
    if (!records.provisional || flow.early) return false;
    records.streamed?.hold(records);
    return true;
  }

  /** The tag of a streamed record has held, and what was put off is done: the message goes on with which that had to wait. False: it has not come yet. */
  private endStreamed(flow: Flow): boolean {
    const { records } = this;
    const { holding, authentic } = records.streamed as StreamedRecord;
    if (!authentic) return false;
    records.streamed = null;
    if (holding) flow.handle(records);
    return true;
  }

  /** What was found in a record whose tag is not known yet is told only if it holds. */
  private holdBack(error: unknown): void {
    const { records } = this;
    (records.streamed as StreamedRecord).failure = error;
    records.start = records.end;
    this.run();
  }

  private leaveInput(some: boolean): void {
    this.ends = (this.ends & ~INPUT_LEFT) | (some ? INPUT_LEFT : 0);
  }

  /** A record that is no handshake; true: application data waits for the host. */
  private takeOther(flow: Flow): boolean {
    const { type } = this.records;
    if (type === PASSED_OVER) return false;
    if (flow.midMessage)
      throw new TLSAlert(unexpected_message, `${flow.stateName}: a record of content type ${type} in the middle of a handshake message`);
    if (type === application_data) return this.takeData(flow);
    if (type === alert) this.takeAlert(flow);
    else this.takeChangeCipherSpec(flow);
    return false;
  }

  private cutOff(flow: Flow): TLSAlert {
    return new TLSAlert(
      connection_lost,
      this.state === OPEN
        ? "the peer ended the connection without close_notify: data may have been cut off"
        : `the peer ended the connection in ${flow.stateName}, before the handshake was complete, without an alert`,
      "peer",
    );
  }

  private open(post: PostFlow): void {
    (this.flow as Flow).wipe();
    this.flow = post;
    this.state = OPEN;
    this.inARow = 0;
    if (this.writeClosed) this.sendAlert(WARNING, close_notify);
  }

  /** True: data waits for the host. */
  private takeData(flow: Flow): boolean {
    const { records } = this;
    if (this.state !== OPEN) throw new TLSAlert(unexpected_message, `${flow.stateName}: application data before the handshake is complete`);
    if (records.start === records.end) {
      this.countEmpty("empty application data");
      return false;
    }
    this.inARow = 0;
    return true;
  }

  /** RFC 9846 §6: close_notify and user_canceled close; all others, and unknown ones, are errors whatever their level says. */
  private takeAlert(flow: Flow): void {
    const { records } = this;
    if (records.end - records.start !== 2) throw new TLSAlert(decode_error, `an alert of ${records.end - records.start} bytes; it has 2`);
    const level = this.io[records.start];
    const description = this.io[records.start + 1];
    records.start = records.end;
    // RFC 5246 §7.2.2: after a warning the connection may go on. None of them asks for an answer.
    if (description === user_canceled || (level === WARNING && description !== close_notify && flow.ignoresWarnings)) {
      this.countEmpty("alerts that only warn");
      return;
    }
    if (description !== close_notify) {
      this.stop(new TLSAlert(description, `the peer ended the connection with this alert in ${flow.stateName}`, "peer"));
      return;
    }
    if (this.state === HANDSHAKING) {
      this.stop(
        new TLSAlert(close_notify, `the peer closed the connection in ${flow.stateName}, before the handshake was complete`, "peer"),
      );
      return;
    }
    this.ends |= PEER_CLOSED;
    records.giveBack();
    if (this.writeClosed) this.end(CLOSED);
  }

  /** §5: dropped, if it is the one byte 1, until the peer's Finished has come. */
  private takeChangeCipherSpec(flow: Flow): void {
    const { records } = this;
    const value = this.io[records.start];
    records.start = records.end;
    if (!flow.takesChangeCipherSpec)
      throw new TLSAlert(unexpected_message, `${flow.stateName}: a change_cipher_spec record may not come here`);
    if (value !== 1) throw new TLSAlert(unexpected_message, `${flow.stateName}: a change_cipher_spec record with the value ${value}`);
    this.countEmpty("change_cipher_spec");
    flow.changeCipherSpec();
  }

  /** For flows: one more message after the handshake. */
  count(what: string): void {
    this.inARow += MESSAGE;
    this.checkRow(what, Math.floor(this.inARow / MESSAGE));
  }

  private countEmpty(what: string): void {
    this.inARow++;
    this.checkRow(what, this.inARow % MESSAGE);
  }

  private checkRow(what: string, count: number): void {
    if (count > MAX_IN_A_ROW) throw new TLSAlert(unexpected_message, `${what}: ${count} in a row without application data are a flood`);
  }

  private stop(failure: TLSAlert): void {
    this.failure = failure;
    if (failure.origin !== "peer" && failure.description >= 0) this.sendAlert(FATAL, failure.description);
    this.end(FAILED);
  }

  private sendAlert(level: number, description: number): void {
    const { records, flow } = this;
    // In the middle of a message of ours the end of the transport has to do.
    if (flow?.halfSent) return;
    flow?.beforeAlert();
    if (records.hasAlertRoom) records.putRecord(alert, 2, level, description);
  }

  /** Forgets all keys and what was received; what waits to be sent stays. */
  private end(state: number): void {
    this.state = state;
    const { records } = this;
    // What came of a record whose tag did not hold, or did not come.
    if (records.streamed !== null) this.alpn = null;
    this.flow?.wipe();
    this.flow = null;
    records.readProtection?.wipe();
    records.writeProtection?.wipe();
    records.readProtection = null;
    records.writeProtection = null;
    records.wipe();
    records.giveBack();
    this.keys.fill(0);
    this.exported?.wipe();
    this.exported = null;
  }
}
