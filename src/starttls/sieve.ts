import { LineReader } from "./line-reader.js";
import { ClientNegotiation, READY } from "./negotiation.js";

/** Bytes of a line: RFC 5804 §4 has quoted strings of at most 1,024, and a capability is two of them. */
const LONGEST = 2 * 1024 + 16;
const QUOTE = 0x22;

/** ManageSieve's STARTTLS (RFC 5804 §2.2). The server begins with its list of capabilities. */
export class SieveStartTls extends ClientNegotiation {
  private readonly line: LineReader;
  private asked: boolean;
  private offered: boolean;

  constructor() {
    super("sieve");
    this.line = new LineReader("sieve: the server", LONGEST);
    this.asked = false;
    this.offered = false;
  }

  protected override push(byte: number): void {
    const { line } = this;
    if (!line.push(byte)) return;
    if (line.length > 0 && line.bytes[line.length - 1] === 0x7d) this.refuse(`the server sends a literal before TLS: "${line.text()}"`);
    if (!this.asked && line.length > 0 && line.bytes[0] === QUOTE) {
      if (line.is(0, '"STARTTLS"')) this.offered = true;
      return;
    }
    const ok = line.word(0, "OK") >= 0;
    if (!ok && line.word(0, "NO") < 0 && line.word(0, "BYE") < 0) this.refuse(`the server does not speak ManageSieve: "${line.text()}"`);
    if (!this.asked) {
      if (!ok) this.refuse(`the server does not want us: "${line.text()}"`);
      if (!this.offered) this.notOffered();
      this.sendText("STARTTLS\r\n");
      this.asked = true;
    } else {
      if (!ok) this.refuse(`the server refuses STARTTLS: "${line.text()}"`);
      this.state = READY;
    }
  }
}
