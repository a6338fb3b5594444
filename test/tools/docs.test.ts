// What docs/moddable.md says of messages, manifests and modules is so.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const guide = readFileSync(join(root, "docs/moddable.md"), "utf8");

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true })
    .map(String)
    .filter((name) => /\.(?:ts|c)$/.test(name))
    .map((name) => readFileSync(join(root, folder, name), "utf8"));
}

/** Messages of the SDK's own tools and engine. */
const OF_THE_SDK =
  /^(?:module not found|… : manifest not found!|link: unavailable function|warning: … not frozen|no const|XS abort: .*|handshake_failure)$/;

describe("docs/moddable.md", () => {
  it("each message of thimble in its table stands in the source", () => {
    const all = [...sources("src"), ...sources("hosts/moddable")].join("\n").replace(/\$\{[^}]*\}/g, "…");
    const rows = [...guide.matchAll(/^\| (`.*?`(?:, (?:or )?`.*?`)*)(?: [^|]*)? \|/gm)].map((match) => match[1] as string);
    const table = guide.slice(guide.indexOf("| message |"), guide.indexOf("## Moving here"));
    const messages = rows
      .filter((row) => table.includes(row))
      .flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string))
      .filter((message) => !OF_THE_SDK.test(message));
    expect(messages.length).to.be.greaterThan(8);
    for (const message of messages)
      for (const part of message
        .replace(/^secure\.[a-zA-Z]+: /, "")
        .split(/…|\d+/)
        .map((piece) => piece.replace(/^[";,.\s]+|[";,.\s]+$/g, ""))
        .filter((piece) => piece.length > 3))
        expect(all, `${message}: ${part}`).to.contain(part);
  });

  it("the manifests and modules that it names are there", () => {
    const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports: Record<string, unknown> };
    for (const [, name] of guide.matchAll(/thimble-tls\/((?:moddable|profiles|x509|session|keys)\/[a-z0-9-]+)/g))
      expect(exports).to.have.property(`./${name}`);
    for (const [, file] of guide.matchAll(/^\| `(manifest[a-z0-9-]*\.json)` \|/gm))
      expect(existsSync(join(root, file as string)), file).to.equal(true);
  });

  it("the bytes of its table are those of budgets.json, within 4 %", () => {
    const budgets = JSON.parse(readFileSync(join(root, "budgets.json"), "utf8")) as Record<string, { bytecode: { value: number } }>;
    for (const [, file, kilobytes] of guide.matchAll(/^\| `manifest(?:-([a-z0-9-]+))?\.json` \|[^|]*\| (\d+) KB \|/gm))
      expect(Number(kilobytes) * 1000, file).to.be.closeTo(budgets[`flash.${file ?? "all"}`]?.bytecode.value ?? 0, Number(kilobytes) * 40);
  });
});
