import type { RecordLayer } from "../record/record-layer.js";
import type { PostFlow } from "./flow.js";
import { Handshake, type Table } from "./handshake.js";
import type { Negotiated } from "./handshake-13.js";

/** The gathered messages have a byte at most; some more are read, so that their error is told right. */
const MAX_MESSAGE = 16;

/** What a connected peer may still send, in any version: nothing waits, and all that is sent fits into one record. */
export abstract class PostHandshake<F> extends Handshake<F> implements PostFlow {
  readonly negotiated: Negotiated;

  /** connected: the one state. */
  protected constructor(connected: number, table: Table<F>, negotiated: Negotiated) {
    super(connected, table);
    this.negotiated = negotiated;
  }

  get records(): RecordLayer {
    return this.negotiated.records;
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

  wipe(): void {}

  protected begun(_header: number): void {}

  protected passed(_bytes: Uint8Array, _offset: number, _length: number): void {}

  protected waitForReader(): void {}
}
