// What of a connection's secrets is left in the device's RAM when it is over: every byte of its heaps is looked at, free memory too.

import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { expect } from "chai";
import { certificatesFrom } from "../../hosts/node/certificates.js";
import { apps } from "../../sim/paths.js";
import { makePki } from "../../sim/pki.js";
import { BuildError, buildHost, runXs, XS_EXIT } from "../../sim/xs/run.js";

interface Copies {
  readonly secrets: number;
  readonly chunks: number;
  readonly free: number;
  readonly slots: number;
  readonly stack: number;
}

const RECORD_KEY = "key of a record cipher";
const LABELS = [
  "private key share",
  "shared secret",
  "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
  "SERVER_HANDSHAKE_TRAFFIC_SECRET",
  "CLIENT_TRAFFIC_SECRET_0",
  "SERVER_TRAFFIC_SECRET_0",
  RECORD_KEY,
];

/** Suite, group, and how often the engine collects besides what it needs: each collection moves chunks. */
const CASES: readonly (readonly [string, number, string, number | undefined])[] = [
  ["ChaCha20-Poly1305, x25519", 0x1303, "x25519", undefined],
  ["AES-128-GCM, secp256r1", 0x1301, "secp256r1", undefined],
  ["ChaCha20-Poly1305, x25519, collected each 1,024 bytes", 0x1303, "x25519", 1024],
  ["AES-128-GCM, secp256r1, collected each 1,024 bytes", 0x1301, "secp256r1", 1024],
];

describe("secrets in the device's RAM", function () {
  this.timeout(120_000);
  let folder = "";
  let trust = "";
  let server: Server;

  before(async function () {
    try {
      await buildHost();
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      console.log(`      skipped: ${error.message}`);
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "thimble-secrets-"));
    const pki = makePki(folder, 2);
    trust = join(folder, "trust.js");
    const [root] = certificatesFrom(pki.root, "root");
    writeFileSync(trust, `export const certificates = [new Uint8Array([${(root as Uint8Array).join(",")}])];\n`);
    server = createServer({ cert: pki.chain, key: pki.key, minVersion: "TLSv1.3", ecdhCurve: "X25519:P-256" }, (socket) => {
      socket.on("error", () => undefined);
      socket.pipe(socket);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => {
    server?.close();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  /** Place → label → copies. */
  async function look(suite: number, group: string, peakEvery: number | undefined): Promise<Record<string, Record<string, Copies>>> {
    const result = await runXs({
      main: join(apps, "heap-secrets.js"),
      map: { imports: { "sim:trust": trust } },
      config: { port: (server.address() as AddressInfo).port, suites: [suite], path: group },
      timeout: 60_000,
      ...(peakEvery === undefined ? {} : { peakEvery }),
    });
    expect(result.status, result.stdout + result.stderr).to.equal(XS_EXIT.done);
    const found: Record<string, Record<string, Copies>> = {};
    for (const match of result.stdout.matchAll(/^secrets (\w+): (.*) x(\d+): chunks (\d+), free (\d+), slots (\d+), stack (\d+)$/gm)) {
      const [, place, label, ...numbers] = match as unknown as [string, string, string, ...string[]];
      const [secrets, chunks, free, slots, stack] = numbers.map(Number) as [number, number, number, number, number];
      found[place] ??= {};
      (found[place] as Record<string, Copies>)[label] = { secrets, chunks, free, slots, stack };
    }
    return found;
  }

  const remains = (copies: Copies | undefined): number =>
    copies === undefined ? Number.NaN : copies.chunks + copies.free + copies.slots + copies.stack;

  for (const [name, suite, group, every] of CASES)
    it(`none is left when the connection is over: ${name}`, async () => {
      const { open, closed, collected } = await look(suite, group, every);
      // The look works: what an open connection needs is found.
      expect(open).to.have.all.keys(LABELS);
      expect(open?.CLIENT_TRAFFIC_SECRET_0?.chunks).to.be.at.least(1);
      expect(open?.SERVER_TRAFFIC_SECRET_0?.chunks).to.be.at.least(1);
      expect(open?.[RECORD_KEY]?.chunks).to.be.at.least(2);
      for (const label of LABELS.slice(0, 4)) expect(remains(open?.[label]), `${label}, once the handshake is done`).to.equal(0);
      for (const [place, copies] of Object.entries({ closed, collected }))
        for (const label of LABELS) {
          const one = copies?.[label];
          if (one === undefined) throw new Error(`${place}: ${label} was not looked for`);
          const { secrets, chunks, slots, stack, free } = one;
          expect([chunks, slots, stack], `${label}, ${place}`).to.deep.equal([0, 0, 0]);
          // What the collector moved is left where it was until that memory is used again.
          if (free > 0) console.log(`      ${place}: ${free} copies in free memory: ${label}`);
          expect(free, `${label}, ${place}`).to.be.at.most(every !== undefined && label === RECORD_KEY ? secrets : 0);
        }
    });
});
