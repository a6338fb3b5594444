import { ClientNegotiation, READY } from "./negotiation.js";
import { ReplyReader } from "./reply-reader.js";

const GREETING = 0;
const CAPABILITIES = 1;
const LIST = 2;

/** NNTP's STARTTLS (RFC 4642), offered in the list of CAPABILITIES (RFC 3977 §5.2). */
export class NntpStartTls extends ClientNegotiation {
  private readonly reply: ReplyReader;
  private step: number;
  private offered: boolean;

  constructor() {
    super("nntp");
    this.reply = new ReplyReader("nntp: the server", false);
    this.step = GREETING;
    this.offered = false;
  }

  protected override push(byte: number): void {
    const { reply } = this;
    const { line } = reply;
    if (this.step === LIST) {
      if (!line.push(byte)) return;
      if (line.is(0, "STARTTLS")) this.offered = true;
      if (!line.is(0, ".")) return;
      if (!this.offered) this.notOffered();
      this.sendText("STARTTLS\r\n");
      this.step++;
    } else if (reply.push(byte)) this.replied(reply.code);
  }

  private replied(code: number): void {
    const { line, last } = this.reply;
    if (!last) this.refuse(`the server sends a reply of several lines, which NNTP has not: "${line.text()}"`);
    if (this.step === GREETING) {
      if (code !== 200 && code !== 201) this.refuse(`the server does not want us: "${line.text()}"`);
      this.sendText("CAPABILITIES\r\n");
    } else if (this.step === CAPABILITIES) {
      if (code !== 101) this.notOffered();
    } else {
      if (code !== 382) this.refuse(`the server refuses STARTTLS: "${line.text()}"`);
      this.state = READY;
    }
    this.step++;
  }
}
