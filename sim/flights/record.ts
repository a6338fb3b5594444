// Records flights anew: node dist/sim/flights/record.js NAME... (all: every one) [--new-certificates]. Needed when what the device sends changes, since
// then the peer's signature and keys do. Certificates and keys are kept in sim/flights/pki (they protect nothing); those of the chains are made anew.
import { createPrivateKey } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SecureContextOptions } from "node:tls";
import { certificatesFrom } from "../../hosts/node/certificates.js";
import type { ClientConfig } from "../../src/config.js";
import { PSK_KE } from "../../src/config-psk.js";
import type { CryptoProvider } from "../../src/crypto/provider.js";
import type { Client12 } from "../../src/handshake/client-12.js";
import type { Identity } from "../../src/identity.js";
import { identityFrom } from "../../src/keys/identity-from.js";
import { p256Keys } from "../../src/keys/p256-key.js";
import { iotClient12 } from "../../src/profiles/iot-client-12.js";
import { iotClient12Resuming } from "../../src/profiles/iot-client-12-resuming.js";
import { iotServer12 } from "../../src/profiles/iot-server-12.js";
import { ExternalPsk } from "../../src/session/external-psk.js";
import { Resumption } from "../../src/session/resumption.js";
import { MemorySessionStore } from "../../src/session/session-store.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { AnchorList, anchorFromCertificate } from "../../src/x509/anchors.js";
import { ocspStapling } from "../../src/x509/ocsp-stapling.js";
import { fixedClock, insecureFixedRandom } from "../apps/fixed-random.js";
import { ecdhePskClient12, pskClient12, rsaClient12 } from "../apps/legacy-clients.js";
import { flights, providerFile } from "../paths.js";
import {
  certificateMaker,
  type LeafShape,
  makeClient,
  makeIntermediate,
  makeLeaf,
  makePki,
  makeRoot,
  makeStaple,
  type Pki,
  readPki,
} from "../pki.js";
import { DEFAULT_RECEIVE_BUFFER, type Flight, flightFile } from "./flight.js";
import { gnutlsServer, goServer, nodeServer, opensslServer, type Peer, recordClientFlight, recordServerFlight } from "./peers.js";

const SERVER_NAME = "localhost";
const DAYS = 8400;
const CHACHA = "TLS_CHACHA20_POLY1305_SHA256";
/** Octets of an extension that makes a certificate nearly as long as it may be, 16,384. */
const LARGE = 15_700;
/** Two records of the longest. */
const DOWNLOAD = 32_768;
/** The same, so that the Certificate message with an intermediate just fits a record of 16,384. */
const LARGE_LEAF = 15_100;
const LARGE_SHAPE: LeafShape = { more: [`1.3.6.1.4.1.32473.1=DER:0482${LARGE.toString(16).padStart(4, "0")}${"5a".repeat(LARGE)}`] };
/** Some 180 octets in each subject, and as many names as a content network puts into a leaf. */
const LONG_SUBJECT =
  "/C=DE/ST=Some State with a long name/L=A town with a long name too/O=An organization that likes long names GmbH/OU=Certificates";
const MANY_NAMES = ["DNS:localhost", ...Array.from({ length: 25 }, (_, i) => `DNS:some-name-${i}.example.com`)].join(",");
const LONG_NAMES: LeafShape = { subject: LONG_SUBJECT, names: MANY_NAMES };

/** As in the replay: extensions tell the peer what fits. */
const BUFFERS = { receiveBuffer: DEFAULT_RECEIVE_BUFFER, sendBuffer: 512 };

const folder = join(flights, "pki");

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const ders = (pem: string): Uint8Array[] => certificatesFrom(pem, "certificates");

async function providerOf(name: string): Promise<CryptoProvider> {
  return ((await import(providerFile(name))) as { provider: CryptoProvider }).provider;
}

interface Own {
  readonly certificates: readonly Uint8Array[];
  readonly key: Uint8Array;
}

function ownOf({ chain, key }: Pki): Own {
  return { certificates: ders(chain), key: new Uint8Array(createPrivateKey(key).export({ type: "pkcs8", format: "der" })) };
}

function identityOf(own: Own, { sha256 }: CryptoProvider): Identity {
  return identityFrom({ ...own, keys: [p256Keys], sha256 });
}

function flightOf(about: string, provider: string, root: string, records: readonly string[], own: Own | null): Flight {
  const { node, openssl } = process.versions;
  return {
    about: `${about}; Node ${node}, OpenSSL ${openssl}; recorded with insecureFixedRandom`,
    provider,
    serverName: SERVER_NAME,
    root: hex(ders(root)[0] as Uint8Array),
    ...(own === null ? {} : { certificates: own.certificates.map(hex), key: hex(own.key) }),
    records,
  };
}

async function client(
  about: string,
  providerName: string,
  root: string,
  peer: Peer,
  own: Own | null = null,
  more: Partial<ClientConfig> = {},
): Promise<Flight> {
  const provider = await providerOf(providerName);
  const records = await recordServerFlight(
    {
      provider,
      random: insecureFixedRandom,
      clock: fixedClock,
      trust: new AnchorList([anchorFromCertificate(ders(root)[0] as Uint8Array, provider.sha256)]),
      serverName: SERVER_NAME,
      ...BUFFERS,
      identities: own === null ? [] : [identityOf(own, provider)],
      ...more,
    },
    peer.port,
  );
  peer.stop();
  const flight = flightOf(about, providerName, root, records, own);
  const { receiveBuffer = DEFAULT_RECEIVE_BUFFER } = more;
  return receiveBuffer === DEFAULT_RECEIVE_BUFFER ? flight : { ...flight, receiveBuffer };
}

function suite(provider: string, name: string): (pki: Pki) => Promise<Flight> {
  return async (pki) =>
    client(`TLS 1.3, ${name}, X25519; Node's tls`, provider, pki.root, await nodeServer({ cert: pki.chain, key: pki.key, ciphers: name }));
}

const CHACHA_12 = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256";

/** TLS 1.2 with Node's tls; both: the client offers TLS 1.3 too. */
function suite12(name: string, cipher: string, both: boolean): (pki: Pki) => Promise<Flight> {
  return async (pki) => {
    const peer = await nodeServer({ cert: pki.chain, key: pki.key, ciphers: cipher, minVersion: "TLSv1.2", maxVersion: "TLSv1.2" });
    const about = `TLS 1.2, ${name}, X25519${both ? ", offered beside TLS 1.3" : ""}; Node's tls`;
    return client(about, "iot-client", pki.root, peer, null, both ? { tls12: iotClient12 } : { tls12: iotClient12, tls13: false });
  };
}

/** RSA key exchange: root, intermediate and leaf have RSA-2048 keys, made for this flight. */
async function rsa12(): Promise<Flight> {
  const made = mkdtempSync(join(tmpdir(), "thimble-rsa-"));
  try {
    const make = certificateMaker(made, DAYS, ["rsa:2048"]);
    makeRoot(make);
    makeIntermediate(make, "intermediate", "/CN=Thimble Demo Intermediate", "root", 0);
    makeLeaf(make, "leaf", "intermediate", { usage: "keyEncipherment" });
    const pki = readPki(made);
    const only12 = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } as const;
    const peer = await nodeServer({ cert: pki.chain, key: pki.key, ciphers: "AES128-GCM-SHA256", ...only12 });
    const versions = { tls12: rsaClient12, tls13: false } as const;
    return await client("TLS 1.2, TLS_RSA_WITH_AES_128_GCM_SHA256; Node's tls", "rsa-client", pki.root, peer, null, versions);
  } finally {
    rmSync(made, { recursive: true });
  }
}

/** A pre-shared key: no certificates. */
function psk12(name: string, cipher: string, tls12: Client12): (pki: Pki) => Promise<Flight> {
  return async (pki) => {
    const key = Buffer.from("00112233445566778899aabbccddeeff", "hex");
    const only12 = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } as const;
    const peer = await nodeServer({ ciphers: `${cipher}:@SECLEVEL=0`, pskCallback: () => key, ...only12 });
    return client(`TLS 1.2, ${name}; Node's tls`, "iot-client", pki.root, peer, null, { tls12, tls13: false });
  };
}

async function server12(pki: Pki): Promise<Flight> {
  const provider = await providerOf("iot-server");
  const own = ownOf(pki);
  const hosts = new VirtualHosts([], { identities: [identityOf(own, provider)] });
  const config = { provider, random: insecureFixedRandom, clock: fixedClock, hosts, tls12: iotServer12, ...BUFFERS };
  const records = await recordClientFlight(config, pki.root, SERVER_NAME, "ECDHE-ECDSA-CHACHA20-POLY1305", "TLSv1.2");
  return flightOf(`TLS 1.2, ${CHACHA_12}, X25519; what Node's tls sent as a client`, "iot-server", pki.root, records, own);
}

/** What s_server is told. In TLS 1.2 the curve of the certificate must be among the groups. */
const OPENSSL = {
  "1.3": ["-tls1_3", "-ciphersuites", CHACHA, "-groups", "X25519"],
  "1.2": ["-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305", "-groups", "X25519:P-256"],
} as const;

/** A chain whose certificates were made for it, sent in records of at most 512 bytes. `length` 1: the root issued the leaf. */
function chain(length: number, leaf: LeafShape = {}, version: "1.2" | "1.3" = "1.3"): () => Promise<Flight> {
  return async () => {
    const made = mkdtempSync(join(tmpdir(), "thimble-chain-"));
    try {
      const make = certificateMaker(made, DAYS);
      makeRoot(make);
      let issuer = "root";
      const above: string[] = [];
      for (let left = length - 2; left >= 0; left--) {
        makeIntermediate(make, `ca${left}`, `${leaf.subject ?? ""}/CN=Thimble Demo Intermediate ${left}`, issuer, left);
        issuer = `ca${left}`;
        above.unshift(issuer);
      }
      makeLeaf(make, "leaf", issuer, leaf);
      const pki = readPki(made, "leaf", above);
      const lengths = ders(pki.chain).map((der) => der.length);
      const about = `TLS ${version}, ${version === "1.3" ? CHACHA : CHACHA_12}, X25519; openssl s_server -max_send_frag 512; certificates of ${lengths.join(", ")} bytes`;
      const only = version === "1.3" ? {} : ({ tls12: iotClient12, tls13: false } as const);
      return await client(about, "iot-client", pki.root, await opensslServer(pki, OPENSSL[version]), null, only);
    } finally {
      rmSync(made, { recursive: true });
    }
  };
}

/** A receive buffer of 512 bytes, and a peer that honours what we say of it. */
async function small(pki: Pki): Promise<Flight> {
  const about = `TLS 1.3, ${CHACHA}, X25519; a receive buffer of 512 bytes; gnutls-serv, which honours record_size_limit`;
  return client(about, "iot-client", pki.root, await gnutlsServer(pki), null, { receiveBuffer: 512 });
}

/** Records of 1 KB, their header and tag: as much as a peer sends that honours max_fragment_length, which Node's tls does. */
const RECEIVE_1K = 1024 + 1 + 16 + 5;

async function kilobyte(pki: Pki): Promise<Flight> {
  const about = `TLS 1.3, ${CHACHA}, X25519; a receive buffer of ${RECEIVE_1K} bytes; Node's tls, which honours max_fragment_length`;
  const peer = await nodeServer({ cert: pki.chain, key: pki.key, ciphers: CHACHA });
  return client(about, "iot-client", pki.root, peer, null, { receiveBuffer: RECEIVE_1K });
}

/** A peer that does not care what fits: its Certificate message stands in one record of nearly 16 KB. */
async function big(): Promise<Flight> {
  const made = mkdtempSync(join(tmpdir(), "thimble-big-"));
  try {
    const make = certificateMaker(made, DAYS);
    makeRoot(make);
    makeIntermediate(make, "intermediate", "/CN=Thimble Demo Intermediate", "root", 0);
    makeLeaf(make, "leaf", "intermediate", { more: [extensionOf(LARGE_LEAF)] });
    const pki = readPki(made, "leaf", ["intermediate"]);
    const lengths = ders(pki.chain).map((der) => der.length);
    const about = `TLS 1.3, ${CHACHA}, X25519; Go's crypto/tls, which knows no record limits; certificates of ${lengths.join(", ")} bytes`;
    return await client(about, "iot-client", pki.root, await goServer(pki));
  } finally {
    rmSync(made, { recursive: true });
  }
}

/** … and sends what is asked of it in records of 16 KB. */
async function download(pki: Pki): Promise<Flight> {
  const about = `TLS 1.3, ${CHACHA}, X25519, and ${DOWNLOAD} bytes; Go's crypto/tls, which knows no record limits`;
  const lender = { lend: (length: number) => new Uint8Array(length), giveBack: () => {} };
  return client(about, "iot-client", pki.root, await goServer(pki, DOWNLOAD), null, { lender });
}

/** An extension of a kind that nobody knows, of so many octets. */
function extensionOf(length: number): string {
  return `1.3.6.1.4.1.32473.1=DER:0482${length.toString(16).padStart(4, "0")}${"5a".repeat(length)}`;
}

async function mtls(pki: Pki): Promise<Flight> {
  if (!existsSync(join(folder, "client.pem"))) makeClient(certificateMaker(folder, DAYS), "client", "intermediate");
  const peer = await nodeServer({
    cert: pki.chain,
    key: pki.key,
    ciphers: CHACHA,
    ca: pki.root,
    requestCert: true,
    rejectUnauthorized: true,
  });
  const own = ownOf(readPki(folder, "client"));
  return client(`TLS 1.3, ${CHACHA}, X25519, client authentication; Node's tls`, "iot-client", pki.root, peer, own);
}

/** What a second connection was sent, with the session of the first. */
async function resumedBy(pki: Pki, about: string, tls: SecureContextOptions, more: Partial<ClientConfig>): Promise<Flight> {
  const provider = await providerOf("iot-client");
  const peer = await nodeServer({ cert: pki.chain, key: pki.key, ...tls });
  const store = new MemorySessionStore();
  const config = {
    provider,
    random: insecureFixedRandom,
    clock: fixedClock,
    trust: new AnchorList([anchorFromCertificate(ders(pki.root)[0] as Uint8Array, provider.sha256)]),
    serverName: SERVER_NAME,
    ...BUFFERS,
    resumption: new Resumption(store),
    ...more,
  };
  await recordServerFlight(config, peer.port);
  const session = store.get(SERVER_NAME);
  if (session === null) throw new Error("the server gave no ticket");
  const kept = hex(session);
  const records = await recordServerFlight(config, peer.port);
  peer.stop();
  return { ...flightOf(`${about}; Node's tls`, "iot-client", pki.root, records, null), session: kept };
}

const resumed = (pki: Pki): Promise<Flight> => resumedBy(pki, `TLS 1.3, ${CHACHA}, X25519, a session resumed`, { ciphers: CHACHA }, {});

function resumed12(pki: Pki): Promise<Flight> {
  const tls = { ciphers: "ECDHE-ECDSA-CHACHA20-POLY1305", minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } as const;
  return resumedBy(pki, `TLS 1.2, ${CHACHA_12}, a session resumed by its ticket`, tls, { tls12: iotClient12Resuming, tls13: false });
}

/** A server that knows one key, and takes it without key exchange. */
async function psk(pki: Pki): Promise<Flight> {
  const identity = Buffer.from("sensor 7");
  const key = Buffer.from("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "hex");
  const more = ["-psk", key.toString("hex"), "-psk_identity", identity.toString(), "-allow_no_dhe_kex"];
  const peer = await opensslServer(pki, OPENSSL["1.3"], more);
  const provider = await providerOf("iot-client");
  const own = new ExternalPsk(identity, key, "SHA-256", PSK_KE);
  const records = await recordServerFlight({ provider, random: insecureFixedRandom, clock: fixedClock, psk: own, ...BUFFERS }, peer.port);
  peer.stop();
  const flight = flightOf(`TLS 1.3, ${CHACHA}, external pre-shared key, psk_ke; openssl s_server`, "iot-client", pki.root, records, null);
  return { ...flight, psk: { identity: hex(identity), key: hex(key) } };
}

/** Certificate and response of the responder are made in a folder of their own, with copies of the issuer's. */
async function ocsp(pki: Pki, version: "TLS 1.3" | "TLS 1.2" = "TLS 1.3"): Promise<Flight> {
  const older = version === "TLS 1.2";
  const made = mkdtempSync(join(tmpdir(), "thimble-ocsp-"));
  try {
    for (const name of ["intermediate.pem", "intermediate.key", "leaf.pem"]) copyFileSync(join(folder, name), join(made, name));
    const own = { cert: pki.chain, key: pki.key };
    const only12 = { ...own, ciphers: "ECDHE-ECDSA-CHACHA20-POLY1305", minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } as const;
    const peer = await nodeServer(older ? only12 : { ...own, ciphers: CHACHA }, makeStaple(made, DAYS));
    const about = `${version}, ${older ? CHACHA_12 : CHACHA}, X25519, a stapled OCSP response of a responder; Node's tls`;
    const checks = { status: ocspStapling({ required: true }) };
    return await client(about, "iot-client", pki.root, peer, null, older ? { checks, tls12: iotClient12, tls13: false } : { checks });
  } finally {
    rmSync(made, { recursive: true });
  }
}

async function server(pki: Pki): Promise<Flight> {
  const provider = await providerOf("iot-server");
  const own = ownOf(pki);
  const hosts = new VirtualHosts([], { identities: [identityOf(own, provider)] });
  const config = { provider, random: insecureFixedRandom, clock: fixedClock, hosts, ...BUFFERS };
  const records = await recordClientFlight(config, pki.root, SERVER_NAME, CHACHA);
  return flightOf(`TLS 1.3, ${CHACHA}, X25519; what Node's tls sent as a client`, "iot-server", pki.root, records, own);
}

const RECORDERS: Readonly<Record<string, (pki: Pki) => Promise<Flight>>> = {
  "client13-chacha": suite("iot-client", CHACHA),
  "client13-aesgcm": suite("iot-client", "TLS_AES_128_GCM_SHA256"),
  "client13-aes256gcm": suite("aes256gcm", "TLS_AES_256_GCM_SHA384"),
  "client13-aes128ccm": suite("aes128ccm", "TLS_AES_128_CCM_SHA256"),
  "client13-aes128ccm8": suite("aes128ccm8", "TLS_AES_128_CCM_8_SHA256"),
  "client12-chacha": suite12(CHACHA_12, "ECDHE-ECDSA-CHACHA20-POLY1305", false),
  "client12-both": suite12(CHACHA_12, "ECDHE-ECDSA-CHACHA20-POLY1305", true),
  "client12-aesgcm": suite12("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256", false),
  "server12-chacha": server12,
  "client12-rsa": rsa12,
  "client12-psk": psk12("TLS_PSK_WITH_AES_128_CCM_8", "PSK-AES128-CCM8", pskClient12),
  "client12-ecdhe-psk": psk12("TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-PSK-CHACHA20-POLY1305", ecdhePskClient12),
  "client13-mtls": mtls,
  "client13-small": small,
  "client13-1k": kilobyte,
  "client13-big": big,
  "client13-download": download,
  "client13-resumed": resumed,
  "client12-resumed": resumed12,
  "client13-psk": psk,
  "client13-ocsp": ocsp,
  "client12-ocsp": (pki) => ocsp(pki, "TLS 1.2"),
  "server13-chacha": server,
  "chain-1": chain(1),
  "chain-2": chain(2),
  "chain-5": chain(5),
  "chain-16k": chain(1, LARGE_SHAPE),
  "chain12-1": chain(1, {}, "1.2"),
  "chain12-5": chain(5, {}, "1.2"),
  "chain12-16k": chain(1, LARGE_SHAPE, "1.2"),
  "chain-names-1": chain(1, LONG_NAMES),
  "chain-names-2": chain(2, LONG_NAMES),
  "chain-names-5": chain(5, LONG_NAMES),
};

async function main(argv: readonly string[]): Promise<number> {
  const names = argv.filter((name) => !name.startsWith("--"));
  const unknown = names.filter((name) => name !== "all" && RECORDERS[name] === undefined);
  if (names.length === 0 || unknown.length > 0) {
    process.stderr.write(`usage: record.js NAME... [--new-certificates]; there are: all, ${Object.keys(RECORDERS).join(", ")}\n`);
    return 2;
  }
  mkdirSync(folder, { recursive: true });
  const pki = argv.includes("--new-certificates") || !existsSync(join(folder, "leaf.pem")) ? makePki(folder, DAYS) : readPki(folder);
  for (const [name, record] of Object.entries(RECORDERS)) {
    if (!names.includes(name) && !names.includes("all")) continue;
    const flight = await record(pki);
    writeFileSync(flightFile(name), `${JSON.stringify(flight, null, 2)}\n`);
    process.stdout.write(`${flightFile(name)}: ${flight.records.length} records, ${flight.records.join("").length / 2} bytes\n`);
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
