// Sessions and pre-shared keys on the command line: each command is a process of its own, so what it resumes came out of a file.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { TestCA } from "./test-ca.js";
import { type Run, type Served, thimble, thimbleServe } from "./thimble-command.js";

const KEY = "00112233445566778899aabbccddeeff";

describe("thimble connect and serve: sessions and pre-shared keys", function () {
  this.timeout(120_000);
  let ca: TestCA;
  let own: string[];
  const served: Served[] = [];
  const at = (name: string) => join(ca.folder, name);

  before(() => {
    ca = new TestCA();
    writeFileSync(at("chain.pem"), ca.chain);
    own = ["--cert", at("chain.pem"), "--key", at("leaf.key")];
  });

  after(() => ca.remove());

  afterEach(async () => {
    for (const one of served.splice(0)) await one.stop();
  });

  async function serve(...args: string[]): Promise<Served> {
    const one = await thimbleServe(["--echo", ...args]);
    served.push(one);
    return one;
  }

  /** The tickets come right behind the handshake: the echo of what is said comes after them. */
  const say = (port: number, ...args: string[]): Promise<Run> =>
    thimble(["connect", `127.0.0.1:${port}`, "--servername", "localhost", "-v", ...args], "hello\n");
  const trusting = (port: number, ...args: string[]): Promise<Run> => say(port, "--ca", ca.rootFile, ...args);

  function good(run: Run, resumed: "yes" | "no"): Run {
    expect(run.stderr).to.contain(`resumed ${resumed}\n`);
    expect(run.code, run.stderr).to.equal(0);
    expect(String(run.stdout)).to.equal("hello\n");
    return run;
  }

  it("-v tells version, suite, group, resumed or not, ALPN, the peer's chain", async () => {
    const { port } = await serve(...own, "--alpn", "mqtt");
    const { stderr } = good(await trusting(port, "--alpn", "mqtt"), "no");
    expect(stderr).to.match(/^version TLSv1\.3\nsuite TLS_\w+\ngroup x25519\nresumed no\nalpn mqtt\ncertificate 0: CN=localhost; by CN=/);
    expect(stderr).to.match(/certificate 1: CN=thimble test intermediate; by CN=thimble test root; until .*\n$/);
  });

  it("a session goes from process to process by --session-out and --session-in; nobody else may read it", async () => {
    const { port } = await serve(...own);
    good(await trusting(port, "--session-out", at("session")), "no");
    expect(statSync(at("session")).mode & 0o777).to.equal(0o600);
    const { stderr } = good(await trusting(port, "--session-in", at("session"), "--session-out", at("session")), "yes");
    expect(stderr).to.contain("certificates none");
    good(await trusting(port, "--session-in", at("session")), "yes");
  });

  for (const [kind, flags] of [
    ["ticket", []],
    ["session ID", ["--no-tickets"]],
  ] as const)
    it(`TLS 1.2: a session goes from process to process, by ${kind}`, async () => {
      const older = ["--max-version", "1.2"];
      const { port, run } = await serve(...own, ...flags);
      const first = good(await trusting(port, ...older, "--session-out", at("session")), "no");
      expect(first.stderr).to.match(/^version TLSv1\.2\n/);
      expect(statSync(at("session")).mode & 0o777).to.equal(0o600);
      const { stderr } = good(await trusting(port, ...older, "--session-in", at("session"), "--session-out", at("session")), "yes");
      expect(stderr).to.contain("group none: the secret is the session's\n").and.to.contain("certificates none");
      good(await trusting(port, ...older, "--session-in", at("session")), "yes");
      expect(run.stderr).to.match(/connected: TLSv1\.2, TLS_\w+, resumed, /);
      // It is nothing to TLS 1.3, with which the server answers now.
      const newer = good(await trusting(port, "--session-in", at("session")), "no");
      expect(newer.stderr).to.match(/^version TLSv1\.3\n/);
    });

  it("TLS 1.2: --session-ids 0 keeps none; --ticket-key-file is for its tickets too", async () => {
    const older = ["--max-version", "1.2"];
    const none = await serve(...own, "--no-tickets", "--session-ids", "0");
    good(await trusting(none.port, ...older, "--session-out", at("no session")), "no");
    expect(() => statSync(at("no session"))).to.throw();
    const key = at("tickets 12.key");
    const one = await serve(...own, "--ticket-key-file", key);
    good(await trusting(one.port, ...older, "--session-out", at("session")), "no");
    await one.stop();
    const two = await serve(...own, "--ticket-key-file", key);
    good(await trusting(two.port, ...older, "--session-in", at("session")), "yes");
    const other = await serve(...own);
    good(await trusting(other.port, ...older, "--session-in", at("session")), "no");
  });

  it("a damaged session, and one of other options, mean a full handshake", async () => {
    const { port } = await serve(...own);
    await trusting(port, "--session-out", at("session"));
    good(await trusting(port, "--session-in", at("session"), "--alpn", "x"), "no");
    const bytes = readFileSync(at("session"));
    bytes[40]! ^= 1;
    writeFileSync(at("damaged"), bytes);
    good(await trusting(port, "--session-in", at("damaged")), "no");
    good(await trusting(port, "--session-in", at("chain.pem")), "no");
  });

  it("servers with the same --ticket-key-file resume each other's sessions; others do not", async () => {
    const key = at("tickets.key");
    const one = await serve(...own, "--ticket-key-file", key);
    expect(statSync(key).size).to.equal(48);
    expect(statSync(key).mode & 0o777).to.equal(0o600);
    good(await trusting(one.port, "--session-out", at("session")), "no");
    await one.stop();
    const two = await serve(...own, "--ticket-key-file", key);
    good(await trusting(two.port, "--session-in", at("session")), "yes");
    expect(two.run.stderr).to.contain(", resumed, ");
    const other = await serve(...own);
    good(await trusting(other.port, "--session-in", at("session")), "no");
    const none = await serve(...own, "--no-tickets");
    good(await trusting(none.port, "--session-in", at("session"), "--session-out", at("nothing")), "no");
    expect(() => statSync(at("nothing"))).to.throw();
  });

  it("--psk, with no certificate on either side; of several keys the one that the client shows", async () => {
    const { port, run } = await serve("--psk", `other:${KEY}00`, "--psk", `sensor:7:${KEY}`);
    const { stderr } = good(await say(port, "--psk", `sensor:7:${KEY}`, "--session-out", at("session")), "no");
    expect(stderr).to.contain("group x25519\n");
    expect(stderr).to.contain("certificates none");
    good(await say(port, "--psk", `sensor:7:${KEY}`, "--session-in", at("session")), "yes");
    expect(run.stderr).to.contain("client authenticated");
    const wrong = await say(port, "--psk", `sensor:7:${KEY}00`);
    const unknown = await say(port, "--psk", `nobody:${KEY}`);
    expect([wrong.code, unknown.code]).to.deep.equal([1, 1]);
    expect(wrong.stderr).to.match(/decrypt_error/);
    expect(unknown.stderr.replace(/\d+/g, "")).to.equal(wrong.stderr.replace(/\d+/g, ""));
    const certificate = await trusting(port);
    expect(certificate.stderr).to.match(/handshake_failure/);
  });

  it("--psk-file and --psk-ke", async () => {
    writeFileSync(at("keys"), `# keys\nsensor:${KEY}\n\nother:${KEY}01\n`);
    writeFileSync(at("key"), `sensor:${KEY}\n`);
    const { port } = await serve("--psk-file", at("keys"), "--psk-ke", "--no-tickets");
    good(await say(port, "--psk-file", at("key")), "no");
    const { stderr } = good(await say(port, "--psk-file", at("key"), "--psk-ke", "--groups", "P-384"), "no");
    expect(stderr).to.contain("group secp384r1");
  });

  it("beside a certificate: who has no key gets it", async () => {
    const { port } = await serve(...own, "--psk", `sensor:${KEY}`);
    expect(good(await trusting(port), "no").stderr).to.contain("certificate 0");
    expect(good(await say(port, "--psk", `sensor:${KEY}`), "no").stderr).to.contain("certificates none");
  });

  it("--max-fragment and --record-size-limit: small records from both sides", async () => {
    const { port } = await serve(...own, "--record-size-limit", "2100");
    const long = `${"x".repeat(9000)}\n`;
    for (const limit of [
      ["--max-fragment", "512"],
      ["--max-fragment", "4096"],
      ["--record-size-limit", "300"],
    ]) {
      const args = ["connect", `127.0.0.1:${port}`, "--servername", "localhost", "--ca", ca.rootFile, "--trace", ...limit];
      const run = await thimble(args, long);
      expect(run.code, run.stderr).to.equal(0);
      expect(String(run.stdout)).to.equal(long);
      const most = Number(limit[1]) + 1 + 16;
      const sizes = [...run.stderr.matchAll(/^< application_data, (\d+) bytes/gm)].map((match) => Number(match[1]));
      expect(sizes.length).to.be.greaterThan(2);
      for (const size of sizes) expect(size).to.be.at.most(most);
    }
  });

  it("exit 2, and what to do, for wrong usage", async () => {
    writeFileSync(at("short.keys"), new Uint8Array(100));
    const wrong: readonly (readonly [string[], RegExp])[] = [
      [["connect", "localhost:1", "--psk", "sensor"], /write IDENTITY:HEX/],
      [["connect", "localhost:1", "--psk", `a:${KEY}`, "--psk", `b:${KEY}`], /a client shows one/],
      [["connect", "localhost:1", "--psk", "a:0011"], /key has 2 bytes; 16 is the least/],
      [["connect", "localhost:1", "--psk-file", at("none")], /--psk-file .*cannot be read \(ENOENT\)/],
      [["connect", "localhost:1", "--psk-file", at("chain.pem")], /line 1 is not IDENTITY:HEX/],
      [["connect", "localhost:1", "--ca", ca.rootFile, "--session-in", at("none")], /--session-in .*cannot be read \(ENOENT\)/],
      [["connect", "localhost:1", "--ca", ca.rootFile, "--max-fragment", "500"], /512, 1024, 2048 or 4096/],
      [["serve", "--port", "0", ...own, "--ticket-key-file", at("short.keys")], /it has 48 for each key/],
      [["serve", "--port", "0", ...own, "--no-tickets", "--ticket-key-file", at("k")], /--no-tickets rules out/],
      [["serve", "--port", "0", ...own, "--session-ids", "many"], /give a number of sessions/],
    ];
    for (const [args, reason] of wrong) {
      const { code, stderr } = await thimble(args);
      expect(stderr, args.join(" ")).to.match(reason);
      expect(code).to.equal(2);
    }
  });
});
