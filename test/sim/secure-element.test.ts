// The example of a key that is elsewhere: a device on XS with client certificate, whose signature comes 100 ms later.
import { createPrivateKey } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { expect } from "chai";
import { certificatesFrom } from "../../hosts/node/certificates.js";
import { apps } from "../../sim/paths.js";
import { makePki } from "../../sim/pki.js";
import { runXs } from "../../sim/xs/run.js";
import { hostOrNull } from "./program.js";

describe("a device whose key is in a secure element", function () {
  this.timeout(60_000);

  it("signs the handshake there, and its event loop goes on meanwhile", async function () {
    if ((await hostOrNull()) === null) this.skip();
    const folder = mkdtempSync(join(tmpdir(), "thimble-test-"));
    const pki = makePki(folder, 2);
    const list = (ders: readonly Uint8Array[]): string => `[${ders.map((der) => `new Uint8Array([${der.join(",")}])`).join(",")}]`;
    const { d } = createPrivateKey(pki.key).export({ format: "jwk" });
    const trust = join(folder, "trust.js");
    const identity = join(folder, "identity.js");
    writeFileSync(trust, `export const certificates = ${list(certificatesFrom(pki.root, "root"))};`);
    writeFileSync(
      identity,
      `export const certificates = ${list(certificatesFrom(pki.chain, "chain"))};\nexport const key = new Uint8Array([${Buffer.from(d as string, "base64url").join(",")}]);`,
    );
    let client = "";
    const server = createServer(
      { cert: pki.chain, key: pki.key, ca: pki.root, requestCert: true, rejectUnauthorized: false, minVersion: "TLSv1.3" },
      (socket) => {
        client = String(socket.getPeerCertificate().subject.CN);
        socket.on("error", () => {});
        socket.on("data", () => socket.write("signed"));
      },
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const result = await runXs({
        main: join(apps, "secure-element.js"),
        map: { imports: { "sim:trust": trust, "sim:client": identity } },
        config: { port: (server.address() as AddressInfo).port },
        timeout: 30_000,
      });
      expect(result.stderr).to.equal("");
      expect(result.stdout).to.equal("server says: signed\nthe event loop went on\n");
      expect(client).to.equal("localhost");
    } finally {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
