import { TLSAlert, unexpected_message } from "../alert.js";
import type { RecordLayer } from "../record/record-layer.js";
import type { PostFlow } from "./flow.js";
import { Handshake, type Table } from "./handshake.js";

/** The gathered messages have a byte at most; some more are read, so that their error is told right. */
const MAX_MESSAGE = 16;

/** Messages in a row, with no application data between them: more are a flood. */
const MAX_MESSAGES_IN_A_ROW = 32;

/** What a connected peer may still send, in any version: nothing waits, and all that is sent fits into one record. */
export abstract class PostHandshake<F> extends Handshake<F> implements PostFlow {
  readonly records: RecordLayer;
  private inARow: number;

  /** connected: the one state. */
  protected constructor(connected: number, table: Table<F>, records: RecordLayer) {
    super(connected, table);
    this.records = records;
    this.inARow = 0;
  }

  abstract readonly keyUpdateDue: boolean;
  abstract readonly renewsKeys: boolean;
  abstract readonly ignoresWarnings: boolean;
  abstract sendKeyUpdate(): void;
  abstract updateKeys(requestPeer: boolean): void;

  protected get maxMessage(): number {
    return MAX_MESSAGE;
  }

  get stateName(): string {
    return "CONNECTED";
  }

  get halfSent(): boolean {
    return false;
  }

  get blocked(): boolean {
    return false;
  }

  get answering(): boolean {
    return false;
  }

  deferClose(): boolean {
    return false;
  }

  get takesChangeCipherSpec(): boolean {
    return false;
  }

  changeCipherSpec(): void {}

  get next(): null {
    return null;
  }

  /** Application data came or went: the peer is not only sending messages. */
  calm(): void {
    this.inARow = 0;
  }

  count(type: string): void {
    if (++this.inARow > MAX_MESSAGES_IN_A_ROW)
      throw new TLSAlert(unexpected_message, `${type}: ${this.inARow} messages in a row without application data are a flood`);
  }

  wipe(): void {}

  protected begun(_header: number): void {}

  protected passed(_bytes: Uint8Array, _offset: number, _length: number): void {}

  protected waitForReader(): void {}
}
