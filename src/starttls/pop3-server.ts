import { READY } from "./negotiation.js";
import { ServerNegotiation } from "./server-negotiation.js";

/** Bytes of a command (RFC 2449 §4). */
const LONGEST = 255;

/** STLS of a POP3 server (RFC 2595 §4). */
export class Pop3StartTlsServer extends ServerNegotiation {
  constructor() {
    super("pop3", LONGEST);
    this.sendText("+OK POP3\r\n");
  }

  protected override command(): void {
    const { line } = this;
    if (line.is(0, "STLS")) {
      this.sendText("+OK begin TLS\r\n");
      this.state = READY;
    } else if (line.is(0, "CAPA")) this.sendText("+OK\r\nSTLS\r\n.\r\n");
    else if (line.is(0, "QUIT")) this.leave("+OK goodbye\r\n");
    else this.sendText("-ERR say STLS first\r\n");
  }
}
