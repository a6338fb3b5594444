// The fleet under Locust: one master and two workers on this machine, each with devices of its own.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createServer, type TLSSocket } from "node:tls";
import { expect } from "chai";
import { identitiesIn } from "../../sim/fleet/identities.js";
import { root } from "../../sim/paths.js";
import { makePki } from "../../sim/pki.js";
import { command, hostOrNull } from "./program.js";

/** Where tools/setup.sh puts it, or on the PATH. */
const LOCUST = [join(root, "build/locust/bin"), ...(process.env.PATH ?? "").split(delimiter)].map((folder) => join(folder, "locust"));

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

interface Row {
  readonly name: string;
  readonly num_requests: number;
  readonly num_failures: number;
  readonly total_content_length: number;
}

describe("a fleet under Locust", function () {
  this.timeout(90_000);
  let folder = "";
  let locust = "";

  before(async function () {
    locust = LOCUST.find((path) => existsSync(path)) ?? "";
    if (locust === "") {
      console.log("      skipped: locust not found (pip install locust; sh tools/setup.sh servers installs it into build/locust)");
      this.skip();
    }
    if ((await hostOrNull()) === null) this.skip();
    folder = mkdtempSync(join(tmpdir(), "thimble-locust-"));
  });
  after(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  const runtime = (seconds: number): string[] => ["--run-time", `${seconds}s`];

  /** Runs it with two workers of four devices each, against a server that wants certificates of this CA. */
  async function load(devices: string, ca: Buffer | string, onClient: (name: string) => void, ...more: readonly string[]) {
    const pki = makePki(folder, 2);
    const wanted = { ca, requestCert: true, rejectUnauthorized: true };
    const server = createServer({ cert: pki.chain, key: pki.key, ...wanted }, (socket: TLSSocket) => {
      onClient(String(socket.getPeerCertificate().subject.CN));
      socket.on("error", () => {});
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\n\r\n"));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const port = String(await freePort());
    const args = [
      ...["-f", join(root, "sim/fleet/locustfile.py"), "--config", join(root, "sim/fleet/locust.conf"), "--processes", "2"],
      ...["--master-bind-host", "127.0.0.1", "--master-bind-port", port, "--master-port", port, "--users", "6", "--json"],
      ...["--app", join(root, "examples/fleet.ts"), "--host", `localhost:${(server.address() as AddressInfo).port}`],
      ...["--ca", join(folder, "root.pem"), "--identities", devices, "--devices", "4", ...more],
    ];
    try {
      return await new Promise<{ code: unknown; rows: (name: string) => Row; text: string }>((done) => {
        execFile(locust, args, { cwd: folder }, (error, stdout, stderr) => {
          // The workers print lists too, empty ones.
          const begin = stdout.indexOf("[\n");
          const rows = begin < 0 ? [] : (JSON.parse(stdout.slice(begin)) as Row[]);
          done({ code: error?.code ?? 0, rows: (name) => rows.find((row) => row.name === name) as Row, text: stderr });
        });
      });
    } finally {
      server.close();
    }
  }

  it("runs on two workers, whose devices all connect with certificates of their own", async () => {
    const devices = join(folder, "devices");
    const made = await command("main", ["--fleet", "8", "--identities", devices]);
    expect([made.status, made.stdout.split("\n")[0]]).to.deep.equal([
      0,
      `${devices} has identities for 8 devices, of which 8 were made now`,
    ]);
    const seen = new Map<string, number>();
    const count = (name: string): unknown => seen.set(name, (seen.get(name) ?? 0) + 1);
    const { code, rows, text } = await load(devices, readFileSync(join(devices, "ca.pem")), count, ...runtime(8));
    expect(code, text).to.equal(0);
    const [connect, run] = [rows("connect"), rows("run")];
    expect([connect.num_failures, run.num_failures], text).to.deep.equal([0, 0]);
    expect(connect.num_requests).to.be.greaterThan(11); // each at least twice
    expect(run.total_content_length / run.num_requests).to.be.within(20_000, 165_888);
    // Three devices of the first worker's four, and three of the second's.
    expect([...seen.keys()].sort()).to.deep.equal([1, 2, 3, 5, 6, 7].map((number) => `device-00${number}`));
    expect(Math.min(...seen.values())).to.be.greaterThan(1);
  });

  it("tells failures by reason, and ends with 1", async () => {
    const devices = join(folder, "strangers");
    identitiesIn(devices, 0, 8);
    const other = identitiesIn(join(folder, "others"), 0, 1).ca as string;
    const { code, rows, text } = await load(devices, other, () => {}, ...runtime(4));
    expect(code).to.equal(1);
    expect(rows("run").num_failures, text).to.equal(rows("run").num_requests).and.to.be.greaterThan(5);
    expect(text).to.match(/^\d+ +device run: RuntimeError\('no answer: connection_lost/m);
  });

  it("says what is wrong", async () => {
    const { code, text } = await load(join(folder, "empty"), "", () => {}, ...runtime(2));
    expect(code).to.equal(1);
    expect(text).to.contain("has identities for 0 devices, not for 4: make them first");
  });
});
