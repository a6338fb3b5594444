import { LineReader } from "./line-reader.js";
import { ClientNegotiation, READY } from "./negotiation.js";

/** Bytes of a line: RFC 1939 and 2449 allow 512 for responses. */
const LONGEST = 512;

const GREETING = 0;
const CAPA = 1;
const LIST = 2;

/** POP3's STLS (RFC 2595 §4), offered in the list of CAPA (RFC 2449 §5). */
export class Pop3StartTls extends ClientNegotiation {
  private readonly line: LineReader;
  private step: number;
  private offered: boolean;

  constructor() {
    super("pop3");
    this.line = new LineReader("pop3: the server", LONGEST);
    this.step = GREETING;
    this.offered = false;
  }

  protected override push(byte: number): void {
    const { line } = this;
    if (!line.push(byte)) return;
    if (this.step === LIST) {
      if (line.is(0, "STLS")) this.offered = true;
      if (!line.is(0, ".")) return;
      if (!this.offered) this.notOffered();
      this.sendText("STLS\r\n");
    } else {
      const ok = line.word(0, "+OK") >= 0;
      if (!ok && line.word(0, "-ERR") < 0) this.refuse(`the server's line begins with neither +OK nor -ERR: "${line.text()}"`);
      if (this.step === GREETING) {
        if (!ok) this.refuse(`the server does not want us: "${line.text()}"`);
        this.sendText("CAPA\r\n");
      } else if (this.step === CAPA) {
        if (!ok) this.notOffered();
      } else {
        if (!ok) this.refuse(`the server refuses STLS: "${line.text()}"`);
        this.state = READY;
      }
    }
    this.step++;
  }
}
