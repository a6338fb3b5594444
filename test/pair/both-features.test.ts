// Our client with our server: what they agree on, how they prove themselves, and how they end.

import { sha256 } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import type { HostLookup, VirtualHost } from "../../src/config.js";
import { type CryptoProvider, OUTSIDE } from "../../src/crypto/provider.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { ascii, hex, text } from "../peer/bytes.js";
import { type Both, BothBench, type BothParts, COOKIES, HANDSHAKING, pieces, step } from "./both.js";
import { p256Only, p256Retry } from "./both-parts.js";
import { clientAuthority, clientIdentity, clientIssuer } from "./client-fixture.js";
import { ON_XS } from "./effort.js";
import { AFTER_LEAF, otherAnchor, SERVER_ADDRESS, trustOf } from "./fixture.js";
import { identityOf, type SignerParts, TestSigner } from "./signer.js";

describe("client and server: features", function () {
  this.timeout(120000);
  const bench = new BothBench();
  const identity = (parts: SignerParts = {}) => identityOf(bench.crypto, clientIdentity(), parts);

  function talk(both: Both): void {
    both.expectOpen();
    both.write(both.client, ascii("GET /"));
    both.write(both.server, ascii("200 OK"));
    expect(text(both.serverReceived)).to.equal("GET /");
    expect(text(both.clientReceived)).to.equal("200 OK");
  }

  describe("suite × group × client authentication", () => {
    for (const suite of bench.provider.suites)
      for (const group of bench.provider.groups)
        for (const auth of ["none", "asked", "required"]) {
          const provider: CryptoProvider = { ...bench.provider, suites: [suite], groups: [group] };
          it(`${suite.name}, ${group.name}, ${auth}`, () => {
            const both = bench.opened({
              client: { provider, identities: [identity()] },
              server: { provider, host: auth === "none" ? {} : bench.asked(auth === "required") },
            });
            talk(both);
            expect(both.client.suite!.id).to.equal(suite.id);
            expect(both.server.group!.id).to.equal(group.id);
          });
        }
  });

  describe("what they agree on", () => {
    it("the server's order of suites", () => {
      const [first, second] = bench.provider.suites;
      const client = { provider: { ...bench.provider, suites: [second!, first!] } };
      expect(bench.opened({ client }).client.suite!.id).to.equal(first!.id);
    });

    it("the group of the client's share, where the server has it", () => {
      const groups = [...bench.provider.groups].reverse();
      expect(bench.opened({ client: { provider: { ...bench.provider, groups } } }).server.group!.id).to.equal(groups[0]!.id);
    });

    it("HelloRetryRequest: the one group that both have", () => {
      const both = bench.opened(p256Retry(bench));
      talk(both);
      expect(both.client.group!.id).to.equal(0x17);
    });

    it("ALPN, SNI, names in lower case", () => {
      const both = bench.opened({ client: { alpn: ["h2", "mqtt"], serverName: "SERVER.test" }, server: { host: { alpn: ["mqtt"] } } });
      expect(both.server.alpn).to.equal("mqtt");
      expect(both.server.sni).to.equal("server.test");
    });

    it("an address is never sent as a name", () => {
      expect(bench.opened({ client: { serverName: SERVER_ADDRESS } }).server.sni).to.equal("");
    });

    it("no overlap of ALPN: no_application_protocol, told to both", () => {
      const both = bench.joined({ client: { alpn: ["h2"] }, server: { host: { alpn: ["mqtt"] } } });
      both.expectAlert(both.server, "no_application_protocol");
    });

    it("no suite, no group in common: handshake_failure", () => {
      const { provider } = bench;
      const [a, b] = provider.suites;
      const [x, p] = provider.groups;
      for (const [client, server] of [
        [{ suites: [a!] }, { suites: [b!] }],
        [{ groups: [x!] }, { groups: [p!] }],
      ]) {
        const both = bench.joined({ client: { provider: { ...provider, ...client } }, server: { provider: { ...provider, ...server } } });
        both.expectAlert(both.server, "handshake_failure");
      }
    });
  });

  describe("proofs", () => {
    it("the server's chain is refused: the client tells why, the server knows", () => {
      const both = bench.joined({ client: { trust: trustOf(otherAnchor()) } });
      both.expectAlert(both.client, "unknown_ca");
      const late = bench.joined({ client: { clock: { seconds: () => AFTER_LEAF } } });
      late.expectAlert(late.client, "certificate_expired");
      const other = bench.joined({ client: { serverName: "other.test" } });
      other.expectAlert(other.client, "bad_certificate", /other\.test/);
    });

    it("the client has no certificate: open where it was asked, certificate_required where it must", () => {
      talk(bench.opened({ server: { host: bench.asked(false) } }));
      const both = bench.joined({ server: { host: bench.asked(true) } });
      both.expectAlert(both.server, "certificate_required");
    });

    it("the client's certificate is refused: unknown_ca, and its data is never given out", () => {
      const both = bench.join({
        client: { identities: [identity()] },
        server: { host: bench.asked(false, { trust: trustOf(otherAnchor()) }) },
      });
      both.run();
      both.expectAlert(both.server, "unknown_ca");
      expect(both.serverReceived).to.have.length(0);
    });

    it("as many identities as it can choose from", () => {
      const one = identity();
      const most = Math.floor(32 / one.key.schemes.length);
      talk(bench.opened({ client: { identities: Array.from({ length: most }, () => one) }, server: { host: bench.asked() } }));
      const more = Array.from({ length: 33 }, () => one);
      expect(() => bench.joined({ client: { identities: more } })).to.throw(RangeError, /signature schemes in all; 32 is the most/);
    });

    it("several identities: the first that the server's authorities and schemes allow", () => {
      const wrong = { ...identity({ schemes: [0x0804] }) };
      const elsewhere = { ...identity(), issuers: [new Uint8Array(32).fill(1)] };
      const right = { ...identity(), issuers: [sha256(clientIssuer()), sha256(clientAuthority())] };
      const signed: string[] = [];
      const watched = (name: string, one: typeof right) => ({
        ...one,
        key: {
          schemes: one.key.schemes,
          maxSignature: one.key.maxSignature,
          createSigner: () => {
            signed.push(name);
            return one.key.createSigner();
          },
        },
      });
      const identities = [watched("wrong", wrong as typeof right), watched("elsewhere", elsewhere), watched("right", right)];
      talk(bench.opened({ client: { identities }, server: { host: bench.asked(true, { authorities: [clientAuthority()] }) } }));
      expect(signed).to.deep.equal(["right"]);
    });

    it("no identity that the server's authorities allow: an empty Certificate", () => {
      const identities = [{ ...identity(), issuers: [new Uint8Array(32).fill(1)] }];
      const host = (required: boolean) => bench.asked(required, { authorities: [clientAuthority()] });
      talk(bench.opened({ client: { identities }, server: { host: host(false) } }));
      const both = bench.joined({ client: { identities }, server: { host: host(true) } });
      both.expectAlert(both.server, "certificate_required");
    });

    it("a signer that signs wrong: decrypt_error, on either side", () => {
      const server = bench.joined({ server: { host: { identities: [identityOf(bench.crypto, bench.identity, { broken: true })] } } });
      server.expectAlert(server.client, "decrypt_error");
      const client = bench.joined({ client: { identities: [identity({ broken: true })] }, server: { host: bench.asked() } });
      client.expectAlert(client.server, "decrypt_error");
    });
  });

  describe("operations elsewhere (resume())", () => {
    class Slow implements HostLookup {
      left: number;
      asked = 0;
      private readonly host: VirtualHost | null;

      constructor(times: number, host: VirtualHost | null) {
        this.left = times;
        this.host = host;
      }

      find(): VirtualHost | null | typeof OUTSIDE {
        this.asked++;
        return this.left-- > 0 ? OUTSIDE : this.host;
      }
    }

    const CASES: readonly (readonly [string, BothParts])[] = [
      ["plain", {}],
      ["HelloRetryRequest with a cookie", { ...p256Retry(bench), server: { ...p256Retry(bench).server, cookies: COOKIES } }],
      [
        "P-256 in slices of 3 steps",
        { client: { ...p256Only(bench).client, sliceSteps: 3 }, server: { ...p256Only(bench).server, sliceSteps: 3 } },
      ],
    ];
    for (const [name, parts] of CASES)
      for (const [toServer, toClient] of ON_XS
        ? [[50, 50]]
        : [
            [1, 1],
            [10000, 10000],
            [40, 1],
          ])
        it(`${name}: lookup, both signers; pieces of ${toServer} and ${toClient}`, () => {
          const server = bench.host({
            ...bench.asked(true),
            identities: [identityOf(bench.crypto, bench.identity, { outside: 3, steps: 9 })],
          });
          const hosts = new Slow(2, server);
          talk(
            bench.opened({
              client: { ...parts.client, identities: [identity({ outside: 4, steps: 5 })] },
              server: { ...parts.server, hosts },
              toServer: pieces(toServer!),
              toClient: pieces(toClient!),
            }),
          );
          expect(hosts.left).to.equal(-1);
        });

    it("nothing goes on without resume(): neither side is told to poll", () => {
      const hosts = new Slow(100, bench.host());
      const both = bench.joined({ server: { hosts }, resumes: false });
      expect(both.server.state).to.equal(HANDSHAKING);
      expect(both.server.wants & 4).to.equal(0);
      hosts.left = 0;
      both.server.resume();
      both.run();
      talk(both);
    });

    it("a client's key that is elsewhere: its own flight waits, the server's time is not wasted", () => {
      const key = new TestSigner(bench.crypto, clientIdentity().privateKey, { outside: 1000 });
      const both = bench.joined({
        client: { identities: [{ certificates: clientIdentity().chain, key }] },
        server: { host: bench.asked(true) },
        resumes: false,
      });
      expect(both.client.state).to.equal(HANDSHAKING);
      expect(both.client.wants & 4).to.equal(0);
      both.client.fail(80, "the secure element is gone");
      both.run();
      expect(both.server.failure!.alert).to.equal("internal_error");
    });

    it("an unknown name, found out late: unrecognized_name", () => {
      const both = bench.joined({ server: { hosts: new Slow(3, null) } });
      both.expectAlert(both.server, "unrecognized_name", /server\.test/);
    });

    it("virtual servers by name, each with its own proof and protocol", () => {
      const hosts = new VirtualHosts(
        [
          ["server.test", bench.host({ alpn: ["exact"] })],
          ["*.wild.test", bench.host({ alpn: ["wild"], ...bench.asked(true) })],
        ],
        null,
      );
      const alpn = ["wild", "exact"];
      const client = { alpn, identities: [identity()] };
      expect(bench.opened({ client, server: { hosts } }).client.alpn).to.equal("exact");
      expect(bench.opened({ client: { ...client, serverName: "a.wild.test" }, server: { hosts } }).client.alpn).to.equal("wild");
      const both = bench.joined({ client: { ...client, serverName: "wild.test" }, server: { hosts } });
      both.expectAlert(both.server, "unrecognized_name");
      const address = bench.joined({ client: { ...client, serverName: SERVER_ADDRESS }, server: { hosts } });
      address.expectAlert(address.server, "unrecognized_name");
    });
  });

  it("key logs of both sides are the same lines", () => {
    const lines: string[][] = [[], []];
    const log = (i: number) => (label: string, random: Uint8Array, secret: Uint8Array) => {
      lines[i]!.push(`${label} ${hex(random)} ${hex(secret)}`);
    };
    bench.opened({ client: { keyLog: log(0) }, server: { keyLog: log(1) } });
    expect(lines[0]!.sort()).to.deep.equal(lines[1]!.sort());
    expect(lines[0]).to.have.length(4);
  });

  it("many connections of one config, begun together, used in turns", () => {
    const config = { client: {}, server: {} };
    const all = Array.from({ length: ON_XS ? 3 : 30 }, () => bench.join({ ...config, toServer: pieces(11), toClient: pieces(17) }));
    for (let i = 0; i < 5; i++) for (const one of all) step(one, 10);
    for (const one of all) one.run();
    for (const one of all) talk(one);
  });
});
