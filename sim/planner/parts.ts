// What the planner's figures are measured from: whole handshakes (flows), and what changes in one of them by one choice alone.
import type { Setup } from "../apps/setup-config.js";
import { type MeasuredSetup, measureReplay, measureSetup } from "./measure.js";
import { type Kinds, pairFlight } from "./pair-flight.js";

export interface Part {
  /** The flow; behind a space, for a choice, what is chosen. */
  readonly name: string;
  /** The flow that it is measured against; null: it is one. */
  readonly base: string | null;
  measure(): Promise<MeasuredSetup>;
}

const X25519 = 0x1d;
const CHACHA = { "13": 0x1303, "12": 0xcca9 } as const;
const CIPHERS = {
  "13": { AES_128_GCM: 0x1301, AES_256_GCM: 0x1302, AES_128_CCM: 0x1304 },
  "12": { AES_128_GCM: 0xc02b, AES_256_GCM: 0xc02c, AES_128_CCM: 0xc0ac, AES_256_CCM: 0xc0ad },
} as const;
const GROUPS = { secp256r1: 0x17, secp384r1: 0x18 } as const;
const ECDHE_RSA_CHACHA = 0xcca8;

const parts: Part[] = [];

function part(name: string, base: string | null, setup: Setup, kinds: Kinds = {}, resumed = false): void {
  parts.push({ name, base, measure: () => measureSetup(setup, pairFlight(setup, kinds, resumed)) });
}

function recorded(name: string, base: string | null, flight: string): void {
  parts.push({ name, base, measure: () => measureReplay("measure-handshake", flight) });
}

for (const role of ["client", "server"] as const)
  for (const version of ["13", "12"] as const) {
    const flow = `${role}${version}`;
    const auth = `${flow}-auth`;
    const setup: Setup = { role, suite: CHACHA[version], group: X25519 };
    const asked: Setup = { ...setup, clientAuth: true };
    const rsa = (of: Setup): Setup => (version === "12" ? { ...of, suite: ECDHE_RSA_CHACHA } : of);
    part(flow, null, setup);
    part(auth, null, asked);
    part(`${flow}-resumed`, null, { ...setup, resumption: true }, {}, true);
    for (const [name, suite] of Object.entries(CIPHERS[version])) {
      part(`${flow} ${name}`, flow, { ...setup, suite });
      // The records' keys are made at another message where a session is resumed, and in TLS 1.2 where the client proves itself.
      if (flow !== "client13") part(`${flow}-resumed ${name}`, `${flow}-resumed`, { ...setup, suite, resumption: true }, {}, true);
      if (version === "12") part(`${auth} ${name}`, auth, { ...asked, suite });
    }
    for (const [name, group] of Object.entries(GROUPS)) part(`${flow} ${name}`, flow, { ...setup, group });
    part(`${flow} exporter`, flow, { ...setup, exporter: true });
    // What the device verifies, and what it signs with.
    const [verified, signed] = role === "client" ? [flow, auth] : [auth, flow];
    const [verifies, signs] = role === "client" ? [setup, asked] : [asked, setup];
    const ofServer = (of: Setup, isServers: boolean): Setup => (isServers ? rsa(of) : of);
    // A client with an Ed25519 key cannot prove itself in TLS 1.2.
    for (const peer of ["P-384", "P-521", "Ed25519"] as const)
      if (flow !== "server12" || peer !== "Ed25519") part(`${flow} peer ${peer}`, verified, verifies, { peer });
    part(`${flow} peer RSA-2048`, verified, ofServer(verifies, role === "client"), { peer: "RSA-2048" });
    part(`${flow} own P-384`, signed, signs, { own: "P-384" });
    part(`${flow} own RSA-2048`, signed, ofServer(signs, role === "server"), { own: "RSA-2048" });
    part(`${flow} resumption`, flow, { ...setup, resumption: true });
    if (role === "client") part(`${flow} ocsp`, flow, { ...setup, ocsp: true });
    if (version === "12") continue;
    part(`${flow}-psk_ke`, null, { ...setup, psk: "psk_ke" });
    part(`${flow}-psk_dhe_ke`, null, { ...setup, psk: "psk_dhe_ke" });
  }

const CLIENT: Setup = { role: "client", suite: CHACHA["13"], group: X25519 };
part("client13 postHandshakeAuth", "client13", { ...CLIENT, postHandshakeAuth: true });
// It keeps the hash of the handshake, whose state is larger there.
part("client13 postHandshakeAuth-384", "client13 AES_256_GCM", { ...CLIENT, suite: 0x1302, postHandshakeAuth: true });
// From peers that others made: ours honours record limits, and makes no long names. They are held against the same app with an ordinary flight.
recorded("client13-recorded", null, "client13-chacha");
recorded("client13 largeRecords", "client13-recorded", "client13-big");
recorded("client13 longNames", "client13-recorded", "chain-names-1");

export const PARTS: readonly Part[] = parts;
