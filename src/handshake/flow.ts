import type { RecordReader } from "../record/record-reader.js";

/** A state machine as a connection drives it: the handshake, then what a connected peer may still send. */
export interface Flow {
  readonly stateName: string;
  /** A handshake message has begun and is not complete. */
  readonly midMessage: boolean;
  /** The state waits for our own work: `work` goes on with it. */
  readonly working: boolean;
  /** The work must go on at once: what we send meanwhile would have the wrong keys. */
  readonly atOnce: boolean;
  /** Set by `work`: it can't go on before bytes were sent or an outside operation is ready. */
  readonly blocked: boolean;
  /** A message of ours has gone out in part: no other record may come between (RFC 9846 §5.1). */
  readonly halfSent: boolean;
  /** Sends what has to stand before an alert of ours. */
  beforeAlert(): void;
  /** A change_cipher_spec record may come now. */
  readonly takesChangeCipherSpec: boolean;
  /** Takes note of it. */
  changeCipherSpec(): void;
  /** Alerts of level warning are no errors: TLS 1.2. */
  readonly ignoresWarnings: boolean;
  /** The flow that takes over: not null once the handshake is complete. */
  readonly next: PostFlow | null;
  /** True: a message is complete, which waited for this work; call `handle`. */
  work(budget: number): boolean;
  /** Takes bytes; true: a message is complete. */
  feed(records: RecordReader, bytes: Uint8Array): boolean;
  /** The message that is complete may be handled before its record is known to be authentic: nothing of it is seen outside. */
  readonly early: boolean;
  /** The record from which bytes were fed before its tag was known is authentic. */
  authenticated(): void;
  /** Handles the message that is complete. */
  handle(records: RecordReader): void;
  wipe(): void;
}

/** The flow of a connected peer. */
export interface PostFlow extends Flow {
  /** A KeyUpdate of ours must go out before the next application data. */
  readonly keyUpdateDue: boolean;
  /** Keys can be made anew (KeyUpdate). */
  readonly renewsKeys: boolean;
  sendKeyUpdate(): void;
  /** Makes a KeyUpdate due; requestPeer: it asks the peer for one too. */
  updateKeys(requestPeer: boolean): void;
  /** An answer of ours is going out: no application data may come between its messages. */
  readonly answering: boolean;
  /** We close: true where close_notify goes out by itself behind the answer under way. */
  deferClose(): boolean;
}
