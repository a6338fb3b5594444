// Virtual servers (RFC 6066 §3), ALPN (RFC 7301), the choice of an identity, and operations that are elsewhere: lookups and keys that answer later.
import { expect } from "chai";
import { handshake_failure, no_application_protocol, unrecognized_name } from "../../src/alert.js";
import type { HostLookup, VirtualHost } from "../../src/config.js";
import { OUTSIDE } from "../../src/crypto/provider.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { ascii, concat, hex, text } from "../peer/bytes.js";
import { GROUP_P256 } from "../peer/peer-crypto.js";
import type { ScriptedClientOptions } from "../peer/scripted-client.js";
import { clientIdentity } from "./client-fixture.js";
import { COOKIES, FAILED, HANDSHAKING, OPEN, ServerBench, type ServerPair, type ServerParts } from "./server-pair.js";
import { identityOf, TestSigner } from "./signer.js";

const WANT_RESUME = 4;

describe("server: virtual servers, ALPN, identities", function () {
  this.timeout(120000);
  const bench = new ServerBench();

  /** A host that can be told by its ALPN protocol. */
  const named = (name: string, more: Partial<VirtualHost> = {}): VirtualHost => bench.host({ alpn: [name], ...more });

  describe("names", () => {
    const hosts = new VirtualHosts(
      [
        ["server.test", named("exact")],
        ["*.test", named("wildcard")],
        ["deep.one.test", named("deep")],
        ["*.one.test", named("one")],
      ],
      named("default"),
    );
    const asked = ["exact", "wildcard", "deep", "one", "default"];
    const chosen = (serverName: string | null) => bench.open({ serverName, alpn: asked }, { hosts }).client.alpn;

    for (const [name, host] of [
      ["server.test", "exact"],
      ["SERVER.Test", "exact"],
      ["other.test", "wildcard"],
      ["a.test", "wildcard"],
      ["deep.one.test", "deep"],
      ["x.one.test", "one"],
      ["y.x.one.test", "default"],
      ["test", "default"],
      [".test", "default"],
      ["server.test.example", "default"],
      ["xserver.test.", "default"],
      ["one.test", "wildcard"],
      ["192.0.2.1", "default"],
      [null, "default"],
    ] as const)
      it(`${name ?? "no name"}: ${host}`, () => {
        expect(chosen(name)).to.equal(host);
      });

    it("the name asked for, in lower case, whatever host answers", () => {
      expect(bench.open({ serverName: "SERVER.Test", alpn: asked }, { hosts }).server.sni).to.equal("server.test");
      expect(bench.open({ serverName: "else.example", alpn: asked }, { hosts }).server.sni).to.equal("else.example");
      expect(bench.open({ serverName: null, alpn: asked }, { hosts }).server.sni).to.equal("");
    });

    it("a name of 255 bytes, and names of many labels", () => {
      for (const name of ["a".repeat(255), "a.".repeat(127).slice(0, -1), "x_y-z.test"])
        bench.open({ serverName: name, alpn: asked }, { hosts });
    });

    it("without a default: unrecognized_name, with the name in the reason (RFC 6066 §3)", () => {
      const strict = { hosts: new VirtualHosts([["server.test", bench.host()]]) };
      bench.open({ serverName: "server.test" }, strict);
      bench.run({ serverName: "unknown.test" }, strict).expectAlert(unrecognized_name, /unknown\.test/, false);
      bench.run({ serverName: null }, strict).expectAlert(unrecognized_name, /server_name/, false);
      bench.run({ serverName: "unknown.test", shares: [] }, strict).expectAlert(unrecognized_name, /unknown\.test/, false);
    });

    it("each host has its own identity, ALPN and client authentication", () => {
      const other = { chain: [bench.identity.chain[0]!], privateKey: bench.identity.privateKey };
      const parts = {
        hosts: new VirtualHosts([
          ["a.test", bench.host()],
          ["b.test", bench.host({ identities: [identityOf(bench.crypto, other)], ...bench.asked(true) })],
        ]),
      };
      const a = bench.open({ serverName: "a.test", identity: clientIdentity() }, parts);
      const b = bench.open({ serverName: "b.test", identity: clientIdentity() }, parts);
      expect(a.client.chain).to.have.length(2);
      expect(a.client.certificateRequest).to.equal(null);
      expect(b.client.chain).to.have.length(1);
      expect(b.client.certificateRequest).to.not.equal(null);
    });

    for (const name of ["", "*", "*.", "A.test", "a.test.", "a.*.test", "*.*.test", "x*.test"])
      it(`a host called "${name}" is refused, with its name in the reason`, () => {
        expect(() => new VirtualHosts([[name, bench.host()]])).to.throw(RangeError, `"${name}"`);
      });
  });

  describe("ALPN", () => {
    const choose = (
      server: readonly string[] | undefined,
      client: readonly string[] | undefined,
      more: ScriptedClientOptions = {},
    ): ServerPair =>
      bench.run({ ...more, ...(client === undefined ? {} : { alpn: client }) }, { host: server === undefined ? {} : { alpn: server } });

    it("the server's order decides", () => {
      expect(choose(["h2", "http/1.1"], ["http/1.1", "h2"]).client.alpn).to.equal("h2");
    });

    it("none of the client: none is answered", () => {
      const pair = choose(["h2"], undefined);
      pair.expectOpen();
      expect(pair.client.encryptedExtensions!.has(16)).to.equal(false);
      expect(pair.server.alpn).to.equal(null);
    });

    it("none of the server: ALPN is not answered", () => {
      for (const server of [undefined, []]) {
        const pair = choose(server, ["h2"]);
        pair.expectOpen();
        expect(pair.client.alpn).to.equal(null);
      }
    });

    it("no overlap: no_application_protocol, with what the server has (RFC 7301 §3.2)", () => {
      choose(["mqtt", "coap"], ["h2", "http/1.1"]).expectAlert(no_application_protocol, /mqtt.*coap/, false);
      choose(["mqtt"], ["h2"], { shares: [] }).expectAlert(no_application_protocol, null, false);
    });

    it("a name of 255 bytes, and a hundred of them before ours", () => {
      const long = "x".repeat(255);
      expect(choose([long], [long]).client.alpn).to.equal(long);
      const many = Array.from({ length: 100 }, (_, i) => `p${i}`);
      expect(choose(["ours"], [...many, "ours"]).client.alpn).to.equal("ours");
    });
  });

  describe("identities", () => {
    const identity = (schemes: readonly number[], chain = bench.identity.chain) =>
      identityOf(bench.crypto, { ...bench.identity, chain }, { schemes });

    it("the first that the client can verify (§4.5.1.2)", () => {
      const identities = [identity([0x0804], [bench.identity.chain[1]!]), identity([0x0403])];
      const pair = bench.open({ schemes: [0x0403] }, { host: { identities } });
      expect(pair.client.chain).to.have.length(2);
      expect(pair.client.scheme).to.equal(0x0403);
    });

    it("a scheme that is for certificates only is never used, though the client offers it (§4.3.3)", () => {
      bench
        .run({ schemes: [0x0401, 0x0201] }, { host: { identities: [identity([0x0401, 0x0201])] } })
        .expectAlert(handshake_failure, null, false);
    });

    it("none that the client can verify: handshake_failure", () => {
      bench.run({ schemes: [0x0807, 0x0503] }, {}).expectAlert(handshake_failure, /signature/, false);
    });

    it("no identity at all", () => {
      const pair = bench.run({}, { host: { identities: [] } });
      expect(pair.server.state).to.equal(FAILED);
    });

    it("a chain without certificates never leaves: the client would have to refuse it", () => {
      const pair = bench.run({}, { host: { identities: [identity([0x0403], [])] } });
      expect(pair.server.state, pair.client.problems.join()).to.not.equal(OPEN);
    });
  });

  /** Resumes as a host does when what it waits for is ready, and counts. */
  function finish(pair: ServerPair): number {
    let resumed = 0;
    while (pair.server.state === HANDSHAKING && resumed < 100) {
      pair.server.resume();
      resumed++;
      pair.run();
    }
    return resumed;
  }

  class SlowHosts implements HostLookup {
    asked = 0;
    private left: number;
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

  describe("a lookup that is elsewhere", () => {
    const CLIENT: ScriptedClientOptions = { serverName: "server.test", alpn: ["a", "b"], grease: true };

    for (const [name, client, server] of [
      ["plain", CLIENT, {}],
      ["behind a HelloRetryRequest", { ...CLIENT, shares: [] }, {}],
      ["behind a HelloRetryRequest with a cookie", { ...CLIENT, shares: [] }, { cookies: COOKIES }],
      ["in slices", { ...CLIENT, groups: [GROUP_P256] }, { sliceSteps: 5 }],
    ] as readonly (readonly [string, ScriptedClientOptions, ServerParts])[])
      it(`${name}: it is asked again at resume() alone`, () => {
        const hosts = new SlowHosts(3, bench.host({ alpn: ["b"] }));
        const pair = bench.run(client, { ...server, hosts });
        expect(pair.server.state).to.equal(HANDSHAKING);
        expect(pair.server.wants & WANT_RESUME, "the host knows when; it is not told to poll").to.equal(0);
        expect(hosts.asked).to.equal(1);
        finish(pair);
        pair.expectOpen();
        expect(hosts.asked).to.equal(4);
        expect(pair.client.alpn).to.equal("b");
      });

    it("what the client says meanwhile waits, whatever its size", () => {
      for (const length of [1, 200, 1500, 3000]) {
        const hosts = new SlowHosts(2, bench.host({ alpn: ["b"] }));
        const pair = bench.run(CLIENT, { hosts });
        const rubbish = new Uint8Array(length).fill(0x55);
        const room = Math.min(pair.server.rxSpace(), length);
        pair.server.io.set(rubbish.subarray(0, room), pair.server.rxOffset);
        pair.server.received(room);
        expect(pair.server.state, `${length}`).to.equal(HANDSHAKING);
        finish(pair);
        // the ClientHello was read right to its end, then the rubbish is found
        expect(pair.client.serverHello, `${length}`).to.not.equal(null);
        expect(pair.client.alpn, `${length}`).to.equal("b");
        expect(pair.server.state, `${length}`).to.equal(FAILED);
        expect(pair.failure!.origin).to.equal("self");
      }
    });

    it("a change_cipher_spec that comes meanwhile disturbs nothing", () => {
      const hosts = new SlowHosts(1, bench.host());
      const pair = bench.run(CLIENT, { hosts });
      pair.deliver(new Uint8Array([20, 3, 3, 0, 1, 1]));
      finish(pair);
      pair.expectOpen();
    });

    it("an unknown name, found out late", () => {
      const pair = bench.run(CLIENT, { hosts: new SlowHosts(1, null) });
      finish(pair);
      pair.expectAlert(unrecognized_name, /server\.test/, false);
    });

    it("no overlap of ALPN, found out late", () => {
      const pair = bench.run(CLIENT, { hosts: new SlowHosts(1, bench.host({ alpn: ["zz"] })) });
      finish(pair);
      pair.expectAlert(no_application_protocol, null, false);
    });

    it("the client goes away meanwhile", () => {
      const pair = bench.run(CLIENT, { hosts: new SlowHosts(5, bench.host()) });
      pair.server.receivedEnd();
      finish(pair);
      expect(pair.server.state).to.equal(FAILED);
      expect(pair.failure!.origin).to.equal("peer");
    });

    it("the host gives up meanwhile: resume() afterwards does nothing", () => {
      const pair = bench.run(CLIENT, { hosts: new SlowHosts(5, bench.host()) });
      pair.server.fail(handshake_failure, "the data base does not answer");
      pair.run();
      pair.server.resume();
      expect(pair.server.state).to.equal(FAILED);
      expect(pair.client.alerts.map((one) => one.description)).to.deep.equal([handshake_failure]);
    });

    it("a lookup that throws: internal_error, and the reason is kept", () => {
      const hosts: HostLookup = {
        find() {
          throw new Error("no data base");
        },
      };
      const pair = bench.run(CLIENT, { hosts });
      expect(pair.failure!.alert).to.equal("internal_error");
      expect(pair.failure!.origin).to.equal("internal");
      expect(pair.failure!.reason).to.contain("no data base");
      expect(pair.client.alerts.map((one) => one.description)).to.deep.equal([80]);
    });
  });

  describe("a key that is elsewhere", () => {
    const signer = (parts: ConstructorParameters<typeof TestSigner>[2]) => {
      const made = new TestSigner(bench.crypto, bench.identity.privateKey, parts);
      return { made, host: { identities: [{ certificates: bench.identity.chain, key: made }] } };
    };

    it("OUTSIDE: the host is not told to poll; the signature is begun once", () => {
      const { made, host } = signer({ outside: 4 });
      const pair = bench.run({}, { host });
      expect(pair.server.state).to.equal(HANDSHAKING);
      expect(pair.server.wants & WANT_RESUME).to.equal(0);
      expect(made.begun).to.equal(1);
      expect(finish(pair)).to.be.within(1, 4);
      pair.expectOpen();
      expect(made.begun).to.equal(1);
      expect(made.stepped).to.equal(5);
      expect(text(made.content.slice(64, 97))).to.equal("TLS 1.3, server CertificateVerify");
    });

    it("its Certificate is on its way while the signature is made", () => {
      const { host } = signer({ outside: 1 });
      const pair = bench.run({}, { host });
      expect(pair.client.chain).to.have.length(2);
      finish(pair);
      pair.expectOpen();
    });

    it("PENDING: many steps, in slices", () => {
      const { made, host } = signer({ steps: 50 });
      const pair = bench.open({}, { host, sliceSteps: 7 });
      expect(made.stepped).to.equal(8);
      expect(pair.resumes).to.be.greaterThan(7);
    });

    it("OUTSIDE then PENDING, in slices of one step", () => {
      const { host } = signer({ steps: 3, outside: 2 });
      const pair = bench.run({ groups: [GROUP_P256] }, { host, sliceSteps: 1 });
      finish(pair);
      pair.expectOpen();
    });

    it("what the client sends meanwhile waits", () => {
      const { host } = signer({ outside: 2 });
      const pair = bench.run({}, { host });
      pair.client.changeCipherSpec();
      pair.flushPeer();
      finish(pair);
      pair.expectOpen();
    });

    it("the client gives up meanwhile with an alert, which is found when the key has answered", () => {
      const { host } = signer({ outside: 5 });
      const pair = bench.run({}, { host });
      pair.client.alert(2, 42);
      pair.flushPeer();
      finish(pair);
      pair.expectPeerAlert(42);
    });

    it("a signature that is wrong is the client's to refuse", () => {
      const { host } = signer({ broken: true });
      const pair = bench.run({}, { host });
      expect(pair.client.problems.join()).to.contain("CertificateVerify");
    });

    it("both at once: lookup and key, data in both directions behind it", () => {
      const { made } = signer({ outside: 3 });
      const hosts = new SlowHosts(3, bench.host({ identities: [{ certificates: bench.identity.chain, key: made }] }));
      const pair = bench.run({ opened: (client) => client.write(ascii("now")) }, { hosts });
      finish(pair);
      pair.expectOpen();
      expect(hex(pair.received)).to.equal(hex(ascii("now")));
      expect(concat(pair.client.received)).to.have.length(0);
    });
  });

  it("the state is OPEN in the end, however often resume() is called for nothing", () => {
    const pair = bench.pair();
    for (let i = 0; i < 10; i++) pair.server.resume();
    pair.run();
    for (let i = 0; i < 10; i++) pair.server.resume();
    pair.expectOpen();
    expect(pair.server.state).to.equal(OPEN);
  });
});
