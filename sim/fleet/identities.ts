// What each device proves itself with: made for the run, or NAME.pem with NAME.key of a folder.
import { createPrivateKey } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { certificatesFrom } from "../../hosts/node/certificates.js";
import { SimError } from "../errors.js";
import { certificateMaker, makeClient, makeRoot } from "../pki.js";

export interface DeviceIdentity {
  readonly name: string;
  /** DER, the device's own first. */
  readonly certificates: readonly Uint8Array[];
  /** DER, PKCS #8. */
  readonly privateKey: Uint8Array;
}

export interface Identities {
  readonly list: readonly DeviceIdentity[];
  /** PEM of the CA that they were made by here; null: there is none. */
  readonly ca: string | null;
  /** How many. */
  readonly made: number;
}

const CA = "ca";
const DAYS = 30;

function identity(folder: string, name: string): DeviceIdentity {
  try {
    const certificates = certificatesFrom(new Uint8Array(readFileSync(join(folder, `${name}.pem`))), `${name}.pem`);
    const key = createPrivateKey(readFileSync(join(folder, `${name}.key`)));
    return { name, certificates, privateKey: new Uint8Array(key.export({ format: "der", type: "pkcs8" })) };
  } catch (error) {
    throw new SimError(`identity ${join(folder, name)}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function namesIn(folder: string): string[] {
  const files = new Set(readdirSync(folder));
  return [...files]
    .filter((file) => file.endsWith(".key") && file !== `${CA}.key` && files.has(file.replace(/key$/, "pem")))
    .map((file) => file.slice(0, -".key".length))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/** Those numbered first to first + count - 1 of a folder, by name. What is missing is made there, by its ca.pem and ca.key, or not `complete`. */
export function identitiesIn(folder: string, first: number, count: number, complete = true): Identities {
  mkdirSync(folder, { recursive: true });
  const wanted = first + count;
  const names = namesIn(folder);
  const found = names.length;
  if (found < wanted && !complete)
    throw new SimError(
      `${folder} has identities for ${found} devices, not for ${wanted}: make them first, with --fleet ${wanted} and no APP`,
    );
  if (found < wanted) {
    const hasCA = existsSync(join(folder, `${CA}.key`)) && existsSync(join(folder, `${CA}.pem`));
    if (found > 0 && !hasCA)
      throw new SimError(
        `${folder} has identities for ${found} devices, not for ${wanted}, and no ${CA}.pem and ${CA}.key to make more by`,
      );
    const make = certificateMaker(folder, DAYS);
    if (!hasCA) makeRoot(make, CA, "Thimble Fleet CA");
    for (let number = 1; names.length < wanted; number++) {
      const name = `device-${String(number).padStart(3, "0")}`;
      if (names.includes(name)) continue;
      makeClient(make, name, CA, name);
      names.push(name);
    }
  }
  const list = names.slice(first, wanted).map((name) => identity(folder, name));
  const ca = existsSync(join(folder, `${CA}.pem`)) ? readFileSync(join(folder, `${CA}.pem`), "utf8") : null;
  return { list, ca, made: Math.max(0, wanted - found) };
}

/** Without an app. */
export function makeIdentities({ folder, count }: { folder: string; count: number }, print: (text: string) => void): void {
  const { made, ca } = identitiesIn(folder, 0, count);
  print(`${folder} has identities for ${count} devices, of which ${made} were made now`);
  if (ca !== null) print(`the server is to trust ${join(folder, `${CA}.pem`)}`);
}

function bytes(der: Uint8Array): string {
  return `new Uint8Array([${der.join(",")}])`;
}

/** Writes the module "sim:device": all identities lie in flash, and a device takes the one that has its number. */
export function writeDevice({ list }: Identities, folder: string): string {
  const file = join(folder, "device.js");
  const each = list.map(
    ({ name, certificates, privateKey }) =>
      `{ name: ${JSON.stringify(name)}, certificates: [${certificates.map(bytes).join(",")}], privateKey: ${bytes(privateKey)} }`,
  );
  writeFileSync(
    file,
    `import host from "sim:host";
const identities = [\n${each.join(",\n")}];
export default {
  count: ${list.length},
  number: () => Number(host.argument(0) ?? 0),
  identity() { return identities[this.number()]; },
};
`,
  );
  return file;
}
