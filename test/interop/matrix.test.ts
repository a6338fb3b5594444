// Suite × group × certificate type × client authentication, in both directions, with every peer that this machine has. At the end a table says what was
// proved by whom. THIMBLE_INTEROP=full: each combination with each peer; else each combination with Node, and a selection with the others.
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import {
  type ConnectOptions,
  connect,
  createServer,
  identityFrom,
  nobleProvider,
  type Server,
  TLSError,
  type TLSSocket,
} from "../../hosts/node/index.js";
import { nobleSuites12 } from "../../hosts/node/noble/suites-12.js";
import { nobleSuites } from "../../hosts/node/provider-noble.js";
import { xsProvider, xsSuites } from "../../hosts/node/provider-xs.js";
import type { CryptoProvider } from "../../src/crypto/provider.js";
import { Client12 } from "../../src/handshake/client-12.js";
import { Server12 } from "../../src/handshake/server-12.js";
import { suites12 } from "../../src/profiles/suites-12.js";
import type { CipherSuite12 } from "../../src/record/cipher-suite-12.js";
import type { RunningPeer } from "./echo-peers.js";
import { KEY_TYPES, type KeyType, KeyTypes } from "./key-types.js";
import { findPeers, GROUPS, NodePeer, type Peer, type Row, rows, rows12, SUITES, SUITES_12, type Version } from "./matrix-peers.js";
import { opensslVersion } from "./openssl-ca.js";

const COMPLETE = process.env.THIMBLE_INTEROP === "full";
const NAMES: Readonly<Record<KeyType, string>> = { p256: "ECDSA P-256", p384: "ECDSA P-384", ed25519: "Ed25519", rsa: "RSA-2048" };

/** Every suite, CCM_8 too. */
interface Primitives {
  readonly provider: CryptoProvider;
  readonly suites12: readonly CipherSuite12[];
}

const PROVIDERS: readonly Primitives[] = [
  { provider: { ...nobleProvider, suites: nobleSuites }, suites12: nobleSuites12 },
  { provider: { ...xsProvider, suites: xsSuites }, suites12 },
];

const textOf = ({ suite, group, cert, auth }: Row) =>
  `${suite}, ${group}, ${NAMES[cert]}, client ${auth === null ? "not asked" : NAMES[auth]}`;

interface Proof extends Row {
  readonly peer: string;
  readonly role: "client" | "server";
}

describe("interop matrix", function () {
  this.timeout(600_000);
  let types: KeyTypes;
  const proofs: Proof[] = [];
  const { peers, missing } = findPeers();

  before(function () {
    const { version, reason } = opensslVersion();
    if (version === null) {
      console.log(`    skipped: ${reason}, which makes the certificates`);
      this.skip();
    }
    for (const reason of missing) console.log(`    skipped: ${reason}`);
    types = new KeyTypes();
  });

  after(() => {
    types?.remove();
    if (proofs.length > 0) report(proofs, peers);
  });

  /** What offers this row alone; in TLS 1.2 the groups of certificates too, behind it. */
  function only({ provider, suites12: all }: Primitives, row: Row): Pick<ConnectOptions, "provider" | "tls12" | "tls13"> {
    const first = provider.groups.filter(({ name }) => name === row.group);
    if (row.version !== "1.2")
      return { provider: { ...provider, suites: provider.suites.filter(({ name }) => name === row.suite), groups: first } };
    const groups = [...first, ...provider.groups.filter(({ name }) => name !== row.group)];
    return { provider: { ...provider, groups }, tls12: new Client12(all.filter(({ name }) => name === row.suite)), tls13: false };
  }

  /** Runs rows that share a server, several at a time; collects what failed. */
  async function each(todo: readonly Row[], run: (row: Row) => Promise<void>): Promise<void> {
    const failures: string[] = [];
    const queue = [...todo];
    const worker = async () => {
      for (let row = queue.shift(); row !== undefined; row = queue.shift())
        await run(row).catch((error: Error) => failures.push(`${textOf(row as Row)}: ${error.message}`));
    };
    await Promise.all([worker(), worker()]);
    expect(failures, failures.join("\n")).to.deep.equal([]);
  }

  function connectRow(row: Row, port: number, provider: Primitives, line: string): Promise<TLSSocket> {
    const identities = row.auth === null ? [] : [identityFrom(types.pair("client", row.auth).cert, types.pair("client", row.auth).key)];
    return new Promise((done, failed) => {
      const socket = connect({
        ...{ host: "127.0.0.1", port, servername: "localhost", ca: types.roots, handshakeTimeout: 8000 },
        ...only(provider, row),
        identities,
      });
      let text = "";
      socket.on("secureConnect", () => socket.write(`${line}\n`));
      socket.on("data", (part: Buffer) => {
        text += part;
        if (text.includes(line) || text.includes([...line].reverse().join(""))) {
          done(socket);
          socket.end();
        }
      });
      socket.on("error", failed);
      socket.on("close", () => failed(new Error("it closed without an answer")));
    });
  }

  for (const peer of peers)
    for (const version of ["1.3", "1.2"] as const) {
      const todo = (version === "1.3" ? rows : rows12)(COMPLETE || peer instanceof NodePeer);
      describe(`${peer.name}, as a server of TLS ${version}`, () => {
        for (const cert of KEY_TYPES)
          for (const auth of [false, true])
            it(`with ${NAMES[cert]}, ${auth ? "clients must have a certificate" : "clients are not asked"}`, async () => {
              const server: RunningPeer = await peer.serve(types, cert, auth, version);
              try {
                await each(
                  todo.filter((row) => row.cert === cert && (row.auth !== null) === auth),
                  async (row) => {
                    const provider = PROVIDERS[proofs.length % 2] as Primitives;
                    const socket = await connectRow(row, server.port, provider, "thimble asks");
                    expect(`${socket.getCipher()?.name} ${socket.getEphemeralKeyInfo()?.name}`).to.equal(`${row.suite} ${row.group}`);
                    proofs.push({ ...row, peer: peer.name, role: "server" });
                  },
                );
              } finally {
                server.stop();
              }
            });
      });

      describe(`${peer.name}, as a client of TLS ${version}`, () => {
        for (const cert of KEY_TYPES)
          for (const auth of [false, true])
            it(`of a server with ${NAMES[cert]}, ${auth ? "which insists on a certificate" : "which does not ask"}`, async () => {
              // In TLS 1.2 clients offer the groups of certificates too: the server has one group at a time.
              for (const groups of version === "1.3" ? [GROUPS] : GROUPS.map((group) => [group])) {
                const seen: string[] = [];
                const { server, port } = await ownServer(cert, auth, seen, version, groups);
                try {
                  await each(
                    todo.filter((row) => row.cert === cert && (row.auth !== null) === auth && groups.includes(row.group)),
                    async (row) => {
                      const line = `${row.suite} ${row.group} ${row.auth}`;
                      await peer.talk(types, port, row, line);
                      expect(seen).to.include(`${row.suite} ${row.group} ${auth}: ${line}`);
                      proofs.push({ ...row, peer: peer.name, role: "client" });
                    },
                  );
                } finally {
                  server.close();
                }
              }
            });
      });
    }

  /** Echoes, and notes what was negotiated with each line. */
  async function ownServer(
    cert: KeyType,
    auth: boolean,
    seen: string[],
    version: Version,
    groups: readonly string[],
  ): Promise<{ server: Server; port: number }> {
    const pair = types.pair("server", cert);
    const { provider, suites12: all } = PROVIDERS[KEY_TYPES.indexOf(cert) % 2] as Primitives;
    const server = createServer(
      {
        ...{ cert: pair.cert, key: pair.key, allowHalfOpen: false },
        provider: { ...provider, groups: provider.groups.filter(({ name }) => groups.includes(name)) },
        ...(version === "1.3" ? {} : { tls12: new Server12(all), tls13: false as const }),
        ...(auth ? { clientCa: types.roots, requireClientCert: true } : {}),
      },
      (socket) => {
        socket.on("error", () => undefined);
        socket.on("data", (part: Buffer) => {
          const { authorized } = socket;
          seen.push(`${socket.getCipher()?.name} ${socket.getEphemeralKeyInfo()?.name} ${authorized}: ${String(part).trimEnd()}`);
          socket.write(part);
        });
      },
    );
    server.on("tlsClientError", (error: Error) => {
      if (error instanceof TLSError) seen.push(error.message);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return { server, port: (server.address() as AddressInfo).port };
  }
});

/** Markdown tables: for each thing that can be negotiated, the peers that proved it as servers and as clients. */
function report(proofs: readonly Proof[], peers: readonly Peer[]): void {
  table(
    "1.3",
    proofs.filter(({ version }) => version !== "1.2"),
    peers,
    SUITES,
    rows(true).length,
  );
  table(
    "1.2",
    proofs.filter(({ version }) => version === "1.2"),
    peers,
    SUITES_12,
    rows12(true).length,
  );
}

function table(version: Version, proofs: readonly Proof[], peers: readonly Peer[], suites: readonly string[], total: number): void {
  const by = (name: string, test: (proof: Proof) => boolean): string => {
    const cells = peers.map((peer) => {
      const roles = (["server", "client"] as const).map((role) =>
        proofs.some((proof) => proof.peer === peer.name && proof.role === role && test(proof)) ? role : "",
      );
      return roles.filter((role) => role !== "").join(", ") || "–";
    });
    return `| ${name} | ${cells.join(" | ")} |`;
  };
  const counts = peers.map((peer) =>
    (["server", "client"] as const)
      .map((role) => `${proofs.filter((proof) => proof.peer === peer.name && proof.role === role).length} as ${role}`)
      .join(", "),
  );
  const lines = [
    `| TLS ${version} | ${peers.map(({ name }) => name).join(" | ")} |`,
    `| --- |${peers.map(() => " --- |").join("")}`,
    ...suites.map((suite) => by(suite, (proof) => proof.suite === suite)),
    ...GROUPS.map((group) => by(group, (proof) => proof.group === group)),
    ...KEY_TYPES.map((type) => by(`server with ${NAMES[type]}`, (proof) => proof.cert === type)),
    ...KEY_TYPES.filter((type) => version === "1.3" || type !== "ed25519").map((type) =>
      by(`client with ${NAMES[type]}`, (proof) => proof.auth === type),
    ),
    `| of ${total} combinations | ${counts.join(" | ")} |`,
  ];
  console.log(`\n    What the peer was, and what was proved with it:\n\n    ${lines.join("\n    ")}\n`);
  const file = process.env.THIMBLE_INTEROP_TABLE;
  if (file !== undefined) appendFileSync(file, `${lines.join("\n")}\n`);
}
