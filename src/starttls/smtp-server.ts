import { checkedName, READY } from "./negotiation.js";
import { ServerNegotiation } from "./server-negotiation.js";

/** Bytes of a command (RFC 5321 §4.5.3.1.4). */
const LONGEST = 512;

/** STARTTLS of an SMTP server (RFC 3207). name: its own, told in greetings. */
export class SmtpStartTlsServer extends ServerNegotiation {
  private readonly name: string;

  constructor(name = "localhost") {
    super("smtp", LONGEST);
    this.name = checkedName(name);
    this.sendText(`220 ${name} ESMTP\r\n`);
  }

  protected override command(): void {
    const { line, name } = this;
    if (line.is(0, "STARTTLS")) {
      this.sendText("220 2.0.0 begin TLS\r\n");
      this.state = READY;
    } else if (line.word(0, "EHLO") >= 0) this.sendText(`250-${name}\r\n250 STARTTLS\r\n`);
    else if (line.word(0, "HELO") >= 0) this.sendText(`250 ${name}\r\n`);
    else if (line.word(0, "NOOP") >= 0 || line.is(0, "RSET")) this.sendText("250 2.0.0 done\r\n");
    else if (line.is(0, "QUIT")) this.leave("221 2.0.0 goodbye\r\n");
    else if (line.word(0, "STARTTLS") >= 0) this.sendText("501 5.5.4 STARTTLS has no parameters\r\n");
    else this.sendText("530 5.7.0 say STARTTLS first\r\n");
  }
}
