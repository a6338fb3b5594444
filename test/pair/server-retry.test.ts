// HelloRetryRequest of the server (RFC 9846 §4.2.4), its cookies, and what a second ClientHello may change (§4.2.2).
import { expect } from "chai";
import { illegal_parameter } from "../../src/alert.js";
import { hex, splice, unhex, vector16 } from "../peer/bytes.js";
import { keyShareBody } from "../peer/client-hello-make.js";
import * as E from "../peer/edit.js";
import { extension, keyShareEntry, numberList, serverNameBody } from "../peer/messages.js";
import { AES_128_GCM, CHACHA20_POLY1305, GROUP_P256, GROUP_X25519 } from "../peer/peer-crypto.js";
import type { ScriptedClientOptions } from "../peer/scripted-client.js";
import { clientIdentity } from "./client-fixture.js";
import { sampled } from "./effort.js";
import { NOW, SERVER_NAME } from "./fixture.js";
import { byteByByte, COOKIE_KEY, COOKIES, inPieces, OPEN, ServerBench, type ServerPair, type ServerParts } from "./server-pair.js";

const P256_POINT =
  "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
const OTHER_SHARE = { group: GROUP_P256, publicKey: unhex(`04${P256_POINT}`) };
const SYNTAX_OR_VALUE = [illegal_parameter, 50];

describe("server: HelloRetryRequest", function () {
  this.timeout(120000);
  const bench = new ServerBench();
  const EMPTY: ScriptedClientOptions = { shares: [], serverName: SERVER_NAME, alpn: ["http/1.1"] };
  const KINDS: readonly (readonly [string, ServerParts])[] = [
    ["without cookies", {}],
    ["with cookies", { cookies: COOKIES }],
  ];

  for (const [kind, server] of KINDS)
    describe(kind, () => {
      it("an empty key_share asks for the group that the server likes most (§4.3.8)", () => {
        const { client } = bench.open(EMPTY, server);
        expect(client.helloRetry!.group).to.equal(GROUP_X25519);
        expect(client.helloRetry!.cookie !== null).to.equal(server.cookies !== undefined);
        expect(client.serverHello!.group).to.equal(GROUP_X25519);
        expect(client.serverHello!.suite).to.equal(client.helloRetry!.suite);
      });

      for (const [name, groups, shares, wanted] of [
        ["the one group that both have", [0x001e, GROUP_P256], [], GROUP_P256],
        ["the client's order does not decide", [GROUP_P256, GROUP_X25519], [], GROUP_X25519],
        ["shares of unknown groups", [0x001e, 0x0100, GROUP_P256], [], GROUP_P256],
      ] as const)
        it(name, () => {
          const pair = bench.open({ ...EMPTY, groups, shares }, server);
          expect(pair.client.helloRetry!.group).to.equal(wanted);
          expect(pair.server.group!.id).to.equal(wanted);
        });

      it("a share of a group that is not ours, and another group that is", () => {
        const unknown = vector16(keyShareEntry(0x001e, new Uint8Array(56).fill(4)));
        const pair = bench.run(
          {
            groups: [0x001e, GROUP_P256],
            shares: [],
            transcript: "sent",
            mutate: (name, m) => (name === "client_hello" ? E.setExtension(m, 51, unknown) : m),
          },
          server,
        );
        pair.expectOpen();
        expect(pair.client.helloRetry!.group).to.equal(GROUP_P256);
      });

      it("no HelloRetryRequest where a share fits, though another group is liked more", () => {
        expect(bench.open({ groups: [GROUP_X25519, GROUP_P256], shares: [GROUP_P256] }, server).client.helloRetry).to.equal(null);
      });

      for (const suite of [AES_128_GCM, CHACHA20_POLY1305])
        it(`suite ${suite.toString(16)}`, () => {
          expect(bench.open({ ...EMPTY, suites: [suite] }, server).client.suite).to.equal(suite);
        });

      it("one change_cipher_spec in all, behind the HelloRetryRequest (Appendix E.4)", () => {
        expect(bench.open(EMPTY, server).client.changeCipherSpecs).to.equal(1);
        expect(bench.open({ ...EMPTY, sessionId: new Uint8Array(0) }, server).client.changeCipherSpecs).to.equal(0);
      });

      it("client authentication behind it, in slices, in pieces", () => {
        for (const delivery of [byteByByte, inPieces(20)])
          bench.open(
            { ...EMPTY, identity: clientIdentity(), grease: true },
            { ...server, host: bench.asked(true), sliceSteps: 3 },
            delivery,
          );
      });

      it("padding may come, go and change (§4.2.2); early_data may go", () => {
        bench.open({ ...EMPTY, lastExtensions: [extension(21, new Uint8Array(50))] }, server);
        for (const change of [(m: Uint8Array) => E.addExtension(m, 21, new Uint8Array(9)), (m: Uint8Array) => E.addExtension(m, 21, [])])
          bench.open({ ...EMPTY, mutate: (name, m) => (name === "second_client_hello" ? change(m) : m) }, server);
        for (const change of [(m: Uint8Array) => E.dropExtension(m, 21), (m: Uint8Array) => E.setExtension(m, 21, new Uint8Array(99))])
          bench.open(
            {
              ...EMPTY,
              lastExtensions: [extension(21, new Uint8Array(50))],
              mutate: (name, m) => (name === "second_client_hello" ? change(m) : m),
            },
            server,
          );
      });

      describe("a second ClientHello that changes what it may not (§4.2.2)", () => {
        const CHANGES: readonly (readonly [string, number | readonly number[], (m: Uint8Array) => Uint8Array])[] = [
          ["random", illegal_parameter, (m) => E.setByte(m, E.CLIENT_HELLO.random + 31, m[E.CLIENT_HELLO.random + 31]! ^ 1)],
          ["legacy_session_id", illegal_parameter, (m) => E.setByte(m, 50, m[50]! ^ 1)],
          ["legacy_session_id, shorter", illegal_parameter, (m) => E.fixLength(splice(m, E.CLIENT_HELLO.sessionId, 2, [31]))],
          ["one suite less", illegal_parameter, (m) => E.fixLength(splice(m, E.CLIENT_HELLO.suites, 6, numberList([CHACHA20_POLY1305])))],
          [
            "one suite more",
            illegal_parameter,
            (m) => E.fixLength(splice(m, E.CLIENT_HELLO.suites, 6, numberList([AES_128_GCM, CHACHA20_POLY1305, 0x1302]))),
          ],
          ["suites in another order", illegal_parameter, (m) => E.setU16(E.setU16(m, 73, CHACHA20_POLY1305), 75, AES_128_GCM)],
          ["no suite of ours any more", illegal_parameter, (m) => E.setU16(E.setU16(m, 73, 0x1399), 75, 0x1398)],
          ["a session id that lends two bytes to the suites", illegal_parameter, shiftedSessionId],
          ["server_name", illegal_parameter, (m) => E.setExtension(m, 0, serverNameBody("other.test"))],
          ["no server_name any more", illegal_parameter, (m) => E.dropExtension(m, 0)],
          ["ALPN", illegal_parameter, (m) => E.setExtension(m, 16, [0, 3, 2, 104, 50])],
          ["supported_groups", illegal_parameter, (m) => E.setExtension(m, 10, numberList([GROUP_X25519]))],
          ["signature_algorithms", illegal_parameter, (m) => E.setExtension(m, 13, numberList([0x0403, 0x0804]))],
          ["supported_versions", illegal_parameter, (m) => E.setExtension(m, 43, [4, 3, 4, 3, 3])],
          ["an extension more", illegal_parameter, (m) => E.addExtension(m, 0x1234, [])],
          ["extensions in another order", illegal_parameter, (m) => E.editExtensions(m, (list) => [...list.slice(1), list[0]!])],
          ["no share", illegal_parameter, (m) => E.setExtension(m, 51, [0, 0])],
          ["a share of another group", illegal_parameter, (m) => E.setExtension(m, 51, keyShareBody([OTHER_SHARE]))],
          [
            "the share, and one of another group",
            illegal_parameter,
            (m) => E.setExtension(m, 51, keyShareBody([{ group: GROUP_X25519, publicKey: new Uint8Array(32).fill(9) }, OTHER_SHARE])),
          ],
          [
            "a share of a group that nobody knows",
            illegal_parameter,
            (m) => E.setExtension(m, 51, vector16(keyShareEntry(0x1e, new Uint8Array(56)))),
          ],
          ["no key_share", [illegal_parameter, 109], (m) => E.dropExtension(m, 51)],
          ["TLS 1.2 now", [illegal_parameter, 70], (m) => E.setExtension(m, 43, [2, 3, 3])],
          ["the first ClientHello again", illegal_parameter, (m) => E.dropExtension(E.setExtension(m, 51, [0, 0]), 44)],
        ];
        for (const [name, alert, change] of CHANGES)
          it(name, () => {
            bench
              .run({ ...EMPTY, mutate: (which, m) => (which === "second_client_hello" ? change(m) : m) }, server)
              .expectAlert(alert, null, false);
          });
      });
    });

  describe("cookies (§4.3.2)", () => {
    const withCookie = (change: (cookie: Uint8Array) => Uint8Array): ScriptedClientOptions => ({
      ...EMPTY,
      mutate: (name, m) => {
        if (name !== "second_client_hello") return m;
        const cookie = E.extensionsOf(m)
          .find((one) => one.type === 44)!
          .body.slice(2);
        return E.setExtension(m, 44, vector16(change(cookie)));
      },
    });

    /** The second ClientHello goes to another server, on a connection of its own. */
    function moved(client: ScriptedClientOptions, first: ServerParts, second: ServerParts): ServerPair {
      const pair = bench.pair(client, first);
      let seen = false;
      const wrapped = pair.client.receiveRecords.bind(pair.client);
      pair.client.receiveRecords = (bytes) => {
        const answer = wrapped(bytes);
        if (!seen && pair.client.helloRetry !== null) {
          seen = true;
          pair.tested = bench.server(second);
        }
        return answer;
      };
      pair.run();
      expect(seen).to.equal(true);
      return pair;
    }

    it("every bit of it counts", () => {
      const { length } = bench.open(EMPTY, { cookies: COOKIES }).client.helloRetry!.cookie!;
      for (const at of sampled(0, length - 1, 6))
        bench
          .run(
            withCookie((cookie) => E.setByte(cookie, at, cookie[at]! ^ (1 << (at % 8)))),
            { cookies: COOKIES },
          )
          .expectAlert(illegal_parameter, /cookie/, false);
    });

    for (const [name, change] of [
      ["cut by a byte", (cookie: Uint8Array) => cookie.slice(0, -1)],
      ["a byte longer", (cookie: Uint8Array) => splice(cookie, cookie.length, 0, [0])],
      ["one byte", () => new Uint8Array(1)],
      ["31 bytes", () => new Uint8Array(31)],
      ["32 bytes", () => new Uint8Array(32)],
      ["73 bytes", () => new Uint8Array(73).fill(1)],
      ["1,000 bytes", () => new Uint8Array(1000).fill(1)],
    ] as const)
      it(`forged: ${name}`, () => {
        bench.run(withCookie(change), { cookies: COOKIES }).expectAlert(SYNTAX_OR_VALUE, /cookie/, false);
      });

    it("left out", () => {
      bench
        .run({ ...EMPTY, mutate: (name, m) => (name === "second_client_hello" ? E.dropExtension(m, 44) : m) }, { cookies: COOKIES })
        .expectAlert(illegal_parameter, /cookie/, false);
    });

    it("a forged one in a first ClientHello", () => {
      for (const shares of [[], [GROUP_X25519]])
        bench
          .run({ shares, lastExtensions: [extension(44, vector16(new Uint8Array(105).fill(1)))] }, { cookies: COOKIES })
          .expectAlert(illegal_parameter, shares.length === 0 ? null : /cookie/, false);
    });

    it("it says nothing in clear that another server with the same key could not check: two cookies differ", () => {
      const [a, b] = ["one", "two"].map((seed) => bench.open({ ...EMPTY, seed }, { cookies: COOKIES }).client.helloRetry!.cookie!);
      expect(hex(a!)).to.not.equal(hex(b!));
    });

    describe("a server without memory: the second ClientHello on a fresh connection", () => {
      const cookies: ServerParts = { cookies: COOKIES };

      for (const suite of [AES_128_GCM, CHACHA20_POLY1305])
        for (const group of [GROUP_X25519, GROUP_P256])
          it(`suite ${suite.toString(16)}, group ${group}`, () => {
            const pair = moved({ ...EMPTY, suites: [suite], groups: [group] }, cookies, cookies);
            pair.expectOpen();
            expect(pair.server.suite!.id).to.equal(suite);
            expect(pair.server.group!.id).to.equal(group);
            expect(pair.server.sni).to.equal(SERVER_NAME);
          });

      it("with client authentication, one byte at a time", () => {
        const parts = { ...cookies, host: bench.asked(true) };
        moved({ ...EMPTY, identity: clientIdentity() }, parts, parts).expectOpen();
      });

      it("without compatibility mode: no change_cipher_spec comes first", () => {
        moved({ ...EMPTY, sessionId: new Uint8Array(0) }, cookies, cookies).expectOpen();
      });

      it("a change_cipher_spec comes first, which a server without memory ignores (§4.3.2)", () => {
        const pair = moved(EMPTY, cookies, cookies);
        pair.expectOpen();
        expect(pair.server.state).to.equal(OPEN);
      });

      it("the last second of its life, and the first after it", () => {
        const later = (seconds: number): ServerParts => ({ ...cookies, clock: { seconds: () => NOW + seconds } });
        moved(EMPTY, cookies, later(COOKIES.lifetime)).expectOpen();
        moved(EMPTY, cookies, later(COOKIES.lifetime + 1)).expectAlert(illegal_parameter, /31 seconds/, false);
        moved(EMPTY, cookies, later(86400)).expectAlert(illegal_parameter, /cookie/, false);
      });

      it("from the future", () => {
        moved(EMPTY, cookies, { ...cookies, clock: { seconds: () => NOW - 1 } }).expectAlert(illegal_parameter, /cookie/, false);
      });

      it("a client at another address", () => {
        moved(EMPTY, cookies, { ...cookies, address: new Uint8Array([192, 0, 2, 8]) }).expectAlert(illegal_parameter, /cookie/, false);
        moved(EMPTY, cookies, { ...cookies, address: new Uint8Array(0) }).expectAlert(illegal_parameter, /cookie/, false);
      });

      it("a server with another key", () => {
        const key = COOKIE_KEY.slice();
        key[31] = 0;
        moved(EMPTY, cookies, { cookies: { ...COOKIES, key } }).expectAlert(illegal_parameter, /cookie/, false);
      });

      it("a server without cookies", () => {
        moved({ ...EMPTY, changeCipherSpec: false }, cookies, {}).expectAlert(illegal_parameter, /cookie/, false);
      });

      it("a server that lacks the suite or the group of the cookie", () => {
        const { provider } = bench;
        const less = (suites: readonly number[], groups: readonly number[]): ServerParts => ({
          ...cookies,
          provider: {
            ...provider,
            suites: provider.suites.filter((one) => suites.includes(one.id)),
            groups: provider.groups.filter((one) => groups.includes(one.id)),
          },
        });
        const both = [GROUP_X25519, GROUP_P256];
        moved(EMPTY, cookies, less([AES_128_GCM], both)).expectAlert([illegal_parameter, 40], null, false);
        moved(EMPTY, cookies, less([CHACHA20_POLY1305], [GROUP_P256])).expectAlert([illegal_parameter, 40], null, false);
      });

      it("what changed is seen there too (§4.2.2)", () => {
        for (const change of [
          (m: Uint8Array) => E.setByte(m, E.CLIENT_HELLO.random, m[E.CLIENT_HELLO.random]! ^ 1),
          (m: Uint8Array) => E.setExtension(m, 0, serverNameBody("other.test")),
          (m: Uint8Array) => E.setByte(m, 50, m[50]! ^ 1),
          (m: Uint8Array) => E.addExtension(m, 0x1234, []),
        ])
          moved({ ...EMPTY, mutate: (name, m) => (name === "second_client_hello" ? change(m) : m) }, cookies, cookies).expectAlert(
            illegal_parameter,
            null,
            false,
          );
      });

      it("a connection keeps its own cookie: one for the same ClientHello, given a second before, does not fit", () => {
        const early = bench.open(EMPTY, { ...cookies, clock: { seconds: () => NOW - 1 } }).client.helloRetry!.cookie!;
        bench
          .run(
            withCookie(() => early),
            cookies,
          )
          .expectAlert(illegal_parameter, /cookie/, false);
      });

      it("a connection keeps its own cookie: one of another connection does not fit", () => {
        const other = bench.open({ ...EMPTY, seed: "other" }, cookies).client.helloRetry!.cookie!;
        bench
          .run(
            withCookie(() => other),
            cookies,
          )
          .expectAlert(illegal_parameter, null, false);
      });
    });
  });
});

/** 30 bytes of session id; its last two stand before the suites, whose list is longer by one: together the same bytes. */
function shiftedSessionId(m: Uint8Array): Uint8Array {
  const id = m.slice(39, 71);
  const suites = m.slice(73, 77);
  return E.fixLength(splice(m, 38, 39, [30, ...id.slice(0, 30), 0, 6, ...id.slice(30), ...suites]));
}
