import { ClientNegotiation, READY } from "./negotiation.js";
import { ReplyReader } from "./reply-reader.js";

/** FTP's AUTH TLS (RFC 4217 §4.1) for the control connection. PBSZ, PROT and the data connections are the app's. */
export class FtpStartTls extends ClientNegotiation {
  private readonly reply: ReplyReader;
  private asked: boolean;

  constructor() {
    super("ftp");
    this.reply = new ReplyReader("ftp: the server", true);
    this.asked = false;
  }

  protected override push(byte: number): void {
    const { reply } = this;
    if (!reply.push(byte) || !reply.last) return;
    const { code, line } = reply;
    if (!this.asked) {
      if (code === 120) return; // it will be ready soon, and say so
      if (code !== 220) this.refuse(`the server does not want us: "${line.text()}"`);
      this.sendText("AUTH TLS\r\n");
      this.asked = true;
    } else {
      if (code !== 234) this.refuse(`the server refuses AUTH TLS: "${line.text()}"`);
      this.state = READY;
    }
  }
}
