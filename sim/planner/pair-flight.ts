// Flights for the planner's measurements: what our own peer, on Node, sends to the device in a handshake of this set-up.
import { createPrivateKey } from "node:crypto";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificatesFrom } from "../../hosts/node/certificates.js";
import { identityFrom } from "../../hosts/node/keys.js";
import { ClientConnection } from "../../src/client.js";
import { type Connection, OPEN } from "../../src/connection.js";
import type { Random } from "../../src/crypto/provider.js";
import type { Identity } from "../../src/identity.js";
import { identityFrom as ownIdentity } from "../../src/keys/identity-from.js";
import { p256Keys } from "../../src/keys/p256-key.js";
import { p384Keys } from "../../src/keys/p384-key.js";
import { rsaKeys } from "../../src/keys/rsa-key.js";
import { full } from "../../src/profiles/full.js";
import { ServerConnection } from "../../src/server.js";
import { MemorySessionStore } from "../../src/session/session-store.js";
import { insecureFixedRandom } from "../apps/fixed-random.js";
import { clientOf, type Setup, type SetupParts, serverOf } from "../apps/setup-config.js";
import type { Flight } from "../flights/flight.js";
import { flights } from "../paths.js";
import { certificateMaker, makeClient, makeIntermediate, makeLeaf, makeRoot, makeStaple, readPki } from "../pki.js";

/** What the keys of a chain are. P-521: those of the issuers, for no leaf on it can sign here. */
export type KeyKind = "P-256" | "P-384" | "P-521" | "RSA-2048" | "Ed25519";

const P521 = ["ec", "-pkeyopt", "ec_paramgen_curve:P-521"];
const NEW_KEY: Readonly<Record<Exclude<KeyKind, "P-256">, readonly string[]>> = {
  "P-384": ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
  "P-521": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
  "RSA-2048": ["rsa:2048"],
  Ed25519: ["ed25519"],
};

const DAYS = 8400;
const SERVER_NAME = "localhost";

interface Chain {
  readonly root: string;
  readonly certificates: string;
  readonly key: string;
  readonly staple: Uint8Array | null;
}

/** Certificates on P-256 are those of the recorded flights. */
function chainOf(kind: KeyKind, name: "leaf" | "client", stapled: boolean): Chain {
  const folder = mkdtempSync(join(tmpdir(), "thimble-plan-"));
  try {
    const recorded = join(flights, "pki");
    if (kind === "P-256") {
      for (const file of ["root.pem", "intermediate.pem", "intermediate.key", "leaf.pem", "leaf.key", "client.pem", "client.key"])
        copyFileSync(join(recorded, file), join(folder, file));
    } else {
      const above = certificateMaker(folder, DAYS, kind === "P-521" ? P521 : NEW_KEY[kind]);
      makeRoot(above);
      makeIntermediate(above, "intermediate", "/CN=Thimble Demo Intermediate", "root", 0);
      const make = certificateMaker(folder, DAYS, NEW_KEY[kind]);
      if (name === "leaf") makeLeaf(make, name, "intermediate");
      else makeClient(make, name, "intermediate");
    }
    const { root, chain, key } = readPki(folder, name);
    return { root, certificates: chain, key, staple: stapled ? makeStaple(folder, DAYS) : null };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The peer's bytes differ from the device's. */
const peerRandom: Random = {
  fill(bytes, offset, length) {
    insecureFixedRandom.fill(bytes, offset, length);
    for (let i = 0; i < length; i++) bytes[offset + i] = (bytes[offset + i] as number) ^ 0x5a;
  },
};

function pkcs8(key: string): Uint8Array {
  return new Uint8Array(createPrivateKey(key).export({ type: "pkcs8", format: "der" }));
}

/** The device signs with its own code, so that it does the same when the flight is replayed. */
function identityOf({ certificates, key }: Chain, device: boolean): Identity {
  if (!device) return identityFrom(certificates, key);
  return ownIdentity({ certificates: ders(certificates), key: pkcs8(key), keys: [p256Keys, p384Keys, rsaKeys], sha256: full.sha256 });
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const ders = (pem: string): Uint8Array[] => certificatesFrom(pem, "certificates");

/** Moves what waits from one to the other, and keeps it. */
function move(from: Connection, to: Connection, sent: number[]): boolean {
  const pending = from.txPending();
  const bytes = from.io.slice(from.txOffset, from.txOffset + pending);
  from.sent(pending);
  sent.push(...bytes);
  for (let at = 0; at < bytes.length; ) {
    const count = Math.min(bytes.length - at, to.rxSpace());
    if (count === 0) throw new Error(`${bytes.length - at} bytes cannot be received: ${to.failure?.message ?? "no room"}`);
    to.io.set(bytes.subarray(at, at + count), to.rxOffset);
    to.received(count);
    at += count;
  }
  return pending > 0;
}

function recordsOf(bytes: readonly number[]): string[] {
  const records: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 5 + (((bytes[at + 3] as number) << 8) | (bytes[at + 4] as number));
    records.push(hex(Uint8Array.from(bytes.slice(at, end))));
    at = end;
  }
  return records;
}

function handshake(setup: Setup, client: SetupParts, server: SetupParts): string[] {
  const room = { receiveBuffer: 16_640, sendBuffer: 16_640 };
  const isClient = setup.role === "client";
  const is13 = setup.suite >> 8 === 0x13;
  const clientSetup = isClient ? setup : { ...setup, ...room };
  // As servers do, it gives tickets: what reads them stays.
  const serverSetup = isClient ? { ...setup, ...room, resumption: setup.resumption === true || (is13 && setup.psk !== "psk_ke") } : setup;
  const a = new ClientConnection(clientOf(clientSetup, client));
  const b = new ServerConnection(serverOf(serverSetup, server));
  const toServer: number[] = [];
  const toClient: number[] = [];
  while (move(a, b, toServer) || move(b, a, toClient)) {
    // until nothing waits
  }
  for (const one of [a, b]) if (one.state !== OPEN) throw new Error(`the handshake failed: ${one.failure?.message ?? "not done"}`);
  return recordsOf(isClient ? toClient : toServer);
}

export interface Kinds {
  /** Of the certificates that the device looks at, and of its own. */
  readonly peer?: KeyKind;
  readonly own?: KeyKind;
}

/** `resumed`: the device has a session of a handshake before, and it is taken. */
export function pairFlight(setup: Setup, { peer = "P-256", own = "P-256" }: Kinds = {}, resumed = false): Flight {
  const isClient = setup.role === "client";
  const server = chainOf(isClient ? peer : own, "leaf", setup.ocsp === true);
  const client = chainOf(isClient ? own : peer, "client", false);
  const rootOf = ({ root }: Chain): Uint8Array => ders(root)[0] as Uint8Array;
  const store = new MemorySessionStore();
  const common = { serverName: SERVER_NAME, store };
  const clientParts = {
    ...common,
    root: rootOf(server),
    identities: setup.clientAuth === true ? [identityOf(client, isClient)] : [],
    random: isClient ? insecureFixedRandom : peerRandom,
  };
  const serverParts = {
    ...common,
    root: rootOf(client),
    identities: setup.psk === undefined ? [{ ...identityOf(server, !isClient), ocspResponse: server.staple }] : [],
    random: isClient ? peerRandom : insecureFixedRandom,
  };
  let session: Uint8Array | null = null;
  if (resumed) {
    handshake(setup, clientParts, serverParts);
    session = store.get(SERVER_NAME)?.slice() ?? null;
    if (session === null) throw new Error("the server gave no ticket");
  }
  const device = isClient ? clientParts : serverParts;
  const chain = isClient ? client : server;
  return {
    about: "made by our own peer",
    provider: "full",
    serverName: SERVER_NAME,
    root: hex(device.root),
    ...(device.identities.length === 0 ? {} : { certificates: ders(chain.certificates).map(hex), key: hex(pkcs8(chain.key)) }),
    ...(session === null ? {} : { session: hex(session) }),
    records: handshake(setup, clientParts, serverParts),
  };
}
