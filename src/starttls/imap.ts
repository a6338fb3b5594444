import { LineReader } from "./line-reader.js";
import { ClientNegotiation, READY } from "./negotiation.js";

/** Bytes of a line: what RFC 7162 §4 recommends for commands, as a bound for responses. */
const LONGEST = 8192;

const GREETING = 0;
const CAPABILITY = 1;
const TAGS = ["", "A1", "A2"];

/** IMAP's STARTTLS (RFC 9051 §6.2.1). */
export class ImapStartTls extends ClientNegotiation {
  private readonly line: LineReader;
  private step: number;
  private offered: boolean;

  constructor() {
    super("imap");
    this.line = new LineReader("imap: the server", LONGEST);
    this.step = GREETING;
    this.offered = false;
  }

  protected override push(byte: number): void {
    const { line } = this;
    if (!line.push(byte)) return;
    // A literal would have lines in it that are none of the protocol's.
    if (line.length > 0 && line.bytes[line.length - 1] === 0x7d) this.refuse(`the server sends a literal before TLS: "${line.text()}"`);
    const untagged = line.word(0, "*");
    if (untagged >= 0) this.untagged(untagged);
    else if (this.step === GREETING) this.refuse(`the server does not greet as IMAP does: "${line.text()}"`);
    else this.tagged(line.word(0, TAGS[this.step] as string));
  }

  private untagged(at: number): void {
    const { line } = this;
    if (line.word(at, "BYE") >= 0) this.refuse(`the server does not want us: "${line.text()}"`);
    // RFC 9051 §7.1.4: STARTTLS is not allowed then, so whoever sends it keeps us in clear.
    if (line.word(at, "PREAUTH") >= 0)
      this.refuse(`the server says that we are logged in already, which leaves no room for TLS: "${line.text()}"`);
    if (this.step === GREETING) {
      if (line.word(at, "OK") < 0) this.refuse(`the server does not greet as IMAP does: "${line.text()}"`);
      this.sendText("A1 CAPABILITY\r\n");
      this.step++;
    } else if (this.step === CAPABILITY) {
      const list = line.word(at, "CAPABILITY");
      if (list >= 0 && line.hasWord(list, "STARTTLS")) this.offered = true;
    }
  }

  /** Untagged lines may come at any time (RFC 9051 §7). */
  protected override early(): void {}

  private tagged(at: number): void {
    const { line } = this;
    if (at < 0 || this.unsent) this.refuse(`the server sends a line that answers nothing: "${line.text()}"`);
    const ok = line.word(at, "OK") >= 0;
    if (this.step === CAPABILITY) {
      if (!ok) this.refuse(`the server answers CAPABILITY with "${line.text()}"`);
      if (!this.offered) this.notOffered();
      this.sendText("A2 STARTTLS\r\n");
    } else {
      if (!ok) this.refuse(`the server refuses STARTTLS: "${line.text()}"`);
      this.state = READY;
    }
    this.step++;
  }
}
