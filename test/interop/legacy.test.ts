// TLS 1.2 with RSA key exchange, CBC and pre-shared keys, every suite, as client and as server, with each peer that has it.
import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { LEGACY, makeClient12, makeServer12 } from "../../hosts/node/legacy12.js";
import type { RunningPeer } from "./echo-peers.js";
import { KeyTypes } from "./key-types.js";
import {
  certificateFor,
  GnutlsLegacy,
  type LegacyPeer,
  type LegacyRow,
  legacyRows,
  legacyServer,
  NodeLegacy,
  OpensslLegacy,
  PSK,
} from "./legacy-peers.js";
import { talk } from "./servers.js";
import { type ThimbleServer, thimbleServer } from "./thimble-server.js";

const LINE = "abc thimble";

const describeRow = ({ suite, encryptThenMac }: LegacyRow): string => `${suite.name}${encryptThenMac ? "" : ", MAC-then-encrypt"}`;
/** Rows that one server of a peer can serve. */
const serverOf = (types: KeyTypes, row: LegacyRow, peer: LegacyPeer): string =>
  `${certificateFor(types, row.suite)?.certFile} ${row.encryptThenMac} ${peer.name === "GnuTLS" ? row.suite.name : ""}`;

const missing = (command: string): boolean => spawnSync(command, ["--version"]).error !== undefined;

describe("TLS 1.2 for legacy peers, and with pre-shared keys", function () {
  this.timeout(120_000);
  let types: KeyTypes;
  let ours: ThimbleServer;
  const peers: LegacyPeer[] = [new NodeLegacy()];
  if (missing("openssl")) console.log("    skipped: openssl not found");
  else peers.push(new OpensslLegacy());
  if (missing("gnutls-cli") || missing("gnutls-serv")) console.log("    skipped: gnutls-cli or gnutls-serv not found");
  else peers.push(new GnutlsLegacy());

  before(async () => {
    types = new KeyTypes();
    ours = await legacyServer(
      types,
      legacyRows().map(({ suite }) => suite),
    );
  });

  after(() => {
    ours?.stop();
    types?.remove();
  });

  it("CBC without encrypt-then-MAC needs its own name, on both sides", async function () {
    const [row] = legacyRows().filter(
      ({ suite, encryptThenMac }) => !encryptThenMac && suite.name === "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    );
    const openssl = peers.find(({ name }) => name === "OpenSSL");
    if (openssl === undefined) return this.skip();
    if (row === undefined) throw new Error("there is no such suite");
    const server = await openssl.serve(types, row);
    const tls12 = makeClient12({ suites: [row.suite], insecureLegacy: ["rsa-kx", "cbc"] });
    const { error } = await talk({ port: server.port, ca: types.roots, tls12, tls13: false }, LINE, LINE);
    server.stop();
    expect([error?.alert, error?.origin]).to.deep.equal(["handshake_failure", "self"]);
    expect(error?.reason).to.match(/without encrypt_then_mac/);
    const { certFile, keyFile } = types.pair("server", "rsa");
    const strict = await thimbleServer(
      { chainFile: certFile, leafFile: certFile, keyFile },
      { tls12: makeServer12({ suites: [row.suite], insecureLegacy: ["cbc"] }) },
    );
    const refused = await openssl.talk(types, strict.port, row, LINE).then(
      () => "",
      (reason: Error) => reason.message,
    );
    strict.stop();
    expect(refused).to.match(/handshake failure/);
    expect(strict.seen[0]?.connection.failure?.alert).to.equal("handshake_failure");
  });

  for (const peer of peers) {
    const served = legacyRows().filter((row) => peer.knows(row, "server"));
    const asked = legacyRows().filter((row) => peer.knows(row, "client"));
    if (served.length === 0 || asked.length === 0) throw new Error(`${peer.name} has none of the suites`);

    it(`thimble's client with ${peer.name}, ${served.length} rows`, async () => {
      const servers = new Map<string, RunningPeer>();
      try {
        for (const row of served) {
          const key = serverOf(types, row, peer);
          const server = servers.get(key) ?? (await peer.serve(types, row));
          servers.set(key, server);
          const tls12 = makeClient12({ suites: [row.suite], insecureLegacy: row.encryptThenMac ? ["rsa-kx", "cbc"] : LEGACY, psk: PSK });
          const result = await talk(
            { port: server.port, ca: types.roots, tls12, tls13: false },
            `${LINE}\n`,
            peer.name === "OpenSSL" ? "elbmiht cba" : LINE,
          );
          expect(result.error?.message ?? "", describeRow(row)).to.equal("");
          expect(result.suite, describeRow(row)).to.equal(row.suite.id);
          expect(result.received, describeRow(row)).to.contain(peer.name === "OpenSSL" ? "elbmiht cba" : LINE);
        }
      } finally {
        for (const server of servers.values()) server.stop();
      }
    });

    it(`thimble's server with ${peer.name}, ${asked.length} rows`, async () => {
      for (const row of asked) {
        await peer.talk(types, ours.port, row, LINE).catch((error: Error) => {
          throw new Error(`${describeRow(row)}: ${error.message}; ${ours.seen.at(-1)?.connection.failure?.message}`);
        });
        expect(ours.seen.at(-1)?.connection.suite?.name, describeRow(row)).to.equal(row.suite.name);
      }
    });
  }
});
