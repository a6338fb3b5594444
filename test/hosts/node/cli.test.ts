import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { join } from "node:path";
import { createServer, type TLSSocket, type TlsOptions } from "node:tls";
import { expect } from "chai";
import { TestCA } from "./test-ca.js";
import { thimble } from "./thimble-command.js";

describe("thimble connect", () => {
  let ca: TestCA;
  const servers: Server[] = [];

  before(() => {
    ca = new TestCA();
  });

  after(() => {
    for (const server of servers) server.close();
    ca.remove();
  });

  async function listening(server: Server, host = "127.0.0.1"): Promise<string> {
    servers.push(server);
    server.listen(0, host);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  }

  function tlsServer(onSocket: (socket: TLSSocket) => void, options: TlsOptions = {}, host?: string): Promise<string> {
    const server = createServer({ key: ca.key, cert: ca.chain, allowHalfOpen: true, ...options }, (socket) => {
      socket.on("error", () => undefined);
      onSocket(socket);
    });
    return listening(server, host);
  }

  /** Node's server loses its close_notify when it ends before its session tickets are out. */
  const endSoon = (socket: TLSSocket, data: string) => setTimeout(() => socket.end(data), 50);
  const echo = (socket: TLSSocket) => socket.pipe(socket);
  const oneLine = (text: string) => expect(text.trimEnd().split("\n").length, text).to.equal(1);

  it("joins stdin and stdout, and ends in order", async () => {
    const where = await tlsServer(echo);
    const run = await thimble(["connect", where, "--ca", ca.rootFile], "hello\n");
    expect(run).to.deep.equal({ code: 0, stdout: Buffer.from("hello\n"), stderr: "" });
  });

  it("speaks TLS 1.2 with a server that has no other, and alone where it is told so", async () => {
    const older = await tlsServer(echo, { maxVersion: "TLSv1.2" });
    const newer = await tlsServer(echo);
    const seen: (string | null)[] = [];
    const both = await tlsServer((socket) => {
      seen.push(socket.getProtocol());
      socket.pipe(socket);
    });
    for (const args of [
      [older],
      [older, "--max-version", "1.2"],
      [newer, "--max-version", "1.2", "--provider", "xs"],
      [newer, "--min-version", "1.3"],
    ]) {
      const run = await thimble(["connect", ...args, "--ca", ca.rootFile], "hello\n");
      expect(run).to.deep.equal({ code: 0, stdout: Buffer.from("hello\n"), stderr: "" });
    }
    await thimble(["connect", both, "--ca", ca.rootFile, "--ciphers", "ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"], "");
    await thimble(["connect", both, "--ca", ca.rootFile], "");
    expect(seen).to.deep.equal(["TLSv1.2", "TLSv1.3"]);
    const { code, stderr } = await thimble(["connect", older, "--ca", ca.rootFile, "--min-version", "1.3"], "");
    expect([code, /protocol_version|handshake_failure/.test(stderr)]).to.deep.equal([1, true]);
  });

  it("carries a megabyte both ways", async () => {
    const data = randomBytes(1_000_000);
    const where = await tlsServer(echo);
    const run = await thimble(["connect", where, "--ca", ca.rootFile, "--servername", "localhost"], data);
    expect(run.stderr).to.equal("");
    expect(run.stdout.equals(data)).to.equal(true);
    expect(run.code).to.equal(0);
  });

  it("goes on reading after the end of stdin (half close)", async () => {
    const where = await tlsServer((socket) => {
      socket.resume();
      socket.once("end", () => setTimeout(() => socket.end("late"), 50));
    });
    const run = await thimble(["connect", where, "--ca", ca.rootFile]);
    expect(run).to.deep.equal({ code: 0, stdout: Buffer.from("late"), stderr: "" });
  });

  it("ends when the peer ends, though stdin is open", async () => {
    const where = await tlsServer((socket) => endSoon(socket, "bye"));
    const run = await thimble(["connect", where, "--ca", ca.rootFile], null);
    expect(run).to.deep.equal({ code: 0, stdout: Buffer.from("bye"), stderr: "" });
  });

  it("IPv6, --alpn, --trace and --keylog", async () => {
    let alpn: string | false | null = null;
    const where = await tlsServer(
      (socket) => {
        alpn = socket.alpnProtocol;
        endSoon(socket, "ok");
      },
      { ALPNProtocols: ["b", "a"] },
      "::1",
    );
    const keylog = join(ca.folder, "keys.log");
    const run = await thimble(["connect", where, "--ca", ca.rootFile, "--alpn", "a,b", "--trace", "--keylog", keylog]);
    expect(run.code, run.stderr).to.equal(0);
    expect(String(run.stdout)).to.equal("ok");
    expect(alpn).to.be.oneOf(["a", "b"]);
    expect(run.stderr).to.match(/^> handshake, \d+ bytes\n< handshake, \d+ bytes\n/);
    expect(run.stderr).to.match(new RegExp(`= handshake done: TLSv1.3, TLS_\\w+, x25519, alpn ${alpn}`));
    const labels = readFileSync(keylog, "utf8").trimEnd().split("\n");
    for (const line of labels) expect(line).to.match(/^[A-Z0-9_]+ [0-9a-f]{64} ([0-9a-f]{64}|[0-9a-f]{96})$/);
    expect(labels.map((line) => line.split(" ")[0])).to.include.members(["CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"]);
    expect(statSync(keylog).mode & 0o077).to.equal(0);
  });

  it("exit 1 and one line for an unknown authority, a wrong name, a truncated connection and plain HTTP", async () => {
    const where = await tlsServer(echo);
    const stranger = await thimble(["connect", where, "--ca", ca.strangerFile]);
    expect(stranger.code).to.equal(1);
    expect(stranger.stderr).to.match(
      /^thimble: 127\.0\.0\.1:\d+: unknown_ca: .*\(give the certificate of the right authority with --ca\)\n$/,
    );
    const name = await thimble(["connect", where, "--ca", ca.rootFile, "--servername", "example.com"]);
    expect(name.code).to.equal(1);
    expect(name.stderr).to.contain("example.com");
    const cut = await tlsServer((socket) => socket.write("half", () => socket.destroy()));
    const truncated = await thimble(["connect", cut, "--ca", ca.rootFile], null);
    expect(truncated.code).to.equal(1);
    expect(String(truncated.stdout)).to.equal("half");
    expect(truncated.stderr).to.contain("connection_lost");
    const http = await listening(createTcpServer((socket) => socket.on("error", () => undefined).end("HTTP/1.1 400 Bad Request\r\n\r\n")));
    const plain = await thimble(["connect", http, "--ca", ca.rootFile]);
    expect(plain.code).to.equal(1);
    for (const run of [stranger, name, truncated, plain]) oneLine(run.stderr);
  });

  it("exit 3 where nothing listens and where nothing answers", async () => {
    const gone = createTcpServer();
    const where = await listening(gone);
    gone.close();
    await once(gone, "close");
    const refused = await thimble(["connect", where, "--ca", ca.rootFile]);
    expect(refused.code).to.equal(3);
    expect(refused.stderr).to.contain("connection refused: is a server listening on this port? (ECONNREFUSED)");
    const silent = await listening(createTcpServer((socket) => socket.on("error", () => undefined).resume()));
    const quiet = await thimble(["connect", silent, "--ca", ca.rootFile, "--timeout", "0.3"]);
    expect(quiet.code).to.equal(3);
    expect(quiet.stderr).to.contain("timed_out: the handshake was not finished within 0.3 s");
    for (const run of [refused, quiet]) oneLine(run.stderr);
  });

  it("proves itself with --cert and --key", async () => {
    ca.leaf("device", [], "clientAuth");
    const at = (name: string) => join(ca.folder, name);
    writeFileSync(at("device-chain.pem"), ca.text("device.pem") + ca.text("inter.pem"));
    const where = await tlsServer(
      (socket) => endSoon(socket, `${socket.authorized} ${(socket.getPeerCertificate().subject as { CN?: string } | undefined)?.CN}`),
      { requestCert: true, ca: ca.text("root.pem"), rejectUnauthorized: false },
    );
    const args = ["connect", where, "--ca", ca.rootFile];
    const run = await thimble([...args, "--cert", at("device-chain.pem"), "--key", at("device.key")]);
    expect(run).to.deep.equal({ code: 0, stdout: Buffer.from("true device"), stderr: "" });
    const without = await thimble(args);
    expect(String(without.stdout)).to.equal("false undefined");
    const unpaired = await thimble([...args, "--cert", at("device-chain.pem")]);
    expect(unpaired.stderr).to.contain("--cert is given once and --key 0 times");
    const other = await thimble([...args, "--cert", at("device-chain.pem"), "--key", at("root.key")]);
    expect(other.code).to.equal(2);
    expect(other.stderr).to.contain("root.key");
  });

  it("--ciphers, --groups and --provider choose what is negotiated", async () => {
    const where = await tlsServer((socket) => {
      const { name } = socket.getCipher();
      const group = (socket.getEphemeralKeyInfo() as { name?: string } | null)?.name ?? "";
      endSoon(socket, `${name} ${group}`);
    });
    for (const provider of ["noble", "xs"])
      for (const [cipher, group] of [
        ["TLS_AES_256_GCM_SHA384", "secp256r1"],
        ["AES_128_GCM_SHA256", "x25519"],
      ] as const) {
        const run = await thimble(["connect", where, "--ca", ca.rootFile, "--provider", provider, "--ciphers", cipher, "--groups", group]);
        expect(run.stderr).to.equal("");
        expect(String(run.stdout)).to.contain(cipher);
      }
  });

  it("exit 2 for wrong usage and files, before connecting", async () => {
    const junk = join(ca.folder, "junk.pem");
    writeFileSync(junk, "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n");
    const wrong: [string[], RegExp][] = [
      [["connect", "localhost:1"], /give --ca, certificates to trust, or --psk/],
      [["connect", "localhost", "--ca", ca.rootFile], /write HOST:PORT/],
      [["connect", "::1:443", "--ca", ca.rootFile], /in brackets: \[::1\]:443/],
      [["connect", "localhost:99999", "--ca", ca.rootFile], /from 1 to 65535/],
      [["connect", "localhost:1", "--ca", join(ca.folder, "none")], /none: cannot be read \(ENOENT\)/],
      [["connect", "localhost:1", "--ca", junk], /junk\.pem, line 2: not base64/],
      [["connect", "localhost:1", "--ca", join(ca.folder, "leaf.key")], /holds a PRIVATE KEY/],
      [["connect", "localhost:1", "--ca", ca.rootFile, "--receive-buffer", "64"], /receiveBuffer is 64/],
      [["connect", "localhost:1", "--ca", ca.rootFile, "--keylog", join(ca.folder, "none/x")], /none\/x/],
      [["connect", "localhost:1", "--ca", ca.rootFile, "--ciphers", "AES"], /"AES" is unknown .*may be: TLS_CHACHA20.*TLS_AES_128_CCM_8/],
      [["connect", "localhost:1", "--ca", ca.rootFile, "--groups", "P-999"], /"P-999" is unknown .*may be: x25519, secp256r1/],
      [["connect", "localhost:1", "--ca", ca.rootFile, "--min-version", "1.3", "--max-version", "1.2"], /1\.3 is above --max-version 1\.2/],
      [
        ["connect", "localhost:1", "--ca", ca.rootFile, "--max-version", "1.2", "--ciphers", "TLS_AES_128_GCM_SHA256"],
        /none of them belongs to a version/,
      ],
      [["connect", "localhost:1", "--ca", ca.rootFile, "--min-version", "1.1"], /Allowed choices are 1\.2, 1\.3/],
      [["connect", "localhost:1", "--ca", ca.rootFile, "--provider", "x"], /Allowed choices are noble, xs/],
      [["connect", "localhost:1", "--ca", ca.rootFile, "--frob"], /unknown option '--frob'/],
      [["frob"], /unknown command 'frob'/],
    ];
    for (const [args, message] of wrong) {
      const run = await thimble(args);
      expect(run.stderr, args.join(" "))
        .to.match(message)
        .and.to.match(/^thimble: /);
      expect(run.code, args.join(" ")).to.equal(2);
      oneLine(run.stderr);
    }
  });

  it("an older Node gets one clear sentence", async () => {
    const old = join(ca.folder, "old.cjs");
    writeFileSync(old, 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.4" } });\n');
    const run = await thimble(["connect"], "", ["--require", old]);
    expect(run).to.deep.equal({ code: 2, stdout: Buffer.alloc(0), stderr: "thimble needs Node 20.19 or newer; this is Node 18.20.4.\n" });
  });

  it("--help and --version", async () => {
    const help = await thimble(["connect", "--help"]);
    expect(help.code).to.equal(0);
    expect(String(help.stdout)).to.contain("--keylog <FILE>");
    const version = await thimble(["--version"]);
    expect(String(version.stdout)).to.match(/^\d+\.\d+\.\d+\n$/);
  });
});
