import { READY } from "./negotiation.js";
import { ServerNegotiation } from "./server-negotiation.js";

/** Bytes of a command: nothing that leads to TLS is long. */
const LONGEST = 512;
const LONGEST_TAG = 32;
const CAPABILITIES = "IMAP4rev2 IMAP4rev1 STARTTLS LOGINDISABLED";

/** STARTTLS of an IMAP server (RFC 9051 §6.2.1). */
export class ImapStartTlsServer extends ServerNegotiation {
  constructor() {
    super("imap", LONGEST);
    this.sendText(`* OK [CAPABILITY ${CAPABILITIES}] IMAP\r\n`);
  }

  protected override command(): void {
    const { line } = this;
    const tag = this.tag();
    const at = tag.length + 1;
    // What a literal holds would be read as commands.
    if (line.bytes[line.length - 1] === 0x7d) this.leave("* BYE say STARTTLS first\r\n");
    if (tag === "") this.sendText("* BAD there is no tag\r\n");
    else if (line.is(at, "STARTTLS")) {
      this.sendText(`${tag} OK begin TLS\r\n`);
      this.state = READY;
    } else if (line.is(at, "CAPABILITY")) this.sendText(`* CAPABILITY ${CAPABILITIES}\r\n${tag} OK done\r\n`);
    else if (line.is(at, "NOOP")) this.sendText(`${tag} OK done\r\n`);
    else if (line.is(at, "LOGOUT")) this.leave(`* BYE goodbye\r\n${tag} OK done\r\n`);
    else if (line.word(at, "LOGIN") >= 0 || line.word(at, "AUTHENTICATE") >= 0)
      this.sendText(`${tag} NO [PRIVACYREQUIRED] say STARTTLS first\r\n`);
    else this.sendText(`${tag} BAD say STARTTLS first\r\n`);
  }

  /** The tag, "" where the line begins with none: letters, digits, and of other characters a dot, a hyphen, or an underscore. */
  private tag(): string {
    const { bytes, length } = this.line;
    let tag = "";
    for (let i = 0; i < length && i <= LONGEST_TAG; i++) {
      const c = bytes[i];
      if (c === 0x20) return tag;
      const letter = (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a;
      if (!letter && !(c >= 0x30 && c <= 0x39) && c !== 0x2e && c !== 0x2d && c !== 0x5f) return "";
      tag += String.fromCharCode(c);
    }
    return "";
  }
}
