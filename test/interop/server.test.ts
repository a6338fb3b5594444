// Our ServerConnection with real clients on loopback: OpenSSL's s_client, GnuTLS's gnutls-cli, Node's tls, curl.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { expect } from "chai";
import { anchorsFromFiles, identityFromFiles, nobleProvider } from "../../hosts/node/index.js";
import type { VirtualHost } from "../../src/config.js";
import type { CryptoProvider } from "../../src/crypto/provider.js";
import { type Leaf, OpensslCa, opensslVersion } from "./openssl-ca.js";
import { type ThimbleServer, type ThimbleServerOptions, thimbleServer } from "./thimble-server.js";

/** A program is there. */
function has(program: string): boolean {
  const run = spawnSync(program, ["--version"], { encoding: "utf8" });
  return run.error === undefined && run.status === 0;
}

describe("our server and real clients", function () {
  this.timeout(30000);
  let ca: OpensslCa;
  let leaf: Leaf;
  let clientLeaf: Leaf;
  let server: ThimbleServer | null = null;
  let child: ChildProcess | null = null;

  before(function () {
    const { version, reason } = opensslVersion();
    if (version === null) {
      console.log(`    skipped: ${reason}`);
      this.skip();
    }
    ca = new OpensslCa();
    leaf = ca.leaf();
    clientLeaf = ca.leaf({ purpose: "clientAuth" });
  });

  after(() => ca?.remove());

  afterEach(() => {
    child?.kill();
    child = null;
    server?.stop();
    server = null;
  });

  const only = (suite: number, group: number): CryptoProvider => ({
    ...nobleProvider,
    suites: nobleProvider.suites.filter((one) => one.id === suite),
    groups: nobleProvider.groups.filter((one) => one.id === group),
  });

  const asked = (required: boolean): Partial<VirtualHost> => ({
    clientAuthentication: { trust: anchorsFromFiles(ca.rootFile), required },
  });

  async function start(options: ThimbleServerOptions = {}): Promise<ThimbleServer> {
    server = await thimbleServer(leaf, options);
    return server;
  }

  /** Runs a client that gets `input`; ends it when "bye" has come back, or when it ends itself. */
  async function client(program: string, args: readonly string[], input: string): Promise<string> {
    const running = spawn(program, args);
    child = running;
    let output = "";
    const look = (chunk: Buffer): void => {
      output += chunk.toString("latin1");
    };
    running.stdout.on("data", look);
    running.stderr.on("data", look);
    running.stdin.on("error", () => {});
    running.stdin.write(input);
    await new Promise<void>((done) => running.on("close", () => done()));
    return output;
  }

  const sClient = (port: number, ...args: string[]): Promise<string> =>
    client(
      "openssl",
      ["s_client", "-connect", `127.0.0.1:${port}`, "-CAfile", ca.rootFile, "-verify_return_error", "-ign_eof", ...args],
      "hello bye\n",
    );

  const gnutls = (port: number, priority: string, ...args: string[]): Promise<string> =>
    client("gnutls-cli", ["--x509cafile", ca.rootFile, "--priority", priority, "-p", `${port}`, ...args, "localhost"], "hello bye\n");

  /** Node's client: what came back, or the error. */
  function nodeClient(port: number, options: ConnectionOptions): Promise<{ received: string; error: string; alpn: string | false | null }> {
    return new Promise((done) => {
      let received = "";
      let error = "";
      const socket = connectTls({ port, host: "127.0.0.1", servername: "localhost", ca: readFileSync(ca.rootFile), ...options }, () => {
        socket.write("hello bye\n");
      });
      socket.on("data", (chunk: Buffer) => {
        received += chunk.toString("latin1");
      });
      socket.on("error", (reason) => {
        error = reason.message;
      });
      socket.on("close", () => done({ received, error, alpn: socket.alpnProtocol }));
    });
  }

  function good(one: ThimbleServer): void {
    const { connection, received } = one.seen[0]!;
    expect(connection.failure?.message ?? null).to.equal(null);
    expect(received).to.contain("hello bye");
    expect(connection.version).to.equal(0x0304);
  }

  const AUTH = ["none", "asked", "required"] as const;
  const host = (auth: (typeof AUTH)[number]): Partial<VirtualHost> => (auth === "none" ? {} : asked(auth === "required"));
  const groupNames: Record<number, [string, string]> = {
    29: ["X25519", "GROUP-X25519"],
    23: ["P-256", "GROUP-SECP256R1"],
    24: ["P-384", "GROUP-SECP384R1"],
  };
  const gnutlsSuites: Record<number, string> = {
    4865: "AES-128-GCM",
    4866: "AES-256-GCM",
    4867: "CHACHA20-POLY1305",
    4868: "AES-128-CCM",
    4869: "AES-128-CCM-8",
  };

  for (const suite of nobleProvider.suites)
    for (const group of nobleProvider.groups)
      for (const auth of AUTH) {
        const title = `${suite.name}, ${group.name}, client authentication ${auth}`;
        const cert = (): string[] =>
          auth === "none" ? [] : ["-cert", clientLeaf.leafFile, "-key", clientLeaf.keyFile, "-cert_chain", ca.intermediateFile];

        it(`openssl s_client: ${title}`, async () => {
          const one = await start({ provider: only(suite.id, group.id), host: host(auth) });
          const output = await sClient(one.port, "-quiet", "-groups", groupNames[group.id]![0], "-ciphersuites", suite.name, ...cert());
          good(one);
          expect(output).to.contain("hello bye");
        });

        it(`gnutls-cli: ${title}`, async function () {
          if (!has("gnutls-cli")) {
            console.log("    skipped: gnutls-cli not found");
            this.skip();
          }
          const one = await start({ provider: only(suite.id, group.id), host: host(auth) });
          const priority = `NONE:+VERS-TLS1.3:+${gnutlsSuites[suite.id]}:+AEAD:+${groupNames[group.id]![1]}:+SIGN-ALL:+CTYPE-X509`;
          const own = auth === "none" ? [] : ["--x509certfile", clientLeaf.chainFile, "--x509keyfile", clientLeaf.keyFile];
          const output = await gnutls(one.port, priority, ...own);
          good(one);
          expect(output).to.contain("hello bye");
        });

        it(`Node's tls: ${title}`, async () => {
          const one = await start({ provider: only(suite.id, group.id), host: host(auth) });
          const own = auth === "none" ? {} : { cert: readFileSync(clientLeaf.chainFile), key: readFileSync(clientLeaf.keyFile) };
          const { received, error } = await nodeClient(one.port, { ciphers: suite.name, ecdhCurve: groupNames[group.id]![0], ...own });
          expect(error).to.equal("");
          good(one);
          expect(received).to.equal("hello bye\n");
        });
      }

  describe("certificates of our server", () => {
    for (const [name, keyType, options, scheme] of [
      ["RSA-2048", "rsa:2048", [], "RSA-PSS"],
      ["RSA-4096", "rsa:4096", [], "RSA-PSS"],
      ["P-384", "ec", ["-pkeyopt", "ec_paramgen_curve:secp384r1"], "ECDSA"],
      ["Ed25519", "ed25519", [], "Ed25519"],
    ] as const) {
      it(`openssl s_client: ${name}`, async () => {
        const own = ca.selfSigned(keyType, ...options);
        server = await thimbleServer(own);
        const args = ["s_client", "-connect", `127.0.0.1:${server.port}`, "-CAfile", own.leafFile, "-verify_return_error", "-ign_eof"];
        const output = await client("openssl", args, "hello bye\n");
        good(server);
        expect(output).to.match(new RegExp(`Peer signature type: (${scheme})`, "i"));
      });

      it(`Node's tls: ${name}`, async () => {
        const own = ca.selfSigned(keyType, ...options);
        server = await thimbleServer(own);
        const { received, error } = await nodeClient(server.port, { ca: readFileSync(own.leafFile) });
        expect(error).to.equal("");
        good(server);
        expect(received).to.equal("hello bye\n");
      });

      it(`gnutls-cli: ${name}`, async function () {
        if (!has("gnutls-cli")) this.skip();
        const own = ca.selfSigned(keyType, ...options);
        server = await thimbleServer(own);
        const args = ["--x509cafile", own.leafFile, "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.3", "-p", `${server.port}`, "localhost"];
        const output = await client("gnutls-cli", args, "hello bye\n");
        good(server);
        expect(output).to.contain("hello bye");
      });
    }

    it("two certificates: each client gets the one that it can verify", async () => {
      const rsa = ca.selfSigned("rsa:2048");
      const identities = [identityFromFiles(leaf.chainFile, leaf.keyFile), identityFromFiles(rsa.chainFile, rsa.keyFile)];
      server = await thimbleServer(leaf, { host: { identities } });
      expect((await nodeClient(server.port, {})).error).to.equal("");
      const sigalgs = "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384";
      expect((await nodeClient(server.port, { ca: readFileSync(rsa.leafFile), sigalgs })).error).to.equal("");
      expect((await nodeClient(server.port, { sigalgs: "ed25519" })).error).to.match(/handshake failure/i);
    });
  });

  describe("HelloRetryRequest", () => {
    const p256 = (): ThimbleServerOptions => ({
      provider: { ...nobleProvider, groups: nobleProvider.groups.filter((one) => one.id === 0x17) },
    });
    const cookies = { cookies: { key: new Uint8Array(32).fill(7), lifetime: 60 } };
    for (const [name, more] of [
      ["without a cookie", {}],
      ["with a cookie", cookies],
    ] as const) {
      it(`openssl s_client ${name}`, async () => {
        const one = await start({ ...p256(), ...more });
        await sClient(one.port, "-quiet", "-groups", "X25519:P-256");
        good(one);
        expect(one.seen[0]!.connection.group!.id).to.equal(0x17);
      });

      it(`Node's tls ${name}`, async () => {
        const one = await start({ ...p256(), ...more });
        const { received } = await nodeClient(one.port, { ecdhCurve: "X25519:P-256" });
        good(one);
        expect(received).to.equal("hello bye\n");
      });

      it(`gnutls-cli ${name}`, async function () {
        if (!has("gnutls-cli")) this.skip();
        const one = await start({ ...p256(), ...more });
        const output = await gnutls(
          one.port,
          "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1",
          "--single-key-share",
        );
        good(one);
        expect(output).to.contain("hello bye");
        expect(one.seen[0]!.connection.group!.id).to.equal(0x17);
      });
    }
  });

  it("ALPN and SNI", async () => {
    const one = await start({ host: { alpn: ["http/1.1"] } });
    expect((await nodeClient(one.port, { ALPNProtocols: ["h2", "http/1.1"] })).alpn).to.equal("http/1.1");
    expect(one.seen[0]!.connection.sni).to.equal("localhost");
  });

  it("no protocol in common: no_application_protocol", async () => {
    const one = await start({ host: { alpn: ["mqtt"] } });
    expect((await nodeClient(one.port, { ALPNProtocols: ["h2"] })).error).to.match(/no application protocol/i);
    expect(one.seen[0]!.connection.failure!.alert).to.equal("no_application_protocol");
  });

  it("a client without a certificate where one is required: certificate required", async () => {
    const one = await start({ host: asked(true) });
    expect((await nodeClient(one.port, {})).error).to.match(/certificate required/i);
    expect(one.seen[0]!.connection.failure!.alert).to.equal("certificate_required");
  });

  it("a client with the server's kind of certificate: unsupported certificate", async () => {
    const one = await start({ host: asked(true) });
    const { error } = await nodeClient(one.port, { cert: readFileSync(leaf.chainFile), key: readFileSync(leaf.keyFile) });
    expect(error).to.match(/unsupported certificate/i);
    expect(one.seen[0]!.connection.failure!.alert).to.equal("unsupported_certificate");
  });

  it("a client that does not trust us: its alert is told", async () => {
    const one = await start();
    const running = await client("openssl", ["s_client", "-connect", `127.0.0.1:${one.port}`, "-verify_return_error", "-quiet"], "");
    expect(running).to.match(/verify error/);
    expect(one.seen[0]!.connection.failure!.origin).to.equal("peer");
    expect(one.seen[0]!.connection.failure!.alert).to.equal("unknown_ca");
  });

  it("a client of TLS 1.2 only: protocol version", async () => {
    const one = await start();
    expect((await nodeClient(one.port, { maxVersion: "TLSv1.2" })).error).to.match(/protocol version/i);
    expect(one.seen[0]!.connection.failure!.alert).to.equal("protocol_version");
  });

  it("s_client asks for KeyUpdates: K and k", async () => {
    const one = await start();
    const running = spawn("openssl", ["s_client", "-connect", `127.0.0.1:${one.port}`, "-CAfile", ca.rootFile]);
    child = running;
    running.stdin.on("error", () => {});
    running.stdout.resume();
    running.stderr.resume();
    for (const line of ["one\n", "K\n", "two\n", "k\n", "three\n", "bye\n"]) {
      // one read of s_client's for each line: its commands stand at the beginning
      await new Promise((done) => setTimeout(done, 200));
      running.stdin.write(line);
    }
    await new Promise<void>((done) => running.on("close", () => done()));
    expect(one.seen[0]!.connection.failure?.message ?? null).to.equal(null);
    expect(one.seen[0]!.received).to.equal("one\ntwo\nthree\nbye\n");
  });

  it("curl, with and without TLS", async function () {
    if (!has("curl")) this.skip();
    const one = await start({ host: { alpn: ["http/1.1"] } });
    const args = ["-s", "-S", "--max-time", "10", "--cacert", ca.rootFile];
    expect(
      await client("curl", [...args, `https://localhost:${one.port}/`, "--resolve", `localhost:${one.port}:127.0.0.1`], ""),
    ).to.contain("thimble");
    await client("curl", [...args, `http://127.0.0.1:${one.port}/`], "");
    expect(one.seen[1]!.connection.failure!.reason).to.match(/plain text.*GET \//);
  });

  it("500 KB each way", async () => {
    const one = await start();
    const size = 500000;
    const received = await new Promise<number>((done) => {
      let count = 0;
      const socket = connectTls({ port: one.port, host: "127.0.0.1", servername: "localhost", ca: readFileSync(ca.rootFile) }, () => {
        socket.write(Buffer.alloc(size, 0x61));
      });
      socket.on("data", (chunk: Buffer) => {
        count += chunk.length;
        if (count === size) socket.end("bye");
      });
      socket.on("error", () => done(-1));
      socket.on("close", () => done(count));
    });
    expect(received).to.be.at.least(size);
    expect(one.seen[0]!.received.length).to.equal(size + 3);
  });

  it("a client that goes away in the middle of the handshake", async () => {
    const one = await start();
    await new Promise<void>((done) => {
      const socket = connectTcp(one.port, "127.0.0.1", () => socket.end(Buffer.from([22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3])));
      socket.on("error", () => {});
      socket.on("close", () => done());
    });
    expect(one.seen[0]!.connection.failure!.origin).to.equal("peer");
  });
});
