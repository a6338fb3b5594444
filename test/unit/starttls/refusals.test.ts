// Servers without TLS, that refuse it, or that cheat: each ends with an error that tells what was said, and nothing is sent in clear after it.
import { expect } from "chai";
import { DIALOGS, type Dialog, ldapAnswer, mysqlGreeting, mysqlPacket, XMPP_ANSWER, XMPP_TLS } from "./dialogs.js";
import { expectFailed, sayCut, taken } from "./talk.js";

/** What the server says, in turns, and a part of the error. */
type Case = readonly [string, readonly string[], string];

const NOT_OFFERED = "does not offer TLS here";
const SMTP: readonly Case[] = [
  ["no service", ["554-go\r\n554 away\r\n"], 'does not want us: "554 away"'],
  ["not offered", ["220 x\r\n", "250-x\r\n250 SIZE\r\n"], NOT_OFFERED],
  ["its name is STARTTLS, which is no offer", ["220 x\r\n", "250-STARTTLS\r\n250 SIZE\r\n"], NOT_OFFERED],
  ["only its name", ["220 x\r\n", "250 STARTTLS\r\n"], NOT_OFFERED],
  ["offered with parameters, or another word", ["220 x\r\n", "250-x\r\n250-STARTTLS now\r\n250 XSTARTTLS\r\n"], NOT_OFFERED],
  ["knows no extensions", ["220 x\r\n", "502 what?\r\n"], 'with "502 what?"'],
  [
    "refused",
    ["220 x\r\n", "250-x\r\n250 STARTTLS\r\n", "454 4.7.0 TLS not available\r\n"],
    'refuses STARTTLS: "454 4.7.0 TLS not available"',
  ],
  ["another 2xx", ["220 x\r\n", "250-x\r\n250 STARTTLS\r\n", "250 fine\r\n"], "refuses STARTTLS"],
  [
    "control characters are shown as such",
    ["220 x\r\n", "250-x\r\n250 STARTTLS\r\n", "454 \xe4\xff no\r\n"],
    'STARTTLS: "454 \\xe4\\xff no"',
  ],
  ["codes that differ in a reply", ["220 x\r\n", "250-x\r\n220 STARTTLS\r\n"], 'sends no reply: "220 STARTTLS"'],
  ["a code of two digits", ["22 x\r\n"], "sends no reply"],
  ["a code of 600", ["600 x\r\n"], "sends no reply"],
  ["no space behind the code", ["220x\r\n"], "sends no reply"],
  ["an empty line", ["\r\n"], "sends no reply"],
  ["LF alone", ["220 x\n"], "ends a line with LF alone"],
  ["CR alone", ["220 x\ry\r\n"], "CR in a line"],
  ["a NUL", ["220 \0\r\n"], "the byte 0 in a line"],
  ["a line of more than 1024 bytes", [`220 ${"x".repeat(1019)}\r\n`], "a line of more than 1024 bytes"],
  ["129 lines", ["220-x\r\n".repeat(129)], "more than 128 lines"],
  [
    "a response behind the go-ahead",
    ["220 x\r\n", "250-x\r\n250 STARTTLS\r\n", "220 go\r\n250 AUTH PLAIN\r\n"],
    "16 bytes came in clear behind the go-ahead",
  ],
];

const CASES: Readonly<Record<string, readonly Case[]>> = {
  smtp: SMTP,
  lmtp: SMTP,
  imap: [
    [
      "logged in already",
      ["* PREAUTH IMAP4rev1 welcome back\r\n"],
      'logged in already, which leaves no room for TLS: "* PREAUTH IMAP4rev1 welcome back"',
    ],
    ["logged in already, later", ["* OK x\r\n", "* PREAUTH now\r\n"], "logged in already"],
    ["no service", ["* BYE full\r\n"], 'does not want us: "* BYE full"'],
    ["no service, later", ["* OK x\r\n", "* CAPABILITY STARTTLS\r\nA1 OK\r\n", "* BYE\r\n"], "does not want us"],
    ["another greeting", ["* CAPABILITY STARTTLS\r\n"], "does not greet as IMAP does"],
    ["a tagged greeting", ["A1 OK\r\n"], "does not greet as IMAP does"],
    ["offered in the greeting alone", ["* OK [CAPABILITY STARTTLS] x\r\n", "* CAPABILITY IMAP4rev1\r\nA1 OK\r\n"], NOT_OFFERED],
    ["offered as a part of a word", ["* OK x\r\n", "* CAPABILITY XSTARTTLS STARTTLSX AUTH=STARTTLS\r\nA1 OK\r\n"], NOT_OFFERED],
    ["offered in another response", ["* OK x\r\n", "* FLAGS STARTTLS\r\nA1 OK\r\n"], NOT_OFFERED],
    ["capabilities refused", ["* OK x\r\n", "A1 NO\r\n"], 'answers CAPABILITY with "A1 NO"'],
    ["refused", ["* OK x\r\n", "* CAPABILITY STARTTLS\r\nA1 OK\r\n", "A2 NO not now\r\n"], 'refuses STARTTLS: "A2 NO not now"'],
    ["BAD", ["* OK x\r\n", "* CAPABILITY STARTTLS\r\nA1 OK\r\n", "A2 BAD\r\n"], "refuses STARTTLS"],
    ["the tag of another", ["* OK x\r\n", "* CAPABILITY STARTTLS\r\nA2 OK\r\n"], "answers nothing"],
    ["a continuation", ["* OK x\r\n", "+ go\r\n"], "answers nothing"],
    ["a literal", ["* OK x\r\n", "* CAPABILITY STARTTLS {3}\r\n"], "a literal before TLS"],
    ["a line of more than 8192 bytes", [`* OK ${"x".repeat(8186)}\r\n`], "a line of more than 8192 bytes"],
    [
      "injected capabilities",
      ["* OK x\r\n", "* CAPABILITY STARTTLS\r\nA1 OK\r\n", "A2 OK\r\n* CAPABILITY AUTH=PLAIN\r\n"],
      "25 bytes came in clear",
    ],
  ],
  pop3: [
    ["no service", ["-ERR busy\r\n"], 'does not want us: "-ERR busy"'],
    ["another protocol", ["220 ftp\r\n"], "neither +OK nor -ERR"],
    ["+OKAY", ["+OKAY\r\n"], "neither +OK nor -ERR"],
    ["no capabilities", ["+OK\r\n", "-ERR what?\r\n"], NOT_OFFERED],
    ["not offered", ["+OK\r\n", "+OK\r\nXSTLS\r\nSTLS x\r\n.\r\n"], NOT_OFFERED],
    ["refused", ["+OK\r\n", "+OK\r\nSTLS\r\n.\r\n", "-ERR no certificate\r\n"], 'refuses STLS: "-ERR no certificate"'],
    ["a line of more than 512 bytes", [`+OK ${"x".repeat(507)}\r\n`], "a line of more than 512 bytes"],
    ["injected", ["+OK\r\n", "+OK\r\nSTLS\r\n.\r\n", "+OK\r\n+OK user\r\n"], "10 bytes came in clear"],
  ],
  nntp: [
    ["no service", ["400 busy\r\n"], 'does not want us: "400 busy"'],
    ["no capabilities", ["200 x\r\n", "500 what?\r\n"], NOT_OFFERED],
    ["not offered", ["200 x\r\n", "101 x\r\nVERSION 2\r\n.\r\n"], NOT_OFFERED],
    ["refused", ["200 x\r\n", "101 x\r\nSTARTTLS\r\n.\r\n", "580 no\r\n"], 'refuses STARTTLS: "580 no"'],
    ["several lines", ["200-x\r\n"], "a reply of several lines"],
    ["injected", ["200 x\r\n", "101 x\r\nSTARTTLS\r\n.\r\n", "382 go\r\n281 in\r\n"], "8 bytes came in clear"],
  ],
  ftp: [
    ["no service", ["421 busy\r\n"], 'does not want us: "421 busy"'],
    ["refused", ["220 x\r\n", "500 what?\r\n"], 'refuses AUTH TLS: "500 what?"'],
    ["334", ["220 x\r\n", "334 ADAT=\r\n"], "refuses AUTH TLS"],
    ["no reply", ["hello\r\n"], "sends no reply"],
    ["a reply without an end", [`220-x\r\n${"more\r\n".repeat(200)}`], "more than 128 lines"],
    ["injected", ["220 x\r\n", "234 go\r\n230 in\r\n"], "8 bytes came in clear"],
  ],
  xmpp: [
    ["no features", [`${XMPP_ANSWER}<stream:features/>`], NOT_OFFERED],
    ["a stream of version 0.9", [XMPP_ANSWER.replace("version='1.0' from", "version='0.9' from")], NOT_OFFERED],
    ["not offered", [`${XMPP_ANSWER}<stream:features><bind/></stream:features>`], NOT_OFFERED],
    ["another namespace", [`${XMPP_ANSWER}<stream:features><starttls xmlns='x'/></stream:features>`], NOT_OFFERED],
    ["no namespace", [`${XMPP_ANSWER}<stream:features><starttls/></stream:features>`], NOT_OFFERED],
    ["offered below another element", [`${XMPP_ANSWER}<stream:features><a><starttls ${XMPP_TLS}/></a></stream:features>`], NOT_OFFERED],
    ["offered in a value", [`${XMPP_ANSWER}<stream:features><a b="x ${XMPP_TLS}"/></stream:features>`], NOT_OFFERED],
    ["an error", [`${XMPP_ANSWER}<stream:error><host-unknown xmlns='y'/></stream:error>`], "the error <host-unknown xmlns='y'/>"],
    [
      "failure",
      [`${XMPP_ANSWER}<stream:features><starttls ${XMPP_TLS}/></stream:features>`, `<failure ${XMPP_TLS}/></stream:stream>`],
      "refuses STARTTLS: <failure",
    ],
    [
      "an error in place of proceed",
      [`${XMPP_ANSWER}<stream:features><starttls ${XMPP_TLS}/></stream:features>`, "<stream:error><x/>"],
      "the error <x/>",
    ],
    [
      "proceed of another namespace",
      [`${XMPP_ANSWER}<stream:features><starttls ${XMPP_TLS}/></stream:features>`, "<proceed xmlns='x'/>"],
      "no place there",
    ],
    [
      "proceed with content",
      [`${XMPP_ANSWER}<stream:features><starttls ${XMPP_TLS}/></stream:features>`, `<proceed ${XMPP_TLS}><x/>`],
      "no place there",
    ],
    [
      "proceed with a text",
      [`${XMPP_ANSWER}<stream:features><starttls ${XMPP_TLS}/></stream:features>`, `<proceed ${XMPP_TLS}>x</proceed>`],
      "no place there",
    ],
    ["a message first", [`${XMPP_ANSWER}<message>`], "sends <message>, which has no place there"],
    ["the stream's end", [`${XMPP_ANSWER}</stream:stream>`], "no place there"],
    ["a stream that is empty", ["<stream:stream version='1.0'/>"], "no place there"],
    ["text", [`x${XMPP_ANSWER}`], "sends text before <?xml"],
    ["a document type", ["<!DOCTYPE x>"], "XML that XMPP does not allow"],
    ["a comment", [`${XMPP_ANSWER}<stream:features><!-- ${XMPP_TLS} -->`], "XML that XMPP does not allow"],
    ["a broken attribute", [`${XMPP_ANSWER}<stream:features><starttls xmlns/></stream:features>`], "a broken attribute"],
    ["an attribute without quotes", ["<stream:stream version=1.0>"], "a broken attribute"],
    ["features that end otherwise", [`${XMPP_ANSWER}<stream:features></x>`], "no place there"],
    ["a tag of more than 1024 bytes", [`<a${"x".repeat(1024)}`], "a tag of more than 1024 bytes"],
    ["more than 16384 bytes", [`${XMPP_ANSWER}<stream:features>${"<a/>".repeat(5000)}`], "more than 16384 bytes before TLS"],
    [
      "stanzas behind proceed",
      [`${XMPP_ANSWER}<stream:features><starttls ${XMPP_TLS}/></stream:features>`, `<proceed ${XMPP_TLS}/><success/>`],
      "10 bytes came in clear",
    ],
  ],
  ldap: [
    ["it does not know StartTLS", [ldapAnswer(2, "what?")], 'result 2 protocolError (it does not know StartTLS): "what?"'],
    ["unavailable", [ldapAnswer(52, "no certificate")], 'result 52 unavailable: "no certificate"'],
    ["referral", [ldapAnswer(10)], "result 10 referral"],
    ["unwilling, busy, other", [ldapAnswer(80, "hm")], 'result 80: "hm"'],
    [
      "notice of disconnection",
      [ldapAnswer(52, "closing", "\x8a\x161.3.6.1.4.1.1466.20036", 0)],
      'message 0 in place of 1, result 52 "closing"',
    ],
    ["another message", [ldapAnswer(0, "", "", 2)], "message 2 in place of 1"],
    ["another extended response", [ldapAnswer(0, "", "\x8a\x161.3.6.1.4.1.1466.20036")], "20036"],
    ["a value", [ldapAnswer(0, "", "\x8a\x161.3.6.1.4.1.1466.20037\x8b\x01x")], "more behind its response name"],
    ["a bind response", ["\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00"], "has no element 0x78"],
    ["no result", ["\x30\x05\x02\x01\x01\x78\x00"], "has no element 0xa"],
    [
      "an element that is longer than its message",
      ["\x30\x0c\x02\x01\x01\x78\x08\x0a\x01\x00\x04\x00\x04\x00"],
      "an element of 8 bytes where 7 may be",
    ],
    ["an indefinite length", ["\x30\x80"], "a length of the form 0x80"],
    ["a length of five bytes", ["\x30\x85"], "a length of the form 0x85"],
    ["4 GB", ["\x30\x84\xff\xff\xff\xff"], "an element of 4294967295 bytes"],
    ["a negative result", ["\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x80\x04\x00\x04\x00"], "a number of 1 bytes"],
    ["something behind the response", ["\x30\x0e\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00\x05\x00"], "has no element 0xa0"],
    ["another protocol", ["HTTP/1.1 400"], "does not begin as an LDAPMessage"],
    ["a message behind the answer", [`${ldapAnswer(0)}${ldapAnswer(0)}`], "14 bytes came in clear"],
  ],
  postgres: [
    ["N", ["N"], NOT_OFFERED],
    ["E, whose text is not shown", ["E\0\0\0\x10SFATAL\0"], "answers the request for TLS with an error (E)"],
    ["bytes behind S", ["SR\0\0\0\x08\0\0\0\0"], "9 bytes came in clear"],
    ["another protocol", ["H"], 'with "H", which is neither S nor N'],
  ],
  mysql: [
    ["without TLS", [mysqlGreeting(0xf7ff)], NOT_OFFERED],
    ["older than 4.1", [mysqlGreeting(0x0800)], "older than MySQL 4.1"],
    ["an error packet", [mysqlPacket("\xff\x69\x04Host is blocked")], 'error 1129 "Host is blocked"'],
    ["version 9", [mysqlGreeting(0xffff, 0, "\x09")], "has version 9, not 10"],
    ["another number", [mysqlPacket("\x0a", 1)], "does not begin with a handshake packet"],
    ["an empty packet", [mysqlPacket("")], "does not begin with a handshake packet"],
    ["a packet of 513 bytes", ["\x01\x02\x00\x00"], "does not begin with a handshake packet"],
    ["another protocol", ["220 smtp\r\n"], "does not begin with a handshake packet"],
    ["a version without an end", [mysqlPacket(`\x0a${"x".repeat(40)}`)], "cut short"],
    ["cut before the capabilities", [mysqlPacket("\x0a1\0\0\0\0\0saltsalt\0\xff")], "cut short"],
    ["a packet behind the handshake", [mysqlGreeting(0xffff) + mysqlPacket("\0", 2)], "5 bytes came in clear"],
  ],
  sieve: [
    ["not offered", ['"IMPLEMENTATION" "STARTTLS"\r\nOK\r\n'], NOT_OFFERED],
    ["no service", ['BYE "busy"\r\n'], 'does not want us: "BYE \\x22busy\\x22"'],
    ["refused", ['"STARTTLS"\r\nOK\r\n', "NO\r\n"], 'refuses STARTTLS: "NO"'],
    ["a literal", ['"STARTTLS"\r\n"SASL" {5}\r\n'], "a literal before TLS"],
    ["another protocol", ["220 x\r\n"], "does not speak ManageSieve"],
    ["capabilities in place of an answer", ['"STARTTLS"\r\nOK\r\n', '"STARTTLS"\r\n'], "does not speak ManageSieve"],
    ["a line of more than 2064 bytes", [`"A" "${"x".repeat(2060)}"\r\n`], "a line of more than 2064 bytes"],
    ["capabilities behind the go-ahead", ['"STARTTLS"\r\nOK\r\n', 'OK\r\n"SASL" "PLAIN"\r\n'], "16 bytes came in clear"],
  ],
};

describe("STARTTLS clients: no TLS, no connection", () => {
  for (const { protocol, make, lines } of DIALOGS)
    for (const [title, says, reason] of CASES[protocol] ?? [])
      it(`${protocol}: ${title}`, () => {
        // LMTP's are SMTP's, and the whole is the same byte by byte, but for what comes behind a go-ahead: that is then TLS's affair.
        for (const cut of reason.includes("came in clear") ? [false] : [false, true]) {
          const negotiation = make();
          const ours = words({ protocol, make, lines });
          let sent = taken(negotiation);
          for (const text of says) sent += sayCut(negotiation, text, cut ? Array.from({ length: text.length }, (_, i) => i) : []);
          const told = expectFailed(negotiation);
          expect(told).to.contain(`${protocol}: `).and.to.contain(reason);
          for (let i = 0; i < told.length; i++) expect(told.charCodeAt(i)).to.be.within(0x20, 0x7e + (told[i] === "…" ? 0x2000 : 0));
          expect(ours.startsWith(sent), sent).to.equal(true);
        }
      });
});

function words({ lines }: Dialog): string {
  return lines.map(([who, text]) => (who === ">" ? text : "")).join("");
}
