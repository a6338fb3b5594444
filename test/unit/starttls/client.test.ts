// STARTTLS clients: every split of the server's words leads to TLS, and no damage to them ever makes us say more than the protocol's words.
import { expect } from "chai";
import { LdapStartTls } from "../../../src/starttls/ldap.js";
import type { MysqlStartTls } from "../../../src/starttls/mysql.js";
import { FAILED, NEGOTIATING, READY } from "../../../src/starttls/negotiation.js";
import { SmtpStartTls } from "../../../src/starttls/smtp.js";
import { XmppStartTls } from "../../../src/starttls/xmpp.js";
import { DIALOGS, type Dialog, ldapAnswer, mysqlGreeting, START_TLS } from "./dialogs.js";
import { expectFailed, expectReady, say, sayCut, taken, talk } from "./talk.js";

function positions(text: string): number[] {
  return Array.from({ length: text.length }, (_, i) => i);
}

/** The client and what it has sent, at the moment when the server has said `count` bytes in all. */
function said({ make, lines }: Dialog, count: number): { negotiation: ReturnType<Dialog["make"]>; left: string } {
  const negotiation = make();
  taken(negotiation);
  let left = count;
  for (const [who, text] of lines) {
    if (who === ">") continue;
    const part = text.slice(0, left);
    sayCut(negotiation, part, []);
    if (part.length < text.length) return { negotiation, left: text.slice(part.length) };
    left -= part.length;
  }
  return { negotiation, left: "" };
}

function wordsOf({ lines }: Dialog, who: "<" | ">"): string {
  return lines.map(([whose, text]) => (whose === who ? text : "")).join("");
}

describe("STARTTLS clients", () => {
  for (const dialog of DIALOGS) {
    const { protocol, make, lines } = dialog;
    const all = wordsOf(dialog, "<");

    describe(protocol, () => {
      it("leads to TLS, in one piece, byte by byte, and cut in two anywhere", () => {
        talk(make(), lines);
        const slow = make();
        talk(slow, lines, positions);
        expectReady(slow);
        const longest = Math.max(...lines.map(([, text]) => text.length));
        for (let cut = 1; cut < longest; cut++) {
          const negotiation = make();
          talk(negotiation, lines, (text) => (cut < text.length ? [cut] : []));
          expectReady(negotiation);
        }
      });

      it("is not ready one byte before the end, and fails where the server ends there or earlier", () => {
        for (let count = 0; count < all.length; count++) {
          const { negotiation } = said(dialog, count);
          expect(negotiation.state, `after ${count} bytes`).to.equal(NEGOTIATING);
          negotiation.receivedEnd();
          expect(expectFailed(negotiation, "connection_lost")).to.contain("before TLS began");
        }
      });

      it("a byte behind the go-ahead is a failure, in the same piece or in the next one, and what we had to say is not said", () => {
        const { negotiation } = said(dialog, all.length - 1);
        say(negotiation, `${all.slice(-1)}\x16\x03\x01`);
        expect(expectFailed(negotiation)).to.contain("3 bytes came in clear behind the go-ahead");
        const next = said(dialog, all.length).negotiation;
        expectReady(next);
        say(next, "x");
        expect(expectFailed(next)).to.contain('a byte came in clear behind the go-ahead, "x"');
      });

      it("any byte changed: the dialog's own words, or a failure", () => {
        const ours = wordsOf(dialog, ">");
        for (let at = 0; at < all.length; at++)
          for (const change of [1, 0x80]) {
            const negotiation = make();
            let sent = taken(negotiation);
            const changed = all.slice(0, at) + String.fromCharCode(all.charCodeAt(at) ^ change) + all.slice(at + 1);
            let from = 0;
            for (const [who, { length }] of lines) {
              if (who === ">") continue;
              sent += sayCut(negotiation, changed.slice(from, from + length), []);
              from += length;
            }
            // Flags of MySQL's packet that we give back are the server's own.
            if (protocol !== "mysql") expect(ours.startsWith(sent), `byte ${at} ^ ${change}: sent ${sent}`).to.equal(true);
            if (negotiation.state === READY && protocol !== "mysql") expect(sent).to.equal(ours);
            if (negotiation.state === FAILED) expectFailed(negotiation);
          }
      });

      it("garbage, endless lines and endless lists end soon, whatever was said before", () => {
        const floods = [
          "\x00\x01\x02\xff\xfe",
          "a",
          "HTTP/1.1 400 Bad Request\r\n",
          "250-more\r\n",
          "* OK more\r\n",
          '"more" "and more"\r\n',
          "<a>",
          "<a b='",
          `<a b='${"x".repeat(9000)}`,
          "\x16\x03\x03\x00\x7a\x02\x00\x00\x76",
          "\x30\x84\xff\xff\xff\xff",
          "\r\n",
        ];
        for (const [i, text] of floods.entries()) {
          const { negotiation } = said(dialog, [0, all.length >> 1, all.length - 1][i % 3] as number);
          sayCut(negotiation, text.repeat(Math.ceil(17_000 / text.length)), []);
          expectFailed(negotiation);
        }
      });
    });
  }

  it("answers that come before their question are refused", () => {
    for (const { make, lines, protocol } of DIALOGS) {
      if (lines.filter(([who]) => who === "<").length < 2) continue;
      const negotiation = make();
      if (lines[0]?.[0] === ">") taken(negotiation);
      const words = lines.filter(([who]) => who === "<").map(([, text]) => text);
      say(negotiation, words.join(""));
      expect(expectFailed(negotiation), protocol).to.match(/answers before it is asked|answers nothing/);
    }
    const hasty = new LdapStartTls();
    say(hasty, ldapAnswer(0));
    expect(expectFailed(hasty)).to.contain("answers before it is asked");
  });

  it("names that would break a line or a tag are refused before anything is said", () => {
    for (const name of ["", "a b", "a\r\nMAIL FROM:<x>", "a\tb", "é", "<x>", "a'b", 'a"b', "a&b", "x".repeat(256)]) {
      expect(() => new SmtpStartTls(name), name).to.throw(RangeError, "starttls: ");
      expect(() => new XmppStartTls(name), name).to.throw(RangeError, "starttls: ");
    }
    expect(taken(new XmppStartTls("[::1]"))).to.contain("to='[::1]'");
  });

  it("xmpp: proceed may be written as two tags, and attributes in either quotes", () => {
    const dialog = DIALOGS.find(({ protocol }) => protocol === "xmpp") as Dialog;
    const proceed = `<proceed a='b' xmlns="urn:ietf:params:xml:ns:xmpp-tls" ></proceed>`;
    for (const cuts of [[], positions(proceed)]) {
      const { negotiation } = said(dialog, wordsOf(dialog, "<").length - (dialog.lines.at(-1)?.[1].length ?? 0));
      sayCut(negotiation, proceed.slice(0, -1), cuts);
      expect(negotiation.state).to.equal(NEGOTIATING);
      say(negotiation, ">");
      expectReady(negotiation);
    }
  });

  it("ldap: lengths of BER's longer forms, a referral and controls", () => {
    const forms = [
      "\x30\x84\x00\x00\x00\x10\x02\x01\x01\x78\x84\x00\x00\x00\x07\x0a\x01\x00\x04\x00\x04\x00",
      "\x30\x81\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00",
      `\x30\x12\x02\x01\x01\x78\x09\x0a\x01\x00\x04\x00\x04\x00\xa3\x00\xa0\x02\x30\x00`,
    ];
    for (const form of forms)
      for (const cuts of [[], positions(form)]) {
        const ldap = new LdapStartTls();
        expect(taken(ldap)).to.equal(START_TLS);
        sayCut(ldap, form, cuts);
        expectReady(ldap);
      }
  });

  it("mysql: the handshake packet is there for logging in; flags that the server lacks are not asked for", () => {
    const mysql = DIALOGS.find(({ protocol }) => protocol === "mysql")?.make() as MysqlStartTls;
    say(mysql, mysqlGreeting(0x0a00, 0));
    expect(taken(mysql).slice(4, 8)).to.equal("\x00\x0a\x00\x00");
    expectReady(mysql);
    expect(mysql.handshake?.[0]).to.equal(10);
    expect(mysql.handshake?.length).to.equal(mysqlGreeting(0).length - 4);
  });
});
