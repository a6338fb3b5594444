import { connection_lost, TLSAlert } from "../alert.js";
import { LineReader } from "./line-reader.js";
import { Negotiation } from "./negotiation.js";

/** Commands of a client before TLS: it needs three. */
const MOST_COMMANDS = 32;

/**
 * A server's side: it answers in clear only what leads to TLS, and takes no word of a client for the time behind. Where there is no way on, `take()`
 * still gives the answers up to there.
 */
export abstract class ServerNegotiation extends Negotiation {
  protected readonly line: LineReader;
  private commands: number;
  private farewell: Uint8Array | null;

  /** longest: bytes of a command with its CRLF. */
  constructor(protocol: string, longest: number) {
    super(protocol);
    this.line = new LineReader(`${protocol}: the client`, longest);
    this.commands = 0;
    this.farewell = null;
  }

  override take(): Uint8Array | null {
    const { farewell } = this;
    this.farewell = null;
    return farewell ?? super.take();
  }

  override fail(failure: TLSAlert): void {
    this.farewell = super.take();
    super.fail(failure);
  }

  /** A whole line of the client's, in `line`. */
  protected abstract command(): void;

  protected override push(byte: number): void {
    if (!this.line.push(byte)) return;
    if (++this.commands > MOST_COMMANDS) this.refuse(`the client sends more than ${MOST_COMMANDS} commands and no request for TLS`);
    this.command();
  }

  /** Commands may come in a row. */
  protected override early(): void {}

  /**
   * What a client sent behind its request in clear is dropped (RFC 3207 §4.2; the class of CVE-2011-0411): it is answered neither now nor behind TLS.
   */
  protected override behind(): void {}

  /** The client leaves in order. */
  protected leave(answer: string): never {
    this.sendText(answer);
    throw new TLSAlert(connection_lost, `${this.protocol}: the client left without TLS`, "peer");
  }
}
