import { READY } from "./negotiation.js";
import { ServerNegotiation } from "./server-negotiation.js";

/** Bytes of a command (RFC 3977 §3.1). */
const LONGEST = 512;

/** STARTTLS of an NNTP server (RFC 4642). */
export class NntpStartTlsServer extends ServerNegotiation {
  constructor() {
    super("nntp", LONGEST);
    this.sendText("201 NNTP\r\n");
  }

  protected override command(): void {
    const { line } = this;
    if (line.is(0, "STARTTLS")) {
      this.sendText("382 begin TLS\r\n");
      this.state = READY;
    } else if (line.word(0, "CAPABILITIES") >= 0) this.sendText("101 capabilities\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n");
    else if (line.is(0, "QUIT")) this.leave("205 goodbye\r\n");
    else this.sendText("483 say STARTTLS first\r\n");
  }
}
