import { connection_lost, internal_error, starttls_failed, TLSAlert } from "../alert.js";
import { escaped } from "../bytes/escaped.js";

/** More bytes of the peer are wanted. */
export const NEGOTIATING = 0;
/** All is said in clear: when take() is empty, the next byte in either direction belongs to TLS. */
export const READY = 1;
/** `failure` says why. There is no way on, and none back to a connection in clear. */
export const FAILED = 2;

/** Bytes of the peer that an error message shows. */
const SHOWN = 200;

/**
 * What one side of one protocol says in clear before TLS begins. It has no I/O: the host gives it the bytes of the peer as they come, sends what
 * take() gives, and makes a connection when it is READY. It is then dropped with all that was learned in clear, which nobody had authenticated.
 */
export abstract class Negotiation {
  /** Its name on the command line, as `smtp`. */
  readonly protocol: string;
  state: typeof NEGOTIATING | typeof READY | typeof FAILED;
  failure: TLSAlert | null;
  private out: Uint8Array | null;

  constructor(protocol: string) {
    this.protocol = protocol;
    this.state = NEGOTIATING;
    this.failure = null;
    this.out = null;
  }

  /** Bytes that came from the peer. */
  received(bytes: Uint8Array, offset: number, length: number): void {
    const end = offset + length;
    try {
      for (let i = offset; i < end && this.state !== FAILED; i++) {
        if (this.state === READY) {
          this.behind(bytes, i, end - i);
          return;
        }
        if (this.unsent) this.early();
        this.push(bytes[i]);
      }
    } catch (error) {
      this.fail(error instanceof TLSAlert ? error : new TLSAlert(internal_error, `${this.protocol}: ${String(error)}`, "internal"));
    }
  }

  /** The peer ended the connection. */
  receivedEnd(): void {
    if (this.state !== FAILED)
      this.fail(new TLSAlert(connection_lost, `${this.protocol}: the peer ended the connection before TLS began`, "peer"));
  }

  /** What is to be sent now, all of it, or null. */
  take(): Uint8Array | null {
    const { out } = this;
    this.out = null;
    return out;
  }

  /** Ends it: nothing is sent in clear any more. */
  fail(failure: TLSAlert): void {
    this.state = FAILED;
    this.failure = failure;
    this.out = null;
  }

  /** One byte of the peer; throws TLSAlert. */
  protected abstract push(byte: number): void;

  /** A byte came while something that we say has not been sent yet. */
  protected abstract early(): void;

  /** Bytes that came together with the one that made it READY. They were sent in clear, so TLS must never take them for its peer's. */
  protected abstract behind(bytes: Uint8Array, offset: number, length: number): void;

  /** Whether something that we say has not been sent yet. */
  protected get unsent(): boolean {
    return this.out !== null;
  }

  protected send(bytes: Uint8Array): void {
    const { out } = this;
    if (out === null) {
      this.out = bytes;
      return;
    }
    const both = new Uint8Array(out.length + bytes.length);
    both.set(out);
    both.set(bytes, out.length);
    this.out = both;
  }

  protected sendText(text: string): void {
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
    this.send(bytes);
  }

  protected refuse(reason: string): never {
    throw new TLSAlert(starttls_failed, `${this.protocol}: ${reason}`);
  }
}

/** A client's side: it fails where TLS is not offered, is refused, or anything else comes than the go-ahead. */
export abstract class ClientNegotiation extends Negotiation {
  protected notOffered(): never {
    this.refuse(
      "the server does not offer TLS here: it is not set up on this port, or someone on the way took the offer out; use a port or a server that has TLS",
    );
  }

  protected override early(): void {
    this.refuse("the server answers before it is asked");
  }

  /** The injection of commands or responses into the protected session (the class of CVE-2011-0411). */
  protected override behind(bytes: Uint8Array, offset: number, length: number): void {
    const what = length === 1 ? "a byte" : `${length} bytes`;
    this.refuse(
      `${what} came in clear behind the go-ahead, "${shown(bytes, offset, length)}": the server is at fault, or someone on the way puts words in its mouth`,
    );
  }
}

/** Bytes of the peer for an error message. */
export function shown(bytes: Uint8Array, offset: number, length: number): string {
  return escaped(bytes, offset, length, SHOWN);
}

/** A name that we put into a line of ours: no space, nothing outside ASCII, nothing that ends the line or a quoted text. */
export function checkedName(name: string): string {
  if (name.length === 0 || name.length > 255) throw new RangeError(`starttls: a name has 1 to 255 characters, not ${name.length}`);
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    if (c <= 0x20 || c >= 0x7f || c === 0x22 || c === 0x26 || c === 0x27 || c === 0x3c || c === 0x3e)
      throw new RangeError(`starttls: the name "${name}" has a character that no host name has`);
  }
  return name;
}
