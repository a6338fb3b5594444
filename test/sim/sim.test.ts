// `npm run sim` as a whole, and how it ends when something is missing or wrong.
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { makePki } from "../../sim/pki.js";
import { type ReadingsServer, startReadingsServer } from "../../sim/server.js";
import type { HostBuild } from "../../sim/xs/run.js";
import { command, hostOrNull } from "./program.js";

describe("sim", function () {
  this.timeout(300_000);
  let host: HostBuild | null = null;
  let folder = "";
  let server: ReadingsServer | null = null;
  let ca = "";
  let strangerCa = "";

  before(async function () {
    host = await hostOrNull();
    if (host === null) this.skip();
    folder = mkdtempSync(join(tmpdir(), "thimble-test-"));
    const pki = makePki(folder, 2);
    server = await startReadingsServer(pki);
    ca = join(folder, "root.pem");
    strangerCa = join(folder, "leaf.pem");
    writeFileSync(strangerCa, pki.chain.slice(0, pki.chain.indexOf("-----END CERTIFICATE-----") + 26));
  });
  after(() => {
    server?.stop();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  /** A server that does something else with its connections. */
  async function other(onConnection: (socket: Socket) => void): Promise<Server> {
    const one = createServer((socket) => {
      socket.on("error", () => {});
      onConnection(socket);
    });
    one.listen(0, "127.0.0.1");
    await once(one, "listening");
    return one;
  }
  const portOf = (one: Server): number => (one.address() as AddressInfo).port;

  it("posts readings and prints the handshake, memory and allocations", async () => {
    const { status, stdout, stderr } = await command("main", ["--readings", "2", "--no-instructions"]);
    expect(stderr).not.to.contain("sim: the");
    expect(status).to.equal(0);
    expect(stdout).to.contain("sensor: reading 2 accepted").and.to.contain("2 readings were accepted by the server");
    for (const message of [
      "→ ClientHello",
      "← ServerHello",
      "← EncryptedExtensions",
      "← Certificate ",
      "← CertificateVerify",
      "← Finished",
      "← NewSessionTicket × 2",
    ])
      expect(stdout).to.contain(message);
    expect(stdout).to.match(/connection, peak \(\w+\) +[\d,]+ B +[\d,]+ \([\d,]+ B\) +[\d,]+ B +[\d,]+ B/);
    expect(stdout).to.match(/sensor's TLS socket, idle +[\d,]+ B/);
    expect(stdout).to.match(/record sent \(mean of 2\) +167 B +0 B +0 +0/);
    const rows = stdout.split("\n").filter((line) => /^ {2}[→←] \S+ +\d/.test(line));
    const width = rows[0]?.length;
    expect(rows.filter((row) => row.trimEnd().endsWith(" B") && row.length !== width)).to.have.length.at.most(1);
  });

  for (const suite of ["aes256", "ccm", "ccm8"]) {
    it(`posts a reading with --suite ${suite}`, async () => {
      const { status, stdout } = await command("main", ["--readings", "1", "--no-instructions", "--suite", suite]);
      expect(stdout).to.contain("1 readings were accepted by the server");
      expect(status).to.equal(0);
    });
  }

  it("speaks to a server that is running already", async () => {
    const port = String(server?.securePort);
    const { status, stdout } = await command("main", [
      "--server",
      `localhost:${port}`,
      "--ca",
      ca,
      "--no-instructions",
      "--suite",
      "aes128",
    ]);
    expect(stdout).to.contain("the server answered with status 200");
    expect(status).to.equal(0);
  });

  it("posts a reading over a slow network, in one block of RAM", async () => {
    const args = ["--readings", "1", "--no-instructions", "--latency", "15", "--segment", "200", "--board", "esp32-c3"];
    const { status, stdout, stderr } = await command("main", args);
    expect(stdout, stderr).to.contain("1 readings were accepted by the server").and.to.contain("RAM: 94,208 B for chunks, slots");
    expect(status).to.equal(0);
    const small = await command("main", ["--ram", "20000"]);
    expect(small.stderr).to.match(/sim: memory too small: .* need [\d,]+ bytes; the device has 20,000 \(--ram, --receive-buffer\)/);
    expect(small.status).to.equal(2);
  });

  it("says that no server is there", async () => {
    const { status, stderr } = await command("main", ["--server", "127.0.0.1:1", "--ca", ca]);
    expect(status).to.equal(2);
    expect(stderr).to.match(/^sim: 127\.0\.0\.1:1: connection refused[^\n]*\n$/m);
  });

  it("says that a CA file is missing or damaged", async () => {
    const missing = await command("main", ["--server", "127.0.0.1:1", "--ca", join(folder, "none.pem")]);
    expect(missing.stderr).to.contain("none.pem: cannot be read (ENOENT)");
    const damaged = await command("main", ["--server", "127.0.0.1:1", "--ca", join(folder, "openssl.cnf")]);
    expect(damaged.stderr).to.contain("holds no certificate");
    expect([missing.status, damaged.status]).to.deep.equal([2, 2]);
  });

  it("ends with the alert's name when the server is not the one that is trusted", async () => {
    const { status, stderr } = await command("main", ["--server", `localhost:${server?.securePort}`, "--ca", strangerCa]);
    expect(status).to.equal(1);
    expect(stderr).to.match(/^sim: the sensor: unknown_ca: [^\n]+\n$/m);
  });

  it("ends with the alert's name when the name or the time is wrong", async () => {
    const name = await command("main", ["--servername", "elsewhere.example"]);
    expect(name.stderr).to.match(/^sim: the sensor: \w+: [^\n]*elsewhere\.example[^\n]*\n$/m);
    const time = await command("main", ["--time", "2099-01-01"]);
    expect(time.stderr).to.match(/^sim: the sensor: certificate_expired: [^\n]+\n$/m);
    expect([name.status, time.status]).to.deep.equal([1, 1]);
  });

  it("ends in one line when the server speaks plain text, or goes away", async () => {
    const plain = await other((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const gone = await other((socket) => socket.on("data", () => socket.destroy()));
    try {
      const text = await command("main", ["--server", `127.0.0.1:${portOf(plain)}`, "--ca", ca]);
      expect(text.stderr).to.match(/^sim: the sensor: unexpected_message: [^\n]*"HTTP\/1\.1 400[^\n]*\n$/m);
      const lost = await command("main", ["--server", `127.0.0.1:${portOf(gone)}`, "--ca", ca]);
      expect(lost.stderr).to.match(/^sim: the sensor: connection_lost: [^\n]+\n$/m);
      expect([text.status, lost.status]).to.deep.equal([1, 1]);
    } finally {
      plain.close();
      gone.close();
    }
  });

  it("sums before it connects, and says which memory is too small", async () => {
    const chunks = await command("main", ["--chunks", "4000"]);
    expect(chunks.stderr).to.match(
      /sim: memory too small: 2,048 bytes to receive, 512 to send, .* the device has 4,000 \(--chunks, --receive-buffer\)/,
    );
    const buffers = await command("main", ["--receive-buffer", "65536", "--chunks", "50000"]);
    expect(buffers.stderr).to.contain("memory too small: 65,536 bytes to receive");
    const slots = await command("main", ["--slots", "400"]);
    expect(slots.stderr).to.match(/memory too small: .* the device has 400 \(--slots\)/);
    const stack = await command("main", ["--stack", "200"]);
    expect(stack.stderr).to.match(/memory too small: .* the device has 200 \(--stack\)/);
    for (const { status, stdout } of [chunks, buffers, slots, stack]) {
      expect(status).to.equal(2);
      expect(stdout).not.to.contain("sensor:");
    }
  });

  it("says so when the app alone does not fit", async () => {
    const { status, stderr } = await command("main", ["--slots", "100"]);
    expect(status).to.equal(1);
    expect(stderr).to.match(
      /^sim: the app without TLS: out of memory: asked for one more slot; [^\n]+ \(--chunks, --slots\)\n {2}held by [^\n]+ × \d+: [^\n]+\n$/m,
    );
  });

  it("says that the compiler is missing", async () => {
    for (const [name, prefix] of [
      ["main", "sim"],
      ["budgets", "budgets"],
      ["size", "size"],
    ] as const) {
      const { status, stderr } = await command(name, [], { CC: "/nowhere/gcc" });
      expect(status).to.equal(2);
      expect(stderr).to.match(new RegExp(`^${prefix}: the C compiler "/nowhere/gcc" cannot be started[^\\n]+\\n$`));
    }
  });
});
