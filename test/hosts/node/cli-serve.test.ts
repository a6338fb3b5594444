import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { expect } from "chai";
import { TestCA } from "./test-ca.js";
import { type Served, thimble, thimbleServe } from "./thimble-command.js";

const execute = promisify(execFile);

describe("thimble serve", () => {
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
    const one = await thimbleServe([...own, ...args]);
    served.push(one);
    return one;
  }

  /** Sends text by Node's client and reads to the end. */
  async function ask(port: number, text: string, options: ConnectionOptions = {}): Promise<string> {
    const socket: TLSSocket = connect({ port, host: "127.0.0.1", ca: ca.text("root.pem"), servername: "localhost", ...options });
    socket.end(text);
    let answer = "";
    for await (const part of socket) answer += part;
    return answer;
  }

  it("prints what clients send to stdout, progress to stderr, and ends in order", async () => {
    const { port, run, stop } = await serve();
    expect(await ask(port, "to stdout\n")).to.equal("");
    await ask(port, "and more\n");
    const { code, stdout, stderr } = await stop();
    expect(code).to.equal(0);
    expect(String(stdout)).to.equal("to stdout\nand more\n");
    expect(stderr).to.equal(run.stderr);
    expect(stderr).to.match(
      /^listening on 127\.0\.0\.1:\d+\n127\.0\.0\.1:\d+ connected: TLSv1\.3, TLS_\w+, x25519, servername localhost\n/,
    );
  });

  it("--echo sends back what came; --alpn, --trace and --keylog", async () => {
    const keylog = at("server-keys.log");
    const { port, told } = await serve("--echo", "--alpn", "b,a", "--trace", "--keylog", keylog);
    expect(await ask(port, "again ".repeat(50_000), { ALPNProtocols: ["a", "b"] })).to.equal("again ".repeat(50_000));
    await told("alpn b");
    await told(/127\.0\.0\.1:\d+ < handshake, \d+ bytes\n/);
    expect(readFileSync(keylog, "utf8")).to.match(/^SERVER_TRAFFIC_SECRET_0 [0-9a-f]{64} [0-9a-f]{64}$/m);
  });

  it("serves TLS 1.2 too, and refuses it where it is told so", async () => {
    const { port, told } = await serve("--echo", "--trace");
    expect(await ask(port, "older", { maxVersion: "TLSv1.2" })).to.equal("older");
    await told("connected: TLSv1.2, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, x25519");
    const newer = await serve("--min-version", "1.3");
    await ask(newer.port, "x", { maxVersion: "TLSv1.2" }).then(
      () => expect.fail("it was taken"),
      (error: Error) => expect(error.message).to.match(/protocol version/),
    );
    const older = await serve("--max-version", "1.2", "--echo", "--provider", "xs");
    expect(await ask(older.port, "older", {})).to.equal("older");
    await older.told("connected: TLSv1.2");
  });

  it("talks with thimble connect, both ways in every provider", async () => {
    for (const provider of ["noble", "xs"]) {
      const { port } = await serve("--echo", "--provider", provider);
      const run = await thimble(["connect", `localhost:${port}`, "--ca", ca.rootFile, "--provider", provider], "to and fro\n");
      expect(run).to.deep.equal({ code: 0, stdout: Buffer.from("to and fro\n"), stderr: "" });
    }
  });

  it("--http answers GET / HTTP/1.0 with a page about the connection", async () => {
    const { port } = await serve("--http", "--ciphers", "TLS_AES_256_GCM_SHA384", "--groups", "P-256");
    const page = await ask(port, "GET / HTTP/1.0\r\n\r\n");
    expect(page).to.match(/^HTTP\/1\.1 200 OK\r\n/);
    for (const text of ["TLSv1.3", "TLS_AES_256_GCM_SHA384", "secp256r1", "localhost"]) expect(page).to.contain(text);
    expect(await ask(port, "GET /other HTTP/1.0\r\n\r\n")).to.match(/^HTTP\/1\.1 404 /);
    expect(await ask(port, "POST / HTTP/1.0\r\n\r\n")).to.match(/^HTTP\/1\.1 405 /);
    expect(await ask(port, "nonsense\r\n\r\n")).to.match(/^HTTP\/1\.1 400 /);
  });

  it("--http speaks HTTP/1.1 by ALPN with those that would rather have HTTP/2, and refuses those that have nothing else", async () => {
    const { port, told } = await serve("--http");
    expect(await ask(port, "GET / HTTP/1.0\r\n\r\n", { ALPNProtocols: ["h2", "http/1.1"] })).to.contain("<td>http/1.1</td>");
    const refused = await ask(port, "", { ALPNProtocols: ["h2"] }).catch((error: Error) => error.message);
    expect(refused).to.match(/no application protocol/);
    await told("failed: no_application_protocol");
  });

  it("--www serves files below a directory and none outside", async () => {
    const www = at("www");
    mkdirSync(join(www, "sub"), { recursive: true });
    writeFileSync(join(www, "index.html"), "<p>top");
    writeFileSync(join(www, "sub/index.html"), "<p>sub");
    writeFileSync(join(www, "data.json"), "{}");
    writeFileSync(join(www, ".secret"), "hidden");
    writeFileSync(at("outside.txt"), "outside");
    symlinkSync(at("outside.txt"), join(www, "link.txt"));
    symlinkSync(ca.folder, join(www, "up"));
    symlinkSync("data.json", join(www, "inner.json"));
    const { port } = await serve("--www", www);
    const get = (path: string) => ask(port, `GET ${path} HTTP/1.0\r\n\r\n`);
    expect(await get("/")).to.match(/^HTTP\/1\.1 200 [\s\S]*Content-Type: text\/html[\s\S]*<p>top$/i);
    expect(await get("/sub/?q")).to.match(/200 [\s\S]*<p>sub$/);
    expect(await get("/data.json")).to.match(/Content-Type: application\/json[\s\S]*\{\}$/i);
    expect(await get("/inner.json")).to.match(/ 200 [\s\S]*\{\}$/);
    const escapes = ["/../outside.txt", "/%2e%2e/outside.txt", "/..%2foutside.txt", "//etc/passwd", "/link.txt", "/up/outside.txt", "/up/"];
    for (const path of [...escapes, "/.secret", "/%00", "/%zz", "/none"]) {
      const answer = await get(path);
      expect(answer, path).to.match(/^HTTP\/1\.1 40[034] /);
      expect(answer, path).to.not.contain("outside\n").and.not.contain("hidden").and.not.contain("root:");
    }
  });

  it("curl reads over it", async function () {
    const { port } = await serve("--http");
    try {
      await execute("curl", ["--version"]);
    } catch {
      console.log("      skipped: curl not found");
      this.skip();
    }
    const { stdout } = await execute("curl", ["-sS", "--cacert", ca.rootFile, `https://localhost:${port}/`]);
    expect(stdout).to.contain("secured by thimble");
  });

  it("--vhost: each name has its own certificate", async () => {
    ca.leaf("one", ["DNS:one.example"]);
    ca.leaf("any", ["DNS:*.many.example"]);
    for (const name of ["one", "any"]) writeFileSync(at(`${name}-chain.pem`), ca.text(`${name}.pem`) + ca.text("inter.pem"));
    const vhost = (host: string, name: string) => ["--vhost", `${host}=${at(`${name}-chain.pem`)},${at(`${name}.key`)}`];
    const { port, told } = await serve("--echo", ...vhost("one.example", "one"), ...vhost("*.many.example", "any"));
    for (const servername of ["one.example", "two.many.example", "localhost"]) {
      expect(await ask(port, "x", { servername })).to.equal("x"); // the certificate has the name, or Node ends this
      await told(`servername ${servername}`);
    }
  });

  it("--client-ca asks, --require-client-cert insists", async () => {
    ca.leaf("device", [], "clientAuth");
    const device = { cert: ca.text("device.pem") + ca.text("inter.pem"), key: ca.text("device.key") };
    const asking = await serve("--echo", "--client-ca", ca.rootFile);
    expect(await ask(asking.port, "without")).to.equal("without");
    expect(await ask(asking.port, "with", device)).to.equal("with");
    const { port, told } = await serve("--echo", "--client-ca", ca.rootFile, "--require-client-cert");
    expect(await ask(port, "with", device)).to.equal("with");
    await told("client authenticated");
    const refused = await thimble(["connect", `localhost:${port}`, "--ca", ca.rootFile], null);
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.match(/certificate_required from the peer: .*\(give a certificate with --cert and --key\)\n$/);
    await told(/failed: certificate_required: .*the client sent none/);
  });

  it("tells of plain HTTP, silent clients and clients above the cap, and goes on", async () => {
    const { port, told } = await serve("--echo", "--handshake-timeout", "0.3", "--max-handshakes", "1");
    const http = connectTcp(port, "127.0.0.1", () => http.write("GET / HTTP/1.1\r\n\r\n"));
    await told(/failed: unexpected_message: the peer sent plain text, not TLS: "GET \/ HTTP/);
    const silent = connectTcp(port, "127.0.0.1");
    await told("failed: timed_out: the client sent nothing within 0.3 s");
    for (const socket of [http, silent]) socket.on("error", () => undefined).destroy();
    expect(await ask(port, "still here")).to.equal("still here");
  });

  it("--idle-timeout closes", async () => {
    const { port, told } = await serve("--echo", "--idle-timeout", "0.2");
    const socket = connect({ port, host: "127.0.0.1", ca: ca.text("root.pem"), servername: "localhost" });
    socket.on("error", () => undefined).resume();
    await once(socket, "close");
    await told("failed: timed_out: nothing was sent or received for 0.2 s");
  });

  it("exit 3 where the port is taken, in one line", async () => {
    const other = createTcpServer();
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const run = await thimble(["serve", "--port", String(port), "--address", "127.0.0.1", ...own]);
    other.close();
    expect(run.code).to.equal(3);
    expect(run.stderr).to.equal(
      `thimble: 127.0.0.1:${port}: the port is in use: stop the other server, or choose another --port (EADDRINUSE)\n`,
    );
  });

  it("exit 2 for wrong usage and files, before listening", async () => {
    await execute("openssl", ["pkey", "-in", at("leaf.key"), "-aes256", "-passout", "pass:x", "-out", at("encrypted.key")]);
    await execute("openssl", ["ec", "-in", at("leaf.key"), "-aes256", "-passout", "pass:x", "-out", at("old-encrypted.key")]);
    await execute("openssl", ["pkey", "-in", at("leaf.key"), "-outform", "DER", "-out", at("leaf-key.der")]);
    writeFileSync(at("junk.pem"), `${ca.chain}-----BEGIN CERTIFICATE-----\nMII!\n-----END CERTIFICATE-----\n`);
    writeFileSync(at("cut.pem"), ca.chain.slice(0, 400));
    writeFileSync(at("random.bin"), Buffer.from([0x30, 0x82, 1, 2, 3]));
    writeFileSync(at("empty.pem"), "");
    const pair = (cert: string, key: string) => ["serve", "--port", "0", "--cert", at(cert), "--key", at(key)];
    const good = pair("chain.pem", "leaf.key");
    const wrong: [string[], RegExp][] = [
      [["serve", ...own], /required option '--port <PORT>' not specified/],
      [["serve", "--port", "0"], /give --cert and --key, --vhost or --psk/],
      [["serve", "--port", "65536", ...own], /--port.*from 1 to 65535/],
      [["serve", "--port", "0", "--cert", at("chain.pem")], /--cert is given once and --key 0 times/],
      [pair("chain.pem", "root.key"), /root\.key.*does not|root\.key.*not (the|fit|match|belong)/i],
      [pair("chain.pem", "encrypted.key"), /encrypted\.key.*encrypted/],
      [pair("chain.pem", "old-encrypted.key"), /old-encrypted\.key.*encrypted/],
      [pair("chain.pem", "chain.pem"), /chain\.pem/],
      [pair("chain.pem", "none.key"), /none\.key: cannot be read \(ENOENT\)/],
      [pair("chain.pem", "empty.pem"), /empty\.pem/],
      [pair("chain.pem", "random.bin"), /random\.bin/],
      [pair("leaf.key", "leaf.key"), /leaf\.key.*holds a PRIVATE KEY/],
      [pair("junk.pem", "leaf.key"), /junk\.pem, line \d+: not base64/],
      [pair("cut.pem", "leaf.key"), /cut\.pem.*has no END/],
      [pair("random.bin", "leaf.key"), /random\.bin/],
      [pair("empty.pem", "leaf.key"), /empty\.pem: is empty/],
      [[...good, "--require-client-cert"], /needs --client-ca/],
      [[...good, "--client-ca", at("empty.pem")], /empty\.pem/],
      [[...good, "--vhost", "a.example"], /NAME=CERT,KEY/],
      [[...good, "--vhost", `a.example=${at("none.pem")},${at("leaf.key")}`], /none\.pem/],
      [[...good, "--vhost", `a*b=${at("chain.pem")},${at("leaf.key")}`], /a\*b/],
      [[...good, "--www", at("none")], /none: cannot be read/],
      [[...good, "--www", at("chain.pem")], /is no directory/],
      [[...good, "--www", ca.folder, "--echo"], /cannot be used with option/],
      [[...good, "--ciphers", "x"], /may be: TLS_CHACHA20_POLY1305_SHA256/],
      [[...good, "--groups", "x"], /may be: x25519/],
      [[...good, "--max-handshakes", "0"], /from 1 to/],
      [[...good, "--receive-buffer", "64"], /receiveBuffer is 64/],
      [[...good, "--alpn", "a,,b"], /separated by commas/],
    ];
    const runs = await Promise.all(wrong.map(([args]) => thimble(args)));
    for (const [i, run] of runs.entries()) {
      const [args, message] = wrong[i] as [string[], RegExp];
      expect(run.stderr, args.join(" "))
        .to.match(message)
        .and.to.match(/^thimble: /);
      expect(run.stderr.trimEnd().split("\n").length, run.stderr).to.equal(1);
      expect(run.code, args.join(" ")).to.equal(2);
    }
    const der = await thimbleServe(["--cert", at("chain.pem"), "--key", at("leaf-key.der"), "--echo"]);
    served.push(der);
    expect(await ask(der.port, "a key in DER")).to.equal("a key in DER");
  }).timeout(60_000);
});
