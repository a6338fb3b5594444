// STARTTLS servers: what clients say before TLS leads to TLS or to nothing, and what they put behind their request is dropped.
import { expect } from "chai";
import { ImapStartTlsServer } from "../../../src/starttls/imap-server.js";
import { FAILED, NEGOTIATING } from "../../../src/starttls/negotiation.js";
import { NntpStartTlsServer } from "../../../src/starttls/nntp-server.js";
import { Pop3StartTlsServer } from "../../../src/starttls/pop3-server.js";
import type { ServerNegotiation } from "../../../src/starttls/server-negotiation.js";
import { SmtpStartTlsServer } from "../../../src/starttls/smtp-server.js";
import { DIALOGS, type Line } from "./dialogs.js";
import { expectReady, say, sayCut, taken, talk } from "./talk.js";

interface Service {
  readonly protocol: string;
  make(): ServerNegotiation;
  /** "<": a client's words; ">": the server's. */
  readonly lines: readonly Line[];
  /** What asks for TLS, what goes ahead, and a command that would be served if it were not dropped, or came in clear. */
  readonly ask: string;
  readonly go: string;
  readonly login: string;
  readonly refused: string;
}

const SERVICES: readonly Service[] = [
  {
    protocol: "smtp",
    make: () => new SmtpStartTlsServer("mx.example"),
    lines: [
      [">", "220 mx.example ESMTP\r\n"],
      ["<", "ehlo me\r\n"],
      [">", "250-mx.example\r\n250 STARTTLS\r\n"],
      ["<", "NOOP\r\nrset\r\nHELO me\r\nSTARTTLS now\r\nMAIL FROM:<a@b>\r\n\r\n"],
      [
        ">",
        "250 2.0.0 done\r\n250 2.0.0 done\r\n250 mx.example\r\n501 5.5.4 STARTTLS has no parameters\r\n530 5.7.0 say STARTTLS first\r\n530 5.7.0 say STARTTLS first\r\n",
      ],
      ["<", "starttls\r\n"],
      [">", "220 2.0.0 begin TLS\r\n"],
    ],
    ask: "STARTTLS\r\n",
    go: "220 2.0.0 begin TLS\r\n",
    login: "MAIL FROM:<a@b>\r\n",
    refused: "530 5.7.0 say STARTTLS first\r\n",
  },
  {
    protocol: "imap",
    make: () => new ImapStartTlsServer(),
    lines: [
      [">", "* OK [CAPABILITY IMAP4rev2 IMAP4rev1 STARTTLS LOGINDISABLED] IMAP\r\n"],
      ["<", "a.1 capability\r\n"],
      [">", "* CAPABILITY IMAP4rev2 IMAP4rev1 STARTTLS LOGINDISABLED\r\na.1 OK done\r\n"],
      ["<", "x NOOP\r\n* NOOP\r\n\r\nx\r\n NOOP\r\nx SELECT INBOX\r\nx AUTHENTICATE PLAIN\r\n"],
      [
        ">",
        "x OK done\r\n* BAD there is no tag\r\n* BAD there is no tag\r\n* BAD there is no tag\r\n* BAD there is no tag\r\nx BAD say STARTTLS first\r\nx NO [PRIVACYREQUIRED] say STARTTLS first\r\n",
      ],
      ["<", "z9-_ StartTLS\r\n"],
      [">", "z9-_ OK begin TLS\r\n"],
    ],
    ask: "t STARTTLS\r\n",
    go: "t OK begin TLS\r\n",
    login: "a LOGIN joe secret\r\n",
    refused: "a NO [PRIVACYREQUIRED] say STARTTLS first\r\n",
  },
  {
    protocol: "pop3",
    make: () => new Pop3StartTlsServer(),
    lines: [
      [">", "+OK POP3\r\n"],
      ["<", "capa\r\nSTLS x\r\n"],
      [">", "+OK\r\nSTLS\r\n.\r\n-ERR say STLS first\r\n"],
      ["<", "stls\r\n"],
      [">", "+OK begin TLS\r\n"],
    ],
    ask: "STLS\r\n",
    go: "+OK begin TLS\r\n",
    login: "USER joe\r\n",
    refused: "-ERR say STLS first\r\n",
  },
  {
    protocol: "nntp",
    make: () => new NntpStartTlsServer(),
    lines: [
      [">", "201 NNTP\r\n"],
      ["<", "capabilities\r\nMODE READER\r\n"],
      [">", "101 capabilities\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n483 say STARTTLS first\r\n"],
      ["<", "starttls\r\n"],
      [">", "382 begin TLS\r\n"],
    ],
    ask: "STARTTLS\r\n",
    go: "382 begin TLS\r\n",
    login: "AUTHINFO USER joe\r\n",
    refused: "483 say STARTTLS first\r\n",
  },
];

function failed(server: ServerNegotiation): string {
  expect(server.state).to.equal(FAILED);
  return server.failure?.reason ?? "";
}

describe("STARTTLS servers", () => {
  for (const { protocol, make, lines, ask, go, login, refused } of SERVICES)
    describe(protocol, () => {
      it("leads to TLS, in one piece and byte by byte", () => {
        talk(make(), lines);
        const slow = make();
        talk(slow, lines, (text) => Array.from({ length: text.length }, (_, i) => i));
        expectReady(slow);
      });

      it("understands our own client", () => {
        const client = DIALOGS.find((dialog) => dialog.protocol === protocol)?.make() as { state: number };
        const server = make();
        for (let i = 0; i < 10 && client.state === NEGOTIATING; i++) {
          say(client as never, taken(server));
          say(server, taken(client as never));
        }
        expectReady(client as never);
        expectReady(server);
        expect(taken(server)).to.equal("");
      });

      it("drops what comes behind the request, and forgets what came before", () => {
        const server = make();
        taken(server);
        say(server, ask + login);
        expect(taken(server)).to.equal(go);
        expectReady(server);
        say(server, login.repeat(1000));
        expect(taken(server)).to.equal("");
        expectReady(server);
      });

      it("serves nothing in clear", () => {
        const server = make();
        taken(server);
        say(server, login);
        expect(taken(server)).to.equal(refused);
        expect(server.state).to.equal(NEGOTIATING);
      });

      it("answers a farewell and ends", () => {
        const server = make();
        taken(server);
        say(server, protocol === "imap" ? "x LOGOUT\r\n" : "quit\r\n");
        expect(taken(server)).to.match(/goodbye\r\n/);
        expect(taken(server)).to.equal("");
        expect(failed(server)).to.contain("the client left without TLS");
        expect(server.failure?.alert).to.equal("connection_lost");
      });

      it("bounds lines and commands", () => {
        for (const flood of [
          "a".repeat(5000),
          `${"a".repeat(300)}`.repeat(3),
          "\x16\x03\x01\x02\x00\x01",
          "NOOP\n",
          "a NOOP\r\n".repeat(33),
        ]) {
          const server = make();
          taken(server);
          const sent = sayCut(server, flood, []);
          expect(failed(server), flood.slice(0, 20)).to.match(/a line of more than|the byte \d+ in a line|LF alone|more than 32 commands/);
          expect(sent.length).to.be.below(3000);
          say(server, ask);
          expect(taken(server)).to.equal("");
        }
      });
    });

  it("imap: a literal's content is never read as a command", () => {
    const server = new ImapStartTlsServer();
    taken(server);
    say(server, "a LOGIN {10}\r\nb STARTTLS\r\n");
    expect(taken(server)).to.equal("* BYE say STARTTLS first\r\n");
    failed(server);
  });

  it("smtp: a name that would break a line is refused", () => {
    expect(() => new SmtpStartTlsServer("a\r\nb")).to.throw(RangeError);
  });
});
