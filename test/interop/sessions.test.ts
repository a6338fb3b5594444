// Sessions and external pre-shared keys with OpenSSL, GnuTLS and Node's tls on loopback, thimble on either side.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect as connectTls } from "node:tls";
import { expect } from "chai";
import {
  type ConnectOptions,
  connect,
  ExternalPsk,
  nobleProvider,
  PSK_DHE_KE,
  PSK_KE,
  PskList,
  systemRandom,
  TicketKeys,
  Tickets,
} from "../../hosts/node/index.js";
import { chachaPoly1305 } from "../../hosts/node/noble/aeads.js";
import { gnutlsEcho } from "./echo-peers.js";
import { type Leaf, OpensslCa, opensslVersion } from "./openssl-ca.js";
import { nodeServer, opensslServer, type Running } from "./servers.js";
import { type ThimbleServer, type ThimbleServerOptions, thimbleServer } from "./thimble-server.js";

const KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const IDENTITY = "sensor-7";

interface Outcome {
  readonly resumed: boolean;
  readonly group: string | null;
  readonly suite: string | undefined;
  readonly session: Buffer | undefined;
  readonly received: string;
  readonly error: string;
}

describe("sessions and pre-shared keys with others", function () {
  this.timeout(40000);
  let ca: OpensslCa;
  let leaf: Leaf;
  let trusted: Buffer;
  const running: Running[] = [];
  let server: ThimbleServer | null = null;

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
    for (const one of running.splice(0)) await one.stop();
    server?.stop();
    server = null;
  });

  async function openssl(...args: string[]): Promise<Running> {
    const one = await opensslServer(ca, leaf, ["-rev", ...args]);
    running.push(one);
    return one;
  }

  /** thimble's client: says something, waits for an answer and for a session, ends. */
  function talk(port: number, options: Partial<ConnectOptions>): Promise<Outcome> {
    return new Promise((done) => {
      const socket = connect({ host: "127.0.0.1", port, servername: "localhost", handshakeTimeout: 8000, ...options });
      let received = "";
      let error = "";
      socket.on("secureConnect", () => socket.write("abc thimble\n"));
      socket.on("data", (chunk: Buffer) => {
        received += chunk.toString("latin1");
        if (received.includes("\n")) setTimeout(() => socket.end(), 50);
      });
      socket.on("error", (reason) => {
        error = reason.message;
      });
      socket.on("close", () => {
        const { group, suite, resumed } = socket.connection;
        done({ resumed, group: group?.name ?? null, suite: suite?.name, session: socket.getSession(), received, error });
      });
    });
  }

  function good(outcome: Outcome, resumed: boolean): Outcome {
    expect(outcome.error).to.equal("");
    expect(outcome.received).to.contain("elbmiht cba");
    expect(outcome.resumed).to.equal(resumed);
    return outcome;
  }

  const only = (suite: string) => ({ ...nobleProvider, suites: nobleProvider.suites.filter((one) => one.name === suite) });
  const psk = (modes = PSK_DHE_KE) => new ExternalPsk(Buffer.from(IDENTITY), Buffer.from(KEY, "hex"), "SHA-256", modes);
  const keys = (modes = PSK_DHE_KE) => new PskList([{ identity: Buffer.from(IDENTITY), key: Buffer.from(KEY, "hex") }], "SHA-256", modes);

  describe("thimble's client", () => {
    for (const { name } of nobleProvider.suites)
      it(`resumes with openssl s_server: ${name}`, async () => {
        const { port } = await openssl("-ciphersuites", name);
        const options = { ca: trusted, provider: only(name) };
        const first = good(await talk(port, options), false);
        const second = good(await talk(port, { ...options, session: first.session as Buffer }), true);
        expect(second.group).to.equal("x25519");
        good(await talk(port, { ...options, session: second.session as Buffer }), true);
      });

    it("resumes with openssl s_server after a HelloRetryRequest, and with stateful tickets", async () => {
      const retrying = await openssl("-groups", "P-384");
      const first = good(await talk(retrying.port, { ca: trusted }), false);
      expect(good(await talk(retrying.port, { ca: trusted, session: first.session as Buffer }), true).group).to.equal("secp384r1");
      const stateful = await openssl("-no_ticket");
      const kept = good(await talk(stateful.port, { ca: trusted }), false);
      good(await talk(stateful.port, { ca: trusted, session: kept.session as Buffer }), true);
    });

    it("a session that another server gave: a full handshake", async () => {
      const [one, two] = [await openssl(), await openssl()];
      const first = good(await talk(one.port, { ca: trusted }), false);
      good(await talk(two.port, { ca: trusted, session: first.session as Buffer }), false);
    });

    it("a session of another suite's hash: a full handshake", async () => {
      const { port } = await openssl();
      const first = good(await talk(port, { ca: trusted, provider: only("TLS_AES_256_GCM_SHA384") }), false);
      good(await talk(port, { ca: trusted, provider: only("TLS_AES_128_GCM_SHA256"), session: first.session as Buffer }), false);
    });

    it("psk_ke with openssl s_server: resumed, and with an external key", async () => {
      const { port } = await openssl("-allow_no_dhe_kex", "-psk", KEY, "-psk_identity", IDENTITY);
      const external = good(await talk(port, { psk: psk(PSK_KE) }), false);
      expect(external.group).to.equal(null);
      const resumed = good(await talk(port, { psk: psk(PSK_KE), session: external.session as Buffer }), true);
      expect(resumed.group).to.equal(null);
    });

    it("an external key with openssl s_server, with and without certificates", async () => {
      const bare = await openssl("-nocert", "-psk", KEY, "-psk_identity", IDENTITY);
      good(await talk(bare.port, { psk: psk() }), false);
      expect(good(await talk(bare.port, { psk: psk(), ca: trusted }), false).group).to.equal("x25519");
      const both = await openssl("-psk", KEY, "-psk_identity", IDENTITY);
      good(await talk(both.port, { psk: psk() }), false);
      const wrong = await talk(bare.port, { psk: new ExternalPsk(Buffer.from(IDENTITY), Buffer.alloc(32, 1)) });
      expect(wrong.error).to.match(/^(illegal_parameter|decrypt_error|internal_error)/);
    });

    it("a key after a HelloRetryRequest of openssl s_server", async () => {
      const { port } = await openssl("-nocert", "-groups", "P-256", "-psk", KEY, "-psk_identity", IDENTITY);
      expect(good(await talk(port, { psk: psk() }), false).group).to.equal("secp256r1");
    });

    it("resumes with Node's tls", async () => {
      const one = await nodeServer(leaf, { minVersion: "TLSv1.3" }, (socket) => {
        socket.on("data", () => socket.write(`elbmiht cba ${socket.isSessionReused()}\n`));
      });
      running.push(one);
      const first = good(await talk(one.port, { ca: trusted }), false);
      expect(good(await talk(one.port, { ca: trusted, session: first.session as Buffer }), true).received).to.contain("true");
    });

    it("resumes with gnutls-serv", async function () {
      if (spawnSync("gnutls-serv", ["--version"], { stdio: "ignore", timeout: 5000 }).status !== 0) this.skip();
      const { port, stop } = await gnutlsEcho([
        ...["--x509certfile", leaf.chainFile, "--x509keyfile", leaf.keyFile],
        ...["--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.3"],
      ]);
      try {
        const first = await talk(port, { ca: trusted });
        expect(first.error).to.equal("");
        const second = await talk(port, { ca: trusted, session: first.session as Buffer });
        expect(second.error).to.equal("");
        expect(second.resumed).to.equal(true);
      } finally {
        stop();
      }
    });
  });

  describe("thimble's server", () => {
    const ticketKeys = new TicketKeys(chachaPoly1305, systemRandom);

    async function start(options: ThimbleServerOptions = {}): Promise<ThimbleServer> {
      server = await thimbleServer(leaf, { tickets: new Tickets(ticketKeys), ...options });
      return server;
    }

    function run(program: string, args: readonly string[], input: string): Promise<string> {
      return new Promise((done) => {
        const child = spawn(program, args);
        let output = "";
        child.stdout.on("data", (chunk: Buffer) => {
          output += chunk.toString("latin1");
        });
        child.stderr.on("data", (chunk: Buffer) => {
          output += chunk.toString("latin1");
        });
        child.stdin.on("error", () => {});
        setTimeout(() => child.stdin.write(input), 300);
        child.on("close", () => done(output));
      });
    }

    const sClient = (port: number, ...args: string[]): Promise<string> =>
      run(
        "openssl",
        ["s_client", "-connect", `127.0.0.1:${port}`, "-servername", "localhost", "-CAfile", ca.rootFile, "-ign_eof", ...args],
        "hello bye\n",
      );

    for (const { name } of nobleProvider.suites)
      it(`openssl s_client resumes: ${name}`, async () => {
        const one = await start();
        const file = `${ca.rootFile}.session`;
        const first = await sClient(one.port, "-ciphersuites", name, "-sess_out", file);
        expect(first).to.match(new RegExp(`New, TLSv1.3, Cipher is ${name}`));
        const second = await sClient(one.port, "-ciphersuites", name, "-sess_in", file);
        expect(second).to.match(new RegExp(`Reused, TLSv1.3, Cipher is ${name}`));
        expect(one.seen.map(({ connection }) => connection.resumed)).to.deep.equal([false, true]);
        expect(one.seen[1]!.received).to.contain("hello bye");
      });

    it("openssl s_client resumes with another server that has the same ticket key, and not with one that has another", async () => {
      const one = await start();
      const file = `${ca.rootFile}.session`;
      await sClient(one.port, "-sess_out", file);
      one.stop();
      const exported = new TicketKeys(chachaPoly1305, systemRandom, { keys: ticketKeys.export() });
      const same = await start({ tickets: new Tickets(exported) });
      expect(await sClient(same.port, "-sess_in", file)).to.contain("Reused, TLSv1.3");
      same.stop();
      const other = await start({ tickets: new Tickets(new TicketKeys(chachaPoly1305, systemRandom)) });
      expect(await sClient(other.port, "-sess_in", file)).to.contain("New, TLSv1.3");
    });

    it("openssl s_client resumes after a HelloRetryRequest", async () => {
      const p384 = { ...nobleProvider, groups: nobleProvider.groups.filter((one) => one.name === "secp384r1") };
      const one = await start({ provider: p384 });
      const file = `${ca.rootFile}.session`;
      await sClient(one.port, "-sess_out", file);
      expect(await sClient(one.port, "-sess_in", file)).to.contain("Reused, TLSv1.3");
    });

    it("openssl s_client with an external key: psk_dhe_ke, psk_ke, a wrong key, an unknown identity", async () => {
      const one = await start({ psk: keys(PSK_KE | PSK_DHE_KE), host: { identities: [] } });
      const args = ["-psk_identity", IDENTITY, "-psk", KEY];
      expect(await sClient(one.port, ...args)).to.match(/Reused, TLSv1.3/);
      expect(one.seen[0]!.connection.group!.name).to.equal("x25519");
      expect(await sClient(one.port, ...args, "-allow_no_dhe_kex")).to.match(/Reused, TLSv1.3/);
      expect(await sClient(one.port, "-psk_identity", IDENTITY, "-psk", KEY.replace("00", "01"))).to.contain("alert decrypt error");
      expect(await sClient(one.port, "-psk_identity", "nobody", "-psk", KEY)).to.contain("alert decrypt error");
      expect(one.seen.map(({ connection }) => connection.peerAuthenticated)).to.deep.equal([true, true, false, false]);
    });

    it("Node's tls resumes", async () => {
      const one = await start();
      const connected = (session?: Buffer): Promise<{ reused: boolean; session: Buffer | undefined }> =>
        new Promise((done, failed) => {
          let kept: Buffer | undefined;
          const socket = connectTls({ port: one.port, host: "127.0.0.1", servername: "localhost", ca: trusted, session }, () => {
            const reused = socket.isSessionReused();
            socket.write("hello\n");
            socket.once("data", () => setTimeout(() => socket.end("bye\n"), 50));
            socket.on("close", () => done({ reused, session: kept }));
          });
          socket.on("session", (bytes) => {
            kept = bytes;
          });
          socket.on("error", failed);
        });
      const first = await connected();
      expect(first.reused).to.equal(false);
      expect((await connected(first.session)).reused).to.equal(true);
    });

    it("gnutls-cli resumes, and has an external key", async function () {
      if (spawnSync("gnutls-cli", ["--version"], { stdio: "ignore", timeout: 5000 }).status !== 0) this.skip();
      const one = await start({ psk: keys() });
      const priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
      const resumed = await run(
        "gnutls-cli",
        ["-r", "--x509cafile", ca.rootFile, "--priority", priority, "-p", `${one.port}`, "localhost"],
        "hello bye\n",
      );
      expect(resumed).to.contain("This is a resumed session");
      const args = ["--pskusername", IDENTITY, "--pskkey", KEY, "--priority", `${priority}:+ECDHE-PSK`, "-p", `${one.port}`, "127.0.0.1"];
      await run("gnutls-cli", args, "hello bye\n");
      const last = one.seen[one.seen.length - 1]!;
      expect(last.connection.peerAuthenticated).to.equal(true);
      expect(last.received).to.contain("hello bye");
    });
  });
});
