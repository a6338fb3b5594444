// What servers of each protocol say, and what our client must answer: "<" comes from the server, ">" from us.
import { FtpStartTls } from "../../../src/starttls/ftp.js";
import { ImapStartTls } from "../../../src/starttls/imap.js";
import { LdapStartTls } from "../../../src/starttls/ldap.js";
import { LmtpStartTls } from "../../../src/starttls/lmtp.js";
import { MysqlStartTls } from "../../../src/starttls/mysql.js";
import type { ClientNegotiation } from "../../../src/starttls/negotiation.js";
import { NntpStartTls } from "../../../src/starttls/nntp.js";
import { Pop3StartTls } from "../../../src/starttls/pop3.js";
import { PostgresStartTls } from "../../../src/starttls/postgres.js";
import { SieveStartTls } from "../../../src/starttls/sieve.js";
import { SmtpStartTls } from "../../../src/starttls/smtp.js";
import { XmppStartTls } from "../../../src/starttls/xmpp.js";

export type Line = readonly ["<" | ">", string];

export interface Dialog {
  readonly protocol: string;
  make(): ClientNegotiation;
  readonly lines: readonly Line[];
}

export const XMPP_TLS = "xmlns='urn:ietf:params:xml:ns:xmpp-tls'";
export const XMPP_HEADER =
  "<?xml version='1.0'?><stream:stream to='example.org' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
export const XMPP_ANSWER =
  "<?xml version='1.0'?><stream:stream id='7' version='1.0' from='example.org' xmlns:stream='http://etherx.jabber.org/streams' xmlns=\"jabber:client\">";

/** SSLRequest of PostgreSQL; StartTLS of LDAP. */
export const SSL_REQUEST = "\x00\x00\x00\x08\x04\xd2\x16\x2f";
export const START_TLS = "\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";

/** An ExtendedResponse with a result code and a text. */
export function ldapAnswer(code: number, text = "", behind = "", id = 1): string {
  const response = `\x0a\x01${String.fromCharCode(code)}\x04\x00\x04${String.fromCharCode(text.length)}${text}${behind}`;
  const message = `\x02\x01${String.fromCharCode(id)}\x78${String.fromCharCode(response.length)}${response}`;
  return `\x30${String.fromCharCode(message.length)}${message}`;
}

/** A handshake packet of version 10 with these capabilities. */
export function mysqlGreeting(low: number, high = 0xff, version = "\x0a"): string {
  const capabilities = String.fromCharCode(low & 255, low >> 8);
  const payload = `${version}10.11.6-MariaDB\x00\x07\x00\x00\x00saltsalt\x00${capabilities}\x2d\x02\x00${String.fromCharCode(high)}\x81\x15\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00saltsaltsalt\x00mysql_native_password\x00`;
  return mysqlPacket(payload);
}

export function mysqlPacket(payload: string, number = 0): string {
  return `${String.fromCharCode(payload.length & 255, payload.length >> 8, 0, number)}${payload}`;
}

export const MYSQL_REQUEST = `\x20\x00\x00\x01\x00\x8a\x08\x00\x00\x00\x00\x01\x2d${"\x00".repeat(23)}`;

export const DIALOGS: readonly Dialog[] = [
  {
    protocol: "smtp",
    make: () => new SmtpStartTls("me.example"),
    lines: [
      ["<", "220-mx.example ESMTP\r\n220 no spam\r\n"],
      [">", "EHLO me.example\r\n"],
      ["<", "250-mx.example\r\n250-SIZE 1000\r\n250-starttls\r\n250 HELP\r\n"],
      [">", "STARTTLS\r\n"],
      ["<", "220 go ahead\r\n"],
    ],
  },
  {
    protocol: "lmtp",
    make: () => new LmtpStartTls(),
    lines: [
      ["<", "220\r\n"],
      [">", "LHLO localhost\r\n"],
      ["<", "250-mx.example\r\n250 STARTTLS\r\n"],
      [">", "STARTTLS\r\n"],
      ["<", "220 2.0.0 go ahead\r\n"],
    ],
  },
  {
    protocol: "imap",
    make: () => new ImapStartTls(),
    lines: [
      ["<", "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] ready\r\n* OK [ALERT] be kind\r\n"],
      [">", "A1 CAPABILITY\r\n"],
      ["<", "* CAPABILITY IMAP4rev1 Starttls AUTH=PLAIN\r\nA1 OK done\r\n* OK in between\r\n"],
      [">", "A2 STARTTLS\r\n"],
      ["<", "* OK still\r\na2 ok begin\r\n"],
    ],
  },
  {
    protocol: "pop3",
    make: () => new Pop3StartTls(),
    lines: [
      ["<", "+OK ready <1@x>\r\n"],
      [">", "CAPA\r\n"],
      ["<", "+OK\r\nTOP\r\nSTLS\r\nUSER\r\n.\r\n"],
      [">", "STLS\r\n"],
      ["<", "+OK begin\r\n"],
    ],
  },
  {
    protocol: "nntp",
    make: () => new NntpStartTls(),
    lines: [
      ["<", "201 no posting\r\n"],
      [">", "CAPABILITIES\r\n"],
      ["<", "101 list\r\nVERSION 2\r\nSTARTTLS\r\nREADER\r\n.\r\n"],
      [">", "STARTTLS\r\n"],
      ["<", "382 begin\r\n"],
    ],
  },
  {
    protocol: "ftp",
    make: () => new FtpStartTls(),
    lines: [
      ["<", "120 soon\r\n220-Welcome\r\n  200 files\r\nno code\r\n220 ready\r\n"],
      [">", "AUTH TLS\r\n"],
      ["<", "234 begin\r\n"],
    ],
  },
  {
    protocol: "xmpp",
    make: () => new XmppStartTls("example.org"),
    lines: [
      [">", XMPP_HEADER],
      [
        "<",
        `${XMPP_ANSWER}\n <stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms><starttls ${XMPP_TLS} ><required/></starttls><c a='>' b="/"/></stream:features>`,
      ],
      [">", `<starttls ${XMPP_TLS}/>`],
      ["<", `<proceed ${XMPP_TLS}/>`],
    ],
  },
  {
    protocol: "ldap",
    make: () => new LdapStartTls(),
    lines: [
      [">", START_TLS],
      ["<", ldapAnswer(0, "", "\x8a\x161.3.6.1.4.1.1466.20037")],
    ],
  },
  {
    protocol: "postgres",
    make: () => new PostgresStartTls(),
    lines: [
      [">", SSL_REQUEST],
      ["<", "S"],
    ],
  },
  {
    protocol: "mysql",
    make: () => new MysqlStartTls(),
    lines: [
      ["<", mysqlGreeting(0xffff)],
      [">", MYSQL_REQUEST],
    ],
  },
  {
    protocol: "sieve",
    make: () => new SieveStartTls(),
    lines: [
      ["<", '"IMPLEMENTATION" "Dovecot Pigeonhole"\r\n"SIEVE" "fileinto"\r\n"starttls"\r\nOK "ready"\r\n'],
      [">", "STARTTLS\r\n"],
      ["<", 'OK "begin"\r\n'],
    ],
  },
];
