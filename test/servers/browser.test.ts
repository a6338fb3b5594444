// HTTPS to people: `thimble serve --www` with several names on one port, read by Chromium and by curl. Chromium trusts the test's root because it stands in
// its own certificate store; no flag of it or of curl's switches a check off.
import { execFile, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { type Served, thimbleServe } from "../hosts/node/thimble-command.js";
import { found, isRoot, needed, ServerFolder } from "./real-server.js";
import { VERSIONS } from "./secured.js";

const execute = promisify(execFile);
const NAMES = ["one.example", "two.example"];

describe("HTTPS to people", function () {
  this.timeout(60_000);
  let folder: ServerFolder;
  let www: string;
  let vhosts: string[];
  let served: Served | null = null;

  before(() => {
    folder = new ServerFolder();
    www = folder.folder("www");
    // The browser itself says what it spoke.
    writeFileSync(
      join(www, "index.html"),
      '<!doctype html><link rel="stylesheet" href="style.css"><p id="p">shelf</p><script src="script.js"></script>',
    );
    writeFileSync(join(www, "style.css"), "p { letter-spacing: 7px }");
    writeFileSync(
      join(www, "script.js"),
      "const p = document.getElementById('p'); const { nextHopProtocol } = performance.getEntriesByType('navigation')[0]; p.append(' of ' + [location.hostname, nextHopProtocol, getComputedStyle(p).letterSpacing, isSecureContext].join(', '));",
    );
    vhosts = NAMES.flatMap((name) => {
      folder.ca.leaf(name, [`DNS:${name}`]);
      const chain = folder.write(`${name}-chain.pem`, folder.ca.text(`${name}.pem`) + folder.ca.text("inter.pem"));
      return ["--vhost", `${name}=${chain},${folder.at(`${name}.key`)}`];
    });
  });

  afterEach(async () => {
    await served?.stop();
    served = null;
  });

  after(() => folder.remove());

  async function serve(version: string): Promise<Served> {
    served = await thimbleServe([
      "--www",
      www,
      ...vhosts,
      "--cert",
      folder.cert,
      "--key",
      folder.key,
      "--min-version",
      version,
      "--max-version",
      version,
    ]);
    return served;
  }

  /** A home with a certificate store that has these roots. */
  async function home(certutil: string, name: string, ...roots: string[]): Promise<string> {
    const path = folder.folder(name);
    const store = join(path, ".pki/nssdb");
    mkdirSync(store, { recursive: true });
    await execute(certutil, ["-d", `sql:${store}`, "-N", "--empty-password"]);
    for (const [i, root] of roots.entries())
      await execute(certutil, ["-d", `sql:${store}`, "-A", "-t", "C,,", "-n", `root ${i}`, "-i", root]);
    return path;
  }

  function chromiumArguments(at: string, port: number, url: string): string[] {
    const names = [...NAMES, "localhost", "three.example"].map((name) => `MAP ${name} 127.0.0.1:${port}`);
    return [
      "--headless",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--no-first-run",
      ...(isRoot ? ["--no-sandbox"] : []), // Chromium's own processes; certificates have nothing to do with it
      `--user-data-dir=${join(at, "profile")}`,
      `--host-resolver-rules=${[...names, "MAP * ~NOTFOUND"].join(", ")}`,
      "--dump-dom",
      url,
    ];
  }

  for (const version of VERSIONS) {
    it(`Chromium reads pages of each name, in TLS ${version}`, async function () {
      const chromium = needed(this, found("chromium"), "chromium");
      const at = await home(needed(this, found("certutil"), "certutil (libnss3-tools)"), `home-${version}`, folder.root);
      const { port, told } = await serve(version);
      for (const name of [...NAMES, "localhost"]) {
        const { stdout } = await execute(chromium, chromiumArguments(at, port, `https://${name}/`), {
          env: { ...process.env, HOME: at, XDG_DATA_HOME: "" },
          timeout: 40_000,
        });
        expect(stdout).to.contain(`shelf of ${name}, http/1.1, 7px, true`);
        await told(new RegExp(`connected: TLSv${version.replace(".", "\\.")}, .*servername ${name}, alpn http/1\\.1`));
      }
    });

    it(`Chromium refuses a name that is not in the certificate, and a root that is not in its store, in TLS ${version}`, async function () {
      const chromium = needed(this, found("chromium"), "chromium");
      const certutil = needed(this, found("certutil"), "certutil (libnss3-tools)");
      const { port } = await serve(version);
      // -200: ERR_CERT_COMMON_NAME_INVALID, -202: ERR_CERT_AUTHORITY_INVALID. What it shows then is a page of its own, which never ends loading.
      for (const [name, roots, error] of [
        ["three.example", [folder.root], "net_error -200"],
        ["one.example", [folder.ca.strangerFile], "net_error -202"],
      ] as const) {
        const at = await home(certutil, `home-${version}${error.replace(" ", "")}`, ...roots);
        const child = spawn(chromium, chromiumArguments(at, port, `https://${name}/`), {
          env: { ...process.env, HOME: at, XDG_DATA_HOME: "" },
        });
        let said = "";
        let page = "";
        child.stdout.on("data", (data: Buffer) => {
          page += data.toString();
        });
        await new Promise<void>((done, failed) => {
          child.stderr.on("data", (data: Buffer) => {
            said += data.toString();
            if (said.includes(error)) done();
          });
          child.on("exit", () => failed(new Error(`Chromium ended: ${page} ${said}`)));
          setTimeout(() => failed(new Error(`Chromium does not refuse ${name}: ${said}`)), 25_000).unref();
        }).finally(() => child.removeAllListeners("exit").kill("SIGKILL"));
        expect(page).to.not.contain("shelf");
      }
    });

    it(`curl reads files of each name by HTTP/1.1, and refuses another name, in TLS ${version}`, async function () {
      const curl = needed(this, found("curl"), "curl");
      const { port, told } = await serve(version);
      const ask = (name: string, ...more: string[]) =>
        execute(curl, [
          "-sSv",
          "--cacert",
          folder.root,
          "--resolve",
          `${name}:${port}:127.0.0.1`,
          ...more,
          `https://${name}:${port}/style.css`,
        ]);
      for (const name of [...NAMES, "localhost"]) {
        const { stdout, stderr } = await ask(name);
        expect(stdout).to.equal("p { letter-spacing: 7px }");
        expect(stderr).to.match(/ALPN.*http\/1\.1/);
        await told(new RegExp(`TLSv${version.replace(".", "\\.")}, .*servername ${name}, alpn http/1\\.1`));
      }
      expect((await ask("one.example", "--http1.0")).stdout).to.equal("p { letter-spacing: 7px }");
      const refused = await ask("three.example").catch((error: { code: number }) => error);
      expect(refused).to.include({ code: 60 }); // the certificate does not fit
    });
  }
});
