import { ClientNegotiation, checkedName, READY } from "./negotiation.js";
import { ReplyReader } from "./reply-reader.js";

const GREETING = 0;
const HELLO = 1;

/** STARTTLS of SMTP (RFC 3207). name: what EHLO says; behind TLS the app says it again. */
export class SmtpStartTls extends ClientNegotiation {
  private readonly reply: ReplyReader;
  private readonly hello: string;
  private step: number;
  private offered: boolean;

  constructor(name = "localhost", protocol = "smtp", verb = "EHLO") {
    super(protocol);
    this.reply = new ReplyReader(`${protocol}: the server`, false);
    this.hello = `${verb} ${checkedName(name)}`;
    this.step = GREETING;
    this.offered = false;
  }

  protected override push(byte: number): void {
    const { reply } = this;
    if (!reply.push(byte)) return;
    // The first line of EHLO's reply is the server's name (RFC 5321 §4.1.1.1).
    if (this.step === HELLO && !reply.first && reply.line.is(4, "STARTTLS")) this.offered = true;
    if (reply.last) this.replied(reply.code);
  }

  private replied(code: number): void {
    const { line } = this.reply;
    if (this.step === GREETING) {
      if (code !== 220) this.refuse(`the server does not want us: "${line.text()}"`);
      this.sendText(`${this.hello}\r\n`);
    } else if (this.step === HELLO) {
      if (code !== 250) this.refuse(`the server answers ${this.hello} with "${line.text()}"`);
      if (!this.offered) this.notOffered();
      this.sendText("STARTTLS\r\n");
    } else {
      if (code !== 220) this.refuse(`the server refuses STARTTLS: "${line.text()}"`);
      this.state = READY;
    }
    this.step++;
  }
}
