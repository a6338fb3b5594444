// The tools of NSS, the TLS stack of Firefox, with a certificate store of their own.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { found, freePort, type RealServer, start } from "../servers/real-server.js";
import { KEY_TYPES, type KeyTypes, type Pair } from "./key-types.js";
import { run } from "./run.js";

const PASSWORD = "store";

/** Null, and the reason told, where they are missing. */
export function nssTools(): boolean {
  const missing = ["selfserv", "tstclnt", "certutil", "pk12util"].filter((name) => found(name) === null);
  if (missing.length > 0) console.log(`    skipped: ${missing.join(", ")} not found (apt-get install libnss3-tools)`);
  return missing.length === 0;
}

export class Nss {
  private readonly folder: string;
  private readonly store: string;

  /** Trusts all roots; knows servers and clients with keys of P-256 and RSA by these names. */
  constructor(types: KeyTypes) {
    this.folder = join(types.folder, "nss");
    mkdirSync(this.folder);
    this.store = `sql:${this.folder}`;
    this.run("certutil", "-N", "--empty-password");
    for (const type of KEY_TYPES)
      if (type !== "ed25519")
        this.run("certutil", "-A", "-n", `root-${type}`, "-t", "CT,C,C", "-i", join(types.folder, `root-${type}.pem`));
    for (const role of ["server", "client"] as const)
      for (const type of ["p256", "rsa"] as const) this.add(`${role}-${type}`, types.pair(role, type));
  }

  /** selfserv with both of its certificates; it answers each request of HTTP. */
  async server(...args: string[]): Promise<{ readonly port: number } & RealServer> {
    const port = await freePort();
    const own = ["-d", this.store, "-n", "server-rsa", "-e", "server-p256", "-p", String(port), "-H", "1", "-v"];
    return { port, ...(await start(port, found("selfserv") as string, [...own, ...args], { ready: "About to call accept" })) };
  }

  /** tstclnt sends this text, as often as it connects (-L), and reads until the server closes. What it printed, the answers included. */
  async client(port: number, text: string, ...args: string[]): Promise<string> {
    const request = join(this.folder, "request");
    writeFileSync(request, text);
    const own = ["-h", "127.0.0.1", "-a", "localhost", "-p", String(port), "-d", this.store, "-v", "-A", request];
    return (await run(found("tstclnt") as string, [...own, ...args])).output;
  }

  private add(name: string, { certFile, keyFile }: Pair): void {
    const file = join(this.folder, `${name}.p12`);
    execFileSync("openssl", [
      "pkcs12",
      "-export",
      "-in",
      certFile,
      "-inkey",
      keyFile,
      "-name",
      name,
      "-out",
      file,
      "-passout",
      `pass:${PASSWORD}`,
    ]);
    this.run("pk12util", "-i", file, "-W", PASSWORD, "-K", "");
  }

  private run(tool: string, ...args: string[]): void {
    execFileSync(tool, [...args, "-d", this.store], { stdio: ["ignore", "ignore", "pipe"] });
  }
}
