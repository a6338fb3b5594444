import { decode_error, no_renegotiation, TLSAlert } from "../alert.js";
import { alert, client_hello, hello_request } from "../constants.js";
import type { StreamReader, Table } from "./handshake.js";
import type { Negotiated } from "./handshake-13.js";
import { PostHandshake } from "./post-handshake.js";
import { CONNECTED } from "./states-12.js";

const WARNING = 1;

/** What a connected TLS 1.2 peer may still send: attempts to renegotiate, which are refused (RFC 5246 §7.4.1.1, RFC 5746 §4.5). There are no new keys. */
export class PostHandshake12 extends PostHandshake<PostHandshake12> {
  constructor(table: Table<PostHandshake12>, negotiated: Negotiated) {
    super(CONNECTED, table, negotiated);
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

  sendKeyUpdate(): void {}

  updateKeys(): void {}

  /** A warning is all the answer: where there is no room for it the peer gets none. */
  refuse(message: string): void {
    this.negotiated.count(message);
    const { records } = this;
    if (records.room > 2) records.putRecord(alert, 2, WARNING, no_renegotiation);
  }
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

export const CLIENT_12: Table<P> = {
  rows: [{ state: CONNECTED, type: hello_request, stream: null, endsRecord: false, handle: onHelloRequest }],
  waits: [],
};
export const SERVER_12: Table<P> = {
  rows: [{ state: CONNECTED, type: client_hello, stream: () => new Skipped(), endsRecord: false, handle: onClientHello }],
  waits: [],
};

function onHelloRequest(p: P, _bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 4) throw new TLSAlert(decode_error, `HelloRequest: ${end - start - 4} bytes, it has none`);
  p.refuse("HelloRequest");
  return CONNECTED;
}

function onClientHello(p: P): number {
  p.refuse("ClientHello");
  return CONNECTED;
}
