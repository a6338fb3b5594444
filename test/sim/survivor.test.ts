// A device on XS, with the heaps of an ESP32, meets bad servers one after the other: each ends in one clear error, and it can connect again.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { apps } from "../../sim/paths.js";
import { type HostBuild, runXs } from "../../sim/xs/run.js";
import type { TrustAnchor } from "../../src/x509/trust.js";
import { AFTER_LEAF, BEFORE_LEAF, fixtureIdentity, NOW, otherAnchor, rootAnchor, SERVER_NAME } from "../pair/fixture.js";
import { ScriptedServer, type ScriptedServerOptions } from "../peer/scripted-server.js";
import { hostOrNull } from "./program.js";

interface Case {
  readonly name: string;
  readonly server: Partial<ScriptedServerOptions>;
  readonly serverName?: string;
  readonly anchor?: number;
  readonly now?: number;
  /** The last byte of what answers application data is changed on its way. */
  readonly tamper?: boolean;
  /** What the app tells: data it saw, then the error. */
  readonly told: RegExp;
}

const flip = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, i) => (i === (at < 0 ? bytes.length + at : at) ? byte ^ 1 : byte));
/** A ServerHello as a TLS 1.2 server sends it: type, length, version, random, session id, suite, compression, and no extensions. */
function withoutExtensions(bytes: Uint8Array): Uint8Array {
  const end = 4 + 2 + 32 + 1 + bytes[38] + 2 + 1;
  return Uint8Array.of(2, 0, 0, end - 4, ...bytes.slice(4, end));
}
const GOOD = / \| hello \| open, answered$/;
const PLAIN = Uint8Array.from("HTTP/1.1 400 Bad Request\r\n\r\n", (c) => c.charCodeAt(0));

const CASES: readonly Case[] = [
  { name: "good", server: {}, told: GOOD },
  { name: "wrong root", server: {}, anchor: 1, told: / \| {2}\| unknown_ca: .*no trust anchor/ },
  { name: "expired", server: {}, now: AFTER_LEAF, told: / \| {2}\| certificate_expired: leaf: it expired at 2035-/ },
  { name: "not yet valid", server: {}, now: BEFORE_LEAF, told: / \| {2}\| certificate_expired: leaf: it is not valid before 2025-/ },
  { name: "clock not set", server: {}, now: -1, told: / \| {2}\| internal_error: the clock is not set/ },
  { name: "wrong name", server: {}, serverName: "other.test", told: / \| {2}\| bad_certificate: leaf: .*other\.test/ },
  { name: "address not in it", server: {}, serverName: "192.0.2.9", told: / \| {2}\| bad_certificate: leaf: / },
  {
    name: "bad signature",
    server: { mutate: (name, bytes) => (name === "certificate_verify" ? flip(bytes, -1) : bytes) },
    told: / \| {2}\| decrypt_error: CertificateVerify: /,
  },
  {
    name: "bad Finished",
    server: { mutate: (name, bytes) => (name === "finished" ? flip(bytes, -1) : bytes) },
    told: / \| {2}\| decrypt_error: Finished: /,
  },
  {
    name: "message too long",
    server: { mutate: (name, bytes) => (name === "encrypted_extensions" ? Uint8Array.of(8, 0, 0x10, 0, ...bytes.slice(4)) : bytes) },
    told: / \| {2}\| illegal_parameter: WAIT_EE: a message of type 8 has 4096 bytes/,
  },
  { name: "plain text", server: { instead: PLAIN }, told: / \| {2}\| unexpected_message: .*"HTTP\/1\.1 400/ },
  { name: "closed in the middle", server: { truncateAfter: 300 }, told: / \| {2}\| connection_lost: .*before the handshake was complete/ },
  { name: "nothing answered", server: { silent: true }, told: / \| {2}\| timed_out: / },
  { name: "tampered record", server: {}, tamper: true, told: / \| {2}\| bad_record_mac: / },
  {
    name: "record too long",
    server: { connected: (server) => server.write(new Uint8Array(4000)) },
    told: / \| {2}\| record_overflow: .*receiveBuffer has 2048 bytes, 4022 are needed/,
  },
  {
    name: "unknown version",
    server: { mutate: (name, bytes) => (name === "server_hello" ? withoutExtensions(bytes) : bytes) },
    told: / \| {2}\| protocol_version: the server wants version 0x303/,
  },
  {
    name: "ticket flood",
    server: { tickets: 100, fragment: 1000 },
    told: / \| (hello)? ?\| unexpected_message: NewSessionTicket: 33 in a row/,
  },
  { name: "good again", server: {}, told: GOOD },
];

function moduleOf(anchors: readonly TrustAnchor[]): string {
  const list = anchors.map(
    ({ nameHash, publicKeyInfo }) => `{ nameHash: new Uint8Array([${nameHash}]), publicKeyInfo: new Uint8Array([${publicKeyInfo}]) }`,
  );
  return `export const anchors = [${list.join(",\n")}];\n`;
}

describe("a device that meets bad servers", function () {
  this.timeout(120_000);
  let host: HostBuild | null = null;
  let folder = "";
  const listeners: Server[] = [];

  before(async function () {
    host = await hostOrNull();
    if (host === null) this.skip();
    folder = mkdtempSync(join(tmpdir(), "thimble-test-"));
  });
  after(() => {
    for (const listener of listeners) listener.close();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  async function listen({ server: options, tamper }: Case): Promise<number> {
    const listener = createServer((socket) => {
      const server = new ScriptedServer({ identity: fixtureIdentity(), echo: true, ...options });
      let sent = 0;
      socket.on("error", () => {});
      socket.on("data", (bytes) => {
        const answer = server.receive(bytes);
        socket.write(tamper === true && server.received.length > 0 ? flip(answer, -1) : answer);
        sent += answer.length;
        if (options.truncateAfter !== undefined && sent >= options.truncateAfter) socket.end();
      });
    });
    listeners.push(listener);
    await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
    return (listener.address() as AddressInfo).port;
  }

  it("tells each error with its alert and reason, sees no byte that was not authenticated, and goes on", async () => {
    const trust = join(folder, "anchors.js");
    writeFileSync(trust, moduleOf([rootAnchor(), otherAnchor()]));
    const targets = [];
    for (const one of CASES) {
      const { name, serverName = SERVER_NAME, anchor = 0, now = NOW } = one;
      targets.push({ name, port: await listen(one), serverName, anchor, now });
    }
    const result = await runXs({
      main: join(apps, "survivor.js"),
      map: { imports: { "sim:anchors": trust } },
      config: { targets },
      timeout: 100_000,
    });
    expect(result.stderr).to.equal("");
    const lines = result.stdout.trim().split("\n");
    for (let i = 0; i < CASES.length; i++) expect(lines[i], CASES[i].name).to.match(CASES[i].told);
    expect(lines[CASES.length]).to.equal("alive at the end");
    expect(result.status).to.equal(0);
  });
});
