/** `thimble roots`: packs the roots that a device trusts, for its flash. */
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { Command } from "commander";
import { anchorFromCertificate } from "../../../src/x509/anchors.js";
import { packAnchors, packedSize, withFingerprint } from "../../../src/x509/packed-anchors.js";
import type { TrustAnchor } from "../../../src/x509/trust.js";
import { certificatesFromFile } from "../certificates.js";
import { sha256 } from "../noble/hashes.js";
import { systemRootsFile } from "../system-roots.js";
import { CommandError, EXIT_USAGE } from "./exit-codes.js";
import { subjectOf } from "./verify.js";

interface RootsFlags {
  from: string;
  only?: string[];
  output: string;
  resource?: boolean;
}

interface Root {
  readonly subject: string;
  readonly anchor: TrustAnchor;
}

export function addRootsCommand(command: Command): void {
  command
    .command("roots")
    .description("pack trusted roots for a device: of each only the hash of its name, and its key")
    .requiredOption("--from <FILE>", 'certificates, PEM or DER, or a directory of such; "system": what this machine trusts')
    .option("--only <NAME...>", "take only roots whose subject has NAME in it (in any case)")
    .requiredOption("-o, --output <FILE>", "where to write: a JavaScript module if it ends in .js or .ts, else the bytes")
    .option("--resource", "for a resource of a firmware: the fingerprint stands behind the roots, so that the device need not make it")
    .addHelpText("after", "\nExit codes: 0 written, 2 usage, or input that can't be read")
    .action((flags: RootsFlags) => rootsCommand(flags));
}

function rootsCommand({ from, only, output, resource }: RootsFlags): void {
  try {
    const file = from === "system" ? systemRootsFile() : from;
    const roots = chosen(readRoots(file), only ?? [], file);
    const packed = packAnchors(roots.map((root) => root.anchor));
    const bytes = resource ? withFingerprint(packed) : packed;
    writeFileSync(output, /\.[jt]s$/.test(output) ? moduleText(bytes, roots, file) : bytes);
    const lines = roots.map(({ subject, anchor }) => `${`${packedSize(anchor)}`.padStart(6)} B  ${subject}`);
    const each = Math.round(bytes.length / roots.length);
    process.stdout.write(`${lines.join("\n")}\n${output}: ${roots.length} roots, ${bytes.length} bytes, ${each} bytes a root\n`);
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), EXIT_USAGE);
  }
}

/** Each root once. */
function readRoots(file: string): Root[] {
  const roots = new Map<string, Root>();
  for (const der of certificatesFromFile(file)) {
    const anchor = anchorFromCertificate(der, sha256);
    const id = Buffer.concat([anchor.nameHash, anchor.publicKeyInfo]).toString("latin1");
    if (!roots.has(id)) roots.set(id, { subject: subjectOf(der), anchor });
  }
  return [...roots.values()];
}

/** Every name has to find something: a root that is missing would be noticed only in the field. */
function chosen(roots: Root[], names: readonly string[], file: string): Root[] {
  if (names.length === 0) return roots;
  const found = new Set<Root>();
  for (const name of names) {
    const wanted = name.toLowerCase();
    const here = roots.filter((root) => wanted !== "" && root.subject.toLowerCase().includes(wanted));
    if (here.length === 0) throw new Error(`${file}: no root has "${name}" in its subject`);
    for (const root of here) found.add(root);
  }
  return roots.filter((root) => found.has(root));
}

function moduleText(bytes: Uint8Array, roots: readonly Root[], file: string): string {
  const rows: string[] = [];
  for (let i = 0; i < bytes.length; i += 24) rows.push(`  ${[...bytes.subarray(i, i + 24)].join(", ")},`);
  const subjects = roots.map((root) => ` *   ${root.subject.replaceAll("*/", "* /")}`).join("\n");
  const head = `/**\n * Trusted roots from ${basename(file)}, packed for PackedAnchors:\n *\n${subjects}\n */`;
  return `${head}\nexport const roots = Uint8Array.of(\n${rows.join("\n")}\n);\n`;
}
