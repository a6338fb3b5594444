import { SmtpStartTls } from "./smtp.js";

/** STARTTLS of LMTP (RFC 2033 §4.1: LHLO takes the place of EHLO, all else is SMTP's). */
export class LmtpStartTls extends SmtpStartTls {
  constructor(name?: string) {
    super(name, "lmtp", "LHLO");
  }
}
