// Writes the module "contract:given": `node dist/test/contract/given.js FOLDER RANDOM` makes certificates in a folder and FOLDER/given.js, whose random
// bytes come from the module RANDOM (default export: a Random). The simulator's test does the same by itself.
import { createPrivateKey } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { certificatesFrom } from "../../hosts/node/certificates.js";
import { certificateMaker, makeClient, makeIntermediate, makeLeaf, makeRoot, readPki } from "../../sim/pki.js";

const DAYS = 30;
const bytesOf = (bytes: Uint8Array): string => `new Uint8Array([${bytes.join(",")}])`;

/** random: what the module says for `random`, with its imports before it. Answers the path of given.js. */
export function writeGiven(folder: string, imports: string, random: string): string {
  mkdirSync(folder, { recursive: true });
  const make = certificateMaker(folder, DAYS);
  makeRoot(make);
  makeRoot(make, "stranger", "Nobody's Root");
  makeIntermediate(make, "intermediate", "/CN=Thimble Contract Intermediate", "root", 0);
  makeLeaf(make, "localhost", "intermediate");
  makeLeaf(make, "other", "root", { names: "DNS:other.example" });
  makeClient(make, "client", "root");
  const der = (name: string): string => bytesOf(certificatesFrom(readPki(folder, name, []).chain, name)[0] as Uint8Array);
  const identity = (name: string, above: readonly string[]): string => {
    const { key } = readPki(folder, name, []);
    const pkcs8 = createPrivateKey(key).export({ format: "der", type: "pkcs8" });
    return `{ certificates: [${[name, ...above].map(der).join(", ")}], key: ${bytesOf(pkcs8)} }`;
  };
  const file = join(folder, "given.js");
  writeFileSync(
    file,
    `${imports}
export const random = ${random};
export const root = ${der("root")};
export const stranger = ${der("stranger")};
export const localhost = ${identity("localhost", ["intermediate"])};
export const other = ${identity("other", [])};
export const client = ${identity("client", [])};
`,
  );
  return file;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder, random] = process.argv.slice(2);
  if (folder === undefined || random === undefined) {
    process.stderr.write("usage: node dist/test/contract/given.js FOLDER MODULE-OF-RANDOM\n");
    process.exit(2);
  }
  process.stdout.write(`${writeGiven(folder, `import source from ${JSON.stringify(random)};`, "source")}\n`);
}
