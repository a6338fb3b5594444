// Sessions of TLS 1.2: suite × key exchange × kind of session × client authentication, in both directions, with every peer that this machine has.
// THIMBLE_INTEROP=full: each combination with each peer; else each with Node, and a selection with the others.
import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { certificatesFrom } from "../../hosts/node/certificates.js";
import {
  type ConnectOptions,
  connect,
  identityFrom,
  nobleProvider,
  SessionIds,
  systemRandom,
  TicketKeys,
  Tickets,
} from "../../hosts/node/index.js";
import { LEGACY, makeClient12 } from "../../hosts/node/legacy12.js";
import { chachaPoly1305 } from "../../hosts/node/noble/aeads.js";
import { nobleSuites12 } from "../../hosts/node/noble/suites-12.js";
import { BY_PSK } from "../../src/record/cipher-suite-12.js";
import { AnchorList, anchorFromCertificate } from "../../src/x509/anchors.js";
import type { RunningPeer } from "./echo-peers.js";
import { KeyTypes } from "./key-types.js";
import { legacyRows, legacyServer, PSK } from "./legacy-peers.js";
import { GnutlsResuming, NodeResuming, OpensslResuming, type ResumedRow, type ResumingPeer } from "./resuming-peers.js";
import type { ThimbleServer } from "./thimble-server.js";

const COMPLETE = process.env.THIMBLE_INTEROP === "full";
const LINE = "abc thimble";
/** Each suite that there is, CBC with and without encrypt-then-MAC; no certificates of clients beside a pre-shared key. */
const ROWS: readonly ResumedRow[] = [...nobleSuites12.map((suite) => ({ suite, encryptThenMac: true })), ...legacyRows()].flatMap((row) =>
  (["ticket", "session ID"] as const).flatMap((kind) =>
    (row.suite.by === BY_PSK ? [false] : [false, true]).map((auth) => ({ ...row, kind, auth })),
  ),
);

const describeRow = ({ suite, encryptThenMac, kind, auth }: ResumedRow): string =>
  `${suite.name}${encryptThenMac ? "" : ", MAC-then-encrypt"}, by ${kind}${auth ? ", client certificate" : ""}`;

/** Of each key exchange one suite. */
function selection(rows: readonly ResumedRow[]): ResumedRow[] {
  const seen = new Map<string, string>();
  return rows.filter(({ suite, encryptThenMac }) => {
    const key = `${suite.kx} ${suite.by} ${encryptThenMac} ${suite.cipher.takesEncryptThenMac}`;
    if (!seen.has(key)) seen.set(key, suite.name);
    return seen.get(key) === suite.name;
  });
}

const missing = (command: string): boolean => spawnSync(command, ["--version"]).error !== undefined;

describe("sessions of TLS 1.2 with others", function () {
  this.timeout(COMPLETE ? 900_000 : 180_000);
  let types: KeyTypes;
  /** Without and with client authentication. */
  const ours: ThimbleServer[] = [];
  const peers: ResumingPeer[] = [new NodeResuming()];
  if (missing("openssl")) console.log("    skipped: openssl not found");
  else peers.push(new OpensslResuming());
  if (missing("gnutls-cli") || missing("gnutls-serv")) console.log("    skipped: gnutls-cli or gnutls-serv not found");
  else peers.push(new GnutlsResuming());

  before(async () => {
    types = new KeyTypes();
    const suites = ROWS.map(({ suite }) => suite);
    const trust = new AnchorList(certificatesFrom(types.roots, "roots").map((der) => anchorFromCertificate(der, nobleProvider.sha256)));
    for (const auth of [false, true])
      ours.push(
        await legacyServer(types, suites, auth ? { clientAuthentication: { trust, required: true } } : {}, {
          tickets: new Tickets(new TicketKeys(chachaPoly1305, systemRandom)),
          sessionIds: new SessionIds(100),
        }),
      );
  });

  after(() => {
    for (const one of ours) one.stop();
    types?.remove();
  });

  interface Outcome {
    readonly error: string;
    readonly resumed: boolean;
    readonly suite: string | undefined;
    readonly session: Buffer | undefined;
  }

  /** thimble's client: says a line, has it back, ends. */
  function talk(options: Partial<ConnectOptions> & { port: number }, answer: string): Promise<Outcome> {
    return new Promise((done) => {
      const socket = connect({ host: "127.0.0.1", servername: "localhost", handshakeTimeout: 8000, ...options });
      let received = "";
      let error = "";
      socket.on("secureConnect", () => socket.write(`${LINE}\n`));
      socket.on("data", (chunk: Buffer) => {
        received += chunk.toString("latin1");
        if (received.includes(answer)) socket.end();
      });
      socket.on("error", (reason) => {
        error = reason.message;
      });
      socket.on("close", () => {
        const { resumed, suite } = socket.connection;
        if (error === "" && !received.includes(answer)) error = `it closed without an answer: ${received}`;
        done({ error, resumed, suite: suite?.name, session: socket.getSession() });
      });
    });
  }

  for (const peer of peers) {
    const all = (role: "client" | "server") => ROWS.filter((row) => peer.knows(row, role));
    const rows = (role: "client" | "server"): ResumedRow[] => {
      const known = all(role);
      if (known.length === 0) throw new Error(`${peer.name} as ${role} has none of the suites`);
      return COMPLETE || peer instanceof NodeResuming ? known : selection(known);
    };

    const served = rows("server");
    it(`thimble's client with ${peer.name}: ${served.length} of ${all("server").length}`, async () => {
      const servers = new Map<string, RunningPeer>();
      const answer = peer instanceof OpensslResuming ? [...LINE].reverse().join("") : LINE;
      const failures: string[] = [];
      try {
        for (const row of served) {
          const key = peer.keyOf(row);
          const server = servers.get(key) ?? (await peer.serve(types, row));
          servers.set(key, server);
          const own = types.pair("client", "p256");
          const options = {
            ...{ port: server.port, ca: types.roots, tls13: false as const },
            tls12: makeClient12({ suites: [row.suite], insecureLegacy: row.encryptThenMac ? ["rsa-kx", "cbc"] : LEGACY, psk: PSK }),
            ...(row.auth ? { identities: [identityFrom(own.cert, own.key)] } : {}),
          };
          const first = await talk(options, answer);
          const { session } = first;
          const second: Outcome | null = session === undefined ? null : await talk({ ...options, session }, answer);
          const byTicket = session === undefined ? null : (session[12] as number) & 1;
          const got = [first.error, first.resumed, second?.error, second?.resumed, second?.suite, byTicket];
          const wanted = ["", false, "", true, row.suite.name, row.kind === "ticket" ? 1 : 0];
          if (JSON.stringify(got) !== JSON.stringify(wanted)) failures.push(`${describeRow(row)}: ${JSON.stringify(got)}`);
        }
      } finally {
        for (const server of servers.values()) server.stop();
      }
      expect(failures, failures.join("\n")).to.deep.equal([]);
    });

    const asked = rows("client");
    it(`thimble's server with ${peer.name}: ${asked.length} of ${all("client").length}`, async () => {
      const failures: string[] = [];
      for (const row of asked) {
        const server = ours[row.auth ? 1 : 0] as ThimbleServer;
        const before = server.seen.length;
        let error = "";
        await peer.talkTwice(types, server.port, row, LINE).catch((reason: Error) => {
          error = reason.message;
        });
        const seen = server.seen.slice(before).map(({ connection: c }) => `${c.suite?.name} ${c.resumed} ${c.peerAuthenticated}`);
        const proved = row.auth || row.suite.by === BY_PSK;
        const wanted = [false, true].map((resumed) => `${row.suite.name} ${resumed} ${proved}`);
        if (error !== "" || JSON.stringify(seen) !== JSON.stringify(wanted)) failures.push(`${describeRow(row)}: ${error} ${seen}`);
      }
      expect(failures, failures.join("\n")).to.deep.equal([]);
    });
  }
});
