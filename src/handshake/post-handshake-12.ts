import { decode_error, no_renegotiation, TLSAlert, unexpected_message } from "../alert.js";
import { alert, client_hello, hello_request } from "../constants.js";
import type { RecordLayer } from "../record/record-layer.js";
import type { PostFlow } from "./flow.js";
import { Handshake, type Row, type StreamReader, type Wait } from "./handshake.js";
import { CONNECTED } from "./states-12.js";

const NO_WAITS: readonly Wait<PostHandshake12>[] = [];

/** HelloRequest is the one gathered message, and has nothing in it. */
const MAX_MESSAGE = 16;

/** Attempts to renegotiate in a row, with no application data between them: more are a flood. */
const MAX_MESSAGES_IN_A_ROW = 32;

const WARNING = 1;

/** What a connected TLS 1.2 peer may still send: attempts to renegotiate, which are refused (RFC 5246 §7.4.1.1, RFC 5746 §4.5). There are no new keys. */
export class PostHandshake12 extends Handshake<PostHandshake12> implements PostFlow {
  readonly records: RecordLayer;
  blocked: boolean;
  private inARow: number;

  constructor(rows: readonly Row<PostHandshake12>[], records: RecordLayer) {
    super(CONNECTED, rows, NO_WAITS, MAX_MESSAGE);
    this.records = records;
    this.blocked = false;
    this.inARow = 0;
  }

  get stateName(): string {
    return "CONNECTED";
  }

  /** All that is sent here fits into one record. */
  get halfSent(): boolean {
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

  get ignoresWarnings(): boolean {
    return true;
  }

  get keyUpdateDue(): boolean {
    return false;
  }

  get renewsKeys(): boolean {
    return false;
  }

  get next(): null {
    return null;
  }

  changeCipherSpec(): void {}

  sendKeyUpdate(): void {}

  updateKeys(): void {}

  calm(): void {
    this.inARow = 0;
  }

  /** A warning is all the answer: where there is no room for it the peer gets none. */
  refuse(message: string): void {
    if (++this.inARow > MAX_MESSAGES_IN_A_ROW)
      throw new TLSAlert(unexpected_message, `${message}: ${this.inARow} in a row without application data are a flood`);
    const { writer } = this.records;
    if (writer.room > 2) writer.put(alert, 2, WARNING, no_renegotiation);
  }

  wipe(): void {}

  protected begun(): void {}

  protected passed(): void {}

  protected waitForReader(): void {}
}

type P = PostHandshake12;

/** Passes over a message of which nothing is kept. */
export class Skipped implements StreamReader {
  get waiting(): boolean {
    return false;
  }

  push(_bytes: Uint8Array, _offset: number, length: number): number {
    return length;
  }

  finish(): void {}
}

export const CLIENT_ROWS_12: readonly Row<P>[] = [
  { state: CONNECTED, type: hello_request, stream: null, endsRecord: false, handle: onHelloRequest },
];
export const SERVER_ROWS_12: readonly Row<P>[] = [
  { state: CONNECTED, type: client_hello, stream: () => new Skipped(), endsRecord: false, handle: onClientHello },
];

function onHelloRequest(p: P, _bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 4) throw new TLSAlert(decode_error, `HelloRequest: ${end - start - 4} bytes, it has none`);
  p.refuse("HelloRequest");
  return CONNECTED;
}

function onClientHello(p: P): number {
  p.refuse("ClientHello");
  return CONNECTED;
}
