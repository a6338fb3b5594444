// thimble's client with a real OpenSSL 3 server on loopback, and a CA made for this run.
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { nobleProvider } from "../../hosts/node/index.js";
import { postHandshakeAuth } from "../../src/handshake/post-handshake-auth.js";
import { type Leaf, OpensslCa, opensslVersion } from "./openssl-ca.js";
import { cuttingProxy, opensslServer, type Running, type Talk, talk } from "./servers.js";

describe("openssl s_server", function () {
  this.timeout(20000);
  let ca: OpensslCa;
  let leaf: Leaf;
  let trusted: Buffer;
  let servers: Running[] = [];

  before(function () {
    const { version, reason } = opensslVersion();
    if (version === null) {
      console.log(`    skipped: ${reason}`);
      this.skip();
    }
    ca = new OpensslCa();
    leaf = ca.leaf();
    trusted = readFileSync(ca.rootFile);
  });

  after(() => ca?.remove());

  afterEach(async () => {
    const running = servers;
    servers = [];
    for (const one of running) await one.stop();
  });

  async function serve(args: readonly string[] = [], who = leaf): Promise<Running> {
    const server = await opensslServer(ca, who, args);
    servers.push(server);
    return server;
  }

  /** `-rev` turns each line around. */
  async function reversed(args: readonly string[], options: Partial<Parameters<typeof talk>[0]> = {}, who = leaf): Promise<Talk> {
    const server = await serve(["-rev", ...args], who);
    return talk({ port: server.port, ca: trusted, ...options }, "abc thimble\n", "elbmiht cba");
  }

  function good(result: Talk): void {
    expect(result.error).to.equal(null);
    expect(result.received).to.contain("elbmiht cba");
    expect(result.protocol).to.equal("TLSv1.3");
  }

  function bad(result: Talk, alert: string | readonly string[], reason: RegExp, origin: "self" | "peer" = "self"): void {
    if (result.error === null) throw new Error(`${alert} expected, the connection went well`);
    expect(result.error.alert).to.be.oneOf(typeof alert === "string" ? [alert] : [...alert]);
    expect(result.error.reason).to.match(reason);
    expect(result.error.origin).to.equal(origin);
    expect(result.received).to.equal("");
  }

  for (const [name, id] of [
    ["TLS_CHACHA20_POLY1305_SHA256", 0x1303],
    ["TLS_AES_128_GCM_SHA256", 0x1301],
  ] as const)
    it(name, async () => {
      const result = await reversed(["-ciphersuites", name]);
      good(result);
      expect(result.suite).to.equal(id);
    });

  it("ALPN", async () => {
    const result = await reversed(["-alpn", "mqtt,http/1.1"], { alpn: ["h2", "http/1.1"] });
    good(result);
    expect(result.alpn).to.equal("http/1.1");
  });

  it("ALPN without a common name: the server goes on without", async () => {
    const result = await reversed(["-alpn", "mqtt"], { alpn: ["h2"] });
    expect(result.error === null ? result.alpn : result.error.alert).to.be.oneOf([false, "no_application_protocol"]);
  });

  describe("SNI", () => {
    // The certificate behind -cert2 comes without its intermediate, so that one is trusted here.
    const args = () => ["-rev", "-servername", "localhost", "-servername_fatal", "-cert2", leaf.leafFile, "-key2", leaf.keyFile];

    it("the name arrives: the server takes its second certificate", async () => {
      const server = await serve(args());
      const message = "abc thimble\n";
      good(await talk({ port: server.port, ca: [trusted, readFileSync(ca.intermediateFile)] }, message, "elbmiht cba"));
      bad(await talk({ port: server.port, ca: trusted }, message, "elbmiht cba"), "unknown_ca", /./);
    });

    it("a server that does not know the name", async () => {
      const server = await serve(args());
      bad(await talk({ port: server.port, ca: trusted, servername: "other.test" }, "x", "x"), "unrecognized_name", /./, "peer");
    });
  });

  it("an address in the certificate", async () => {
    good(await reversed([], { servername: "127.0.0.1" }));
  });

  it("a CertificateRequest that may be answered with nothing", async () => {
    good(await reversed(["-verify", "1"]));
  });

  it("a CertificateRequest that must be answered: the server's alert", async () => {
    const result = await reversed(["-Verify", "1"]);
    bad(result, "certificate_required", /./, "peer");
  });

  it("small records, padding, many tickets, a small receive buffer", async () => {
    good(await reversed(["-max_send_frag", "512", "-record_padding", "64", "-num_tickets", "8"], { receiveBuffer: 1024, sendBuffer: 512 }));
  });

  it("no tickets, no middlebox compatibility", async () => {
    good(await reversed(["-num_tickets", "0", "-no_middlebox"]));
  });

  it("KeyUpdate of both kinds", async () => {
    const server = await serve([]);
    const conversation = talk({ port: server.port, ca: trusted }, "first line\n", "third");
    for (const line of ["k\n", "second\n", "K\n", "third\n"]) {
      await new Promise((done) => setTimeout(done, 150));
      server.input(line);
    }
    const result = await conversation;
    expect(result.error).to.equal(null);
    expect(result.received).to.contain("second").and.to.contain("third");
    expect(server.output()).to.contain("first line");
  });

  describe("authentication after the handshake", () => {
    const asked = async (options: Partial<Parameters<typeof talk>[0]>) => {
      const server = await serve(["-CAfile", ca.rootFile]);
      const conversation = talk({ port: server.port, ca: trusted, ...options }, "first line\n", "third");
      await new Promise((done) => setTimeout(done, 300));
      server.input("c\n");
      await new Promise((done) => setTimeout(done, 300));
      server.input("k\n");
      await new Promise((done) => setTimeout(done, 150));
      server.input("c\n");
      await new Promise((done) => setTimeout(done, 300));
      server.input("third\n");
      const result = await conversation;
      return { result, output: server.output() };
    };

    it("asked twice, with a KeyUpdate in between: our certificate", async () => {
      const client = ca.leaf({ purpose: "clientAuth" });
      const { result, output } = await asked({
        postHandshakeAuth,
        cert: readFileSync(client.chainFile),
        key: readFileSync(client.keyFile),
      });
      expect(result.error).to.equal(null);
      expect(result.received).to.contain("third");
      expect(output.match(/depth=0 CN = leaf\d+\nverify return:1/g)).to.have.length(2);
    });

    it("without a certificate: an empty answer", async () => {
      const { result } = await asked({ postHandshakeAuth });
      expect(result.error).to.equal(null);
      expect(result.received).to.contain("third");
    });
  });

  it("all this with slices of 5 steps", async () => {
    good(await reversed([], { sliceSteps: 5 }));
  });

  it("wrong root", async () => {
    const other = new OpensslCa("another root");
    bad(await reversed([], { ca: readFileSync(other.rootFile) }), "unknown_ca", /./);
    other.remove();
  });

  it("a root of the same name with another key", async () => {
    const other = new OpensslCa();
    bad(await reversed([], { ca: readFileSync(other.rootFile) }), ["unknown_ca", "bad_certificate"], /./);
    other.remove();
  });

  it("no intermediate", async () => {
    const server = await serve(["-rev", "-cert", leaf.leafFile, "-key", leaf.keyFile]);
    bad(await talk({ port: server.port, ca: trusted }, "x", "x"), "unknown_ca", /./);
  });

  it("expired", async () => {
    bad(await reversed([], {}, ca.leaf({ notBefore: -10, notAfter: -1 })), "certificate_expired", /./);
  });

  it("not yet valid", async () => {
    bad(await reversed([], {}, ca.leaf({ notBefore: 1, notAfter: 10 })), "certificate_expired", /./);
  });

  it("wrong name", async () => {
    bad(await reversed([], {}, ca.leaf({ names: "DNS:other.test" })), ["bad_certificate", "certificate_unknown"], /localhost/);
  });

  it("TLS 1.2 alone", async () => {
    bad(await reversed(["-tls1_2"]), ["protocol_version", "handshake_failure"], /./, "peer");
  });

  it("no common suite", async () => {
    const provider = { ...nobleProvider, suites: nobleProvider.suites.filter((suite) => suite.id === 0x1301) };
    bad(await reversed(["-ciphersuites", "TLS_AES_256_GCM_SHA384"], { provider }), "handshake_failure", /./, "peer");
  });

  it("no common group", async () => {
    const provider = { ...nobleProvider, groups: nobleProvider.groups.filter((group) => group.id === 0x1d) };
    bad(await reversed(["-groups", "P-521"], { provider }), "handshake_failure", /./, "peer");
  });

  it("closed in the middle, at many places", async () => {
    const server = await serve(["-rev"]);
    for (const limit of [1, 4, 60, 127, 128, 300, 900]) {
      const proxy = await cuttingProxy(server.port, limit);
      const result = await talk({ port: proxy.port, ca: trusted }, "x\n", "x");
      bad(result, "connection_lost", /./, "peer");
      await proxy.stop();
    }
  });

  it("ten connections one after the other", async () => {
    const server = await serve(["-rev"]);
    for (let i = 0; i < 10; i++) good(await talk({ port: server.port, ca: trusted }, "abc thimble\n", "elbmiht cba"));
  });
});
