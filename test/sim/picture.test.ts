// The page that `npm run sim -- --report` writes, opened in headless Chromium: what a run measured is seen in it.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { missingTools } from "../../sim/mcu/build.js";
import { certificateMaker, makeIntermediate, makeLeaf, makeRoot, readPki } from "../../sim/pki.js";
import { type RunData, readRun, sum } from "../../sim/report/picture/run-data.js";
import { type ReadingsServer, startReadingsServer } from "../../sim/server.js";
import { hasValgrind } from "../../sim/xs/run.js";
import { found, isRoot, needed } from "../servers/real-server.js";
import { command, hostOrNull } from "./program.js";

const execute = promisify(execFile);
/** Octets of an extension that makes the second server's certificate longer. */
const MORE = 1500;

const thousands = (value: number): string => value.toLocaleString("en-US");

describe("the picture of a run", function () {
  this.timeout(300_000);
  let folder = "";
  let first = "";
  let second = "";
  let server: ReadingsServer | null = null;
  let chromium = "";

  before(async function () {
    if ((await hostOrNull()) === null) this.skip();
    chromium = needed(this as never, found("chromium"), "chromium");
    folder = mkdtempSync(join(tmpdir(), "thimble-picture-"));
    first = join(folder, "first.html");
    second = join(folder, "second.html");
    const make = certificateMaker(folder, 2);
    makeRoot(make);
    makeIntermediate(make, "intermediate", "/CN=Thimble Demo Intermediate", "root", 0);
    makeLeaf(make, "leaf", "intermediate", {
      more: [`1.3.6.1.4.1.32473.1=DER:0482${MORE.toString(16).padStart(4, "0")}${"5a".repeat(MORE)}`],
    });
    server = await startReadingsServer(readPki(folder));
    const plain = await command("main", ["--readings", "1", "--report", first]);
    expect(plain.stderr + plain.stdout).to.contain("1 readings were accepted");
    const longer = ["--server", `localhost:${server.securePort}`, "--ca", join(folder, "root.pem"), "--no-instructions"];
    const { status, stderr } = await command("main", [...longer, "--report", second, "--compare", first]);
    expect(status, stderr).to.equal(0);
  });
  after(() => {
    server?.stop();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  async function chrome(page: string, ...more: string[]): Promise<string> {
    const { stdout } = await execute(
      chromium,
      [
        ...["--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--allow-file-access-from-files"],
        ...(isRoot ? ["--no-sandbox"] : []), // Chromium's own processes
        ...[`--user-data-dir=${join(folder, "profile")}`, "--virtual-time-budget=4000", ...more, "--dump-dom", `file://${page}`],
      ],
      { maxBuffer: 1 << 26, timeout: 60_000 },
    );
    return stdout;
  }

  /** What a script says of a page that stands in a frame of this width: the page itself runs none. */
  async function asked(page: string, width: number, script: string, ...more: string[]): Promise<unknown> {
    const frame = join(folder, "frame.html");
    writeFileSync(
      frame,
      `<!doctype html><iframe src="${page}" width="${width}" height="900" style="border:0"></iframe><script>
onload = () => { const d = document.querySelector("iframe").contentDocument, w = d.defaultView;
  document.body.innerHTML = "<pre>@" + JSON.stringify((() => { ${script} })()).replace(/</g, "&lt;") + "@</pre>"; };</script>`,
    );
    const text = await chrome(frame, "--window-size=1400,1000", ...more);
    const told = /@(.*)@<\/pre>/s.exec(text)?.[1];
    if (told === undefined) throw new Error(`Chromium told nothing: ${text.slice(0, 500)}`);
    return JSON.parse(told.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&"));
  }

  const of = (run: RunData, name: string) => {
    const message = run.messages.find((one) => one.name === name);
    if (message === undefined) throw new Error(`${name} is not in the run`);
    return message;
  };

  it("shows a longer certificate in its own bar, its table and its words, beside the run before", async () => {
    const [before, now] = [readRun(first), readRun(second)];
    const grown = of(now, "Certificate").wireBytes - of(before, "Certificate").wireBytes;
    expect(grown).to.be.within(MORE, MORE + 120);
    const told = (await asked(
      second,
      1000,
      `const wire = [...d.querySelectorAll("section")].find((s) => s.querySelector("h2").textContent === "Bytes on the wire");
       const row = [...wire.querySelectorAll("tbody tr")].find((r) => r.cells[0].textContent === "← Certificate");
       const bars = [...wire.querySelectorAll(".wide rect")].map((r) => r.getBoundingClientRect().width);
       return { cells: [...row.cells].map((c) => c.textContent), longest: Math.max(...bars), bars: bars.length, label: wire.querySelector(".wide svg").getAttribute("aria-label"),
         drawn: [...wire.querySelectorAll(".wide svg text")].map((t) => t.textContent) };`,
    )) as { cells: string[]; longest: number; bars: number; label: string; drawn: string[] };
    const both = [now, before].map((run) => thousands(of(run, "Certificate").wireBytes));
    expect(told.cells).to.deep.equal(["← Certificate", ...both.map((value) => `${value} B`)]);
    expect(told.label).to.contain(`← Certificate ${both[0]} B and ${both[1]} B`);
    expect(told.drawn).to.include.members(both);
    expect(told.longest).to.be.above(400);
  });

  it("draws RAM by kind with each message and its peak, and the budgets as lines", async () => {
    const run = readRun(first);
    const told = (await asked(
      first,
      1000,
      `const svg = d.querySelector(".wide svg");
       return { label: svg.getAttribute("aria-label"), role: svg.getAttribute("role"), text: [...svg.querySelectorAll("text")].map((t) => t.textContent),
         areas: [...svg.querySelectorAll('[aria-label="area"] path')].map((p) => w.getComputedStyle(p).fill), height: svg.getBoundingClientRect().height };`,
    )) as { label: string; role: string; text: string[]; areas: string[]; height: number };
    for (const name of ["ClientHello", "ServerHello", "EncryptedExtensions", "Certificate", "CertificateVerify", "Finished"]) {
      const { direction, peak, curve } = of(run, name);
      expect(told.text).to.include(`${direction === ">" ? "→" : "←"} ${name}`);
      expect(told.text).to.include(thousands(sum(peak!)));
      expect(curve.length, name).to.be.above(1);
      for (const one of curve) expect(sum(one), name).to.be.at.most(sum(peak!));
      expect(Math.max(...curve.map(sum)), name).to.equal(sum(peak!));
    }
    expect(new Set(told.areas).size).to.equal(3);
    const peak = Math.max(...run.messages.map((one) => (one.peak === null ? 0 : sum(one.peak))));
    expect(told.role).to.equal("img");
    expect(told.label).to.match(new RegExp(`At most ${thousands(peak)} B, at Certificate: [\\d,]+ B of chunks`));
    for (const { limit, value, line, about } of run.budgets)
      if (line) expect(told.text).to.include(`${about} ${thousands(limit ?? value)}`);
    expect(run.budgets.filter(({ line }) => line)).to.have.length(2);
  });

  it("counts instructions by message and by primitive", function () {
    if (!hasValgrind()) this.skip();
    const run = readRun(first);
    const sums = (list: readonly { instructions: number | null }[]): number =>
      list.reduce((all, { instructions }) => all + (instructions ?? 0), 0);
    const names = run.primitives.map(({ name }) => name);
    for (const name of ["x25519", "SHA-256", "HMAC with SHA-256", "CHACHA20_POLY1305", "ecdsa_secp256r1_sha256", "the rest"])
      expect(names).to.include(name);
    // The two counts are of two runs; telling which primitive runs costs a little itself.
    expect(sums(run.primitives) / sums(run.messages)).to.be.within(0.97, 1.15);
    const verify = run.primitives.find(({ name }) => name === "ecdsa_secp256r1_sha256");
    expect(verify!.instructions).to.be.within(60e6, 110e6); // three signatures
    expect(readRun(second).primitives).to.deep.equal([]);
  });

  it("fits a phone, and heeds a dark mode", async () => {
    const script = `return { over: d.documentElement.scrollWidth - w.innerWidth, narrow: [...d.querySelectorAll(".narrow svg")].map((s) => s.getBoundingClientRect().width),
      wide: [...d.querySelectorAll(".wide svg")].map((s) => s.getBoundingClientRect().width), back: w.getComputedStyle(d.body).backgroundColor };`;
    interface Told {
      over: number;
      narrow: number[];
      wide: number[];
      back: string;
    }
    const phone = (await asked(first, 360, script)) as Told;
    expect(phone.over).to.be.at.most(0);
    expect(Math.min(...phone.narrow)).to.be.within(300, 360);
    expect(Math.max(...phone.wide)).to.equal(0);
    expect(((await asked(second, 360, script)) as Told).over).to.be.at.most(0);
    const desk = (await asked(first, 1000, script)) as Told;
    expect([Math.max(...desk.narrow), Math.min(...desk.wide) > 700]).to.deep.equal([0, true]);
    const dark = (await asked(first, 360, script, "--force-dark-mode")) as Told;
    expect([phone.back, dark.back]).to.deep.equal(["rgb(255, 255, 255)", "rgb(20, 23, 26)"]);
  });

  it("can be read without seeing it: every chart has words and a table, every table a caption and headings", async () => {
    const told = (await asked(
      second,
      1000,
      `return { lang: d.documentElement.lang, title: d.title, unnamed: [...d.querySelectorAll("svg")].filter((s) => !(s.getAttribute("aria-label") ?? "").includes(" ") || s.getAttribute("role") !== "img").length,
         tables: [...d.querySelectorAll("table")].map((t) => [!!t.caption, [...t.tHead.querySelectorAll("th")].every((h) => h.scope === "col"), [...t.tBodies[0].rows].every((r) => r.cells[0].scope === "row")]),
         headings: [...d.querySelectorAll("h1,h2")].map((h) => h.textContent) };`,
    )) as { lang: string; title: string; unnamed: number; tables: boolean[][]; headings: string[] };
    expect(told.lang).to.equal("en");
    expect(told.title).to.contain("What a connection costs");
    expect(told.unnamed).to.equal(0);
    expect(told.tables).to.have.length.at.least(6);
    expect(told.tables.flat().every((good) => good)).to.equal(true);
    expect(told.headings).to.include.members(["RAM over the connection", "Bytes on the wire", "Budgets", "All figures"]);
  });

  it("draws an app of one's own, beside the demo", async () => {
    const page = join(folder, "app.html");
    const { status, stderr } = await command("main", ["examples/reading.ts", "--server", "own", "--report", page, "--compare", first]);
    expect(status, stderr).to.equal(0);
    const run = readRun(page);
    expect(run.messages.map(({ direction, name }) => direction + name)).to.deep.equal([
      ...["<before TLS", "<ServerHello", "<EncryptedExtensions", "<Certificate", "<CertificateVerify", "<Finished"],
      ...[">data sent", "<NewSessionTicket", "<data received"],
    ]);
    const peak = sum(of(run, "Certificate").peak!);
    // The socket and the app lie above the connection alone.
    expect(peak).to.be.above(sum(of(readRun(first), "Certificate").peak!));
    const told = (await asked(page, 1000, `return [...d.querySelectorAll("svg")].map((s) => s.getAttribute("aria-label"));`)) as string[];
    expect(told[0])
      .to.contain("reading.ts")
      .and.to.contain(`At most ${thousands(peak)} B, at Certificate`);
    expect(told[1]).to.contain("esp32, chacha20");
    if (!hasValgrind()) return;
    for (const message of run.messages.slice(1)) expect(message.instructions, message.name).to.be.above(1e6);
    expect(run.primitives.map(({ name }) => name)).to.include.members(["x25519", "ecdsa_secp256r1_sha256", "the rest"]);
  });

  it("draws the emulated microcontroller", async function () {
    const missing = missingTools();
    if (missing !== null) {
      console.log(`      skipped: ${missing}`);
      this.skip();
    }
    const page = join(folder, "mcu.html");
    const { status, stdout, stderr } = await command("mcu/main", ["--ram", "40", "--replay", "client13-chacha", "--report", page]);
    expect(status, stderr).to.equal(0);
    const run = readRun(page);
    for (const name of ["ClientHello", "Certificate", "Finished"]) {
      const { wireBytes, instructions, peak, live } = of(run, name);
      expect(stdout).to.match(new RegExp(`${name} +${thousands(wireBytes)} B +${(instructions! / 1e6).toFixed(1)} M`));
      expect(sum(peak!)).to.be.within(7000, 14_000);
      expect(sum(peak!)).to.be.above(sum(live!));
    }
    const label = await asked(page, 1000, `return d.querySelector(".wide svg").getAttribute("aria-label");`);
    expect(label).to.contain("RV32IMC, 40 KB. At most ").and.to.contain("at Certificate");
  });

  it("is one file that loads nothing and runs no script", () => {
    for (const page of [first, second]) {
      const text = readFileSync(page, "utf8");
      expect(text).to.not.match(/<(?:link|img|iframe|object|embed|base)\b|\bsrc=|\bhref=|url\(|@import/);
      expect([...text.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag)).to.deep.equal([
        '<script type="application/json" id="thimble-run">',
      ]);
      expect(text.length).to.be.below(400_000);
    }
  });

  it("says what is wrong with its options", async () => {
    const none = await command("main", ["--compare", first]);
    expect([none.status, none.stderr]).to.deep.equal([2, "sim: --compare is for a page: give --report FILE\n"]);
    const strange = await command("main", ["--report", join(folder, "x.html"), "--compare", join(folder, "root.pem")]);
    expect(strange.stderr).to.match(/^sim: --compare .*root\.pem: this is no page that --report wrote\n$/);
    const nowhere = await command("main", ["--report", join(folder, "none", "x.html"), "--no-instructions", "--readings", "1"]);
    expect(nowhere.stderr).to.match(/sim: --report .*x\.html: cannot be written \(ENOENT\)\n$/);
    expect([strange.status, nowhere.status]).to.deep.equal([2, 2]);
  });
});
