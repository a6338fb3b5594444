// What a device keeps over a restart: two runs with one flash. Roots from a resource, time from the network, sessions in preference and in key-value storage.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { anchorsFromFiles } from "../../hosts/node/certificates.js";
import { nodeServer, type Peer } from "../../sim/flights/peers.js";
import { makePki, type Pki } from "../../sim/pki.js";
import { packAnchors, withFingerprint } from "../../src/x509/packed-anchors.js";
import { appRunner, said } from "./app-runner.js";
import { hostOrNull } from "./program.js";

const APP = `
import config from "mc/config";
import TCP from "embedded:io/socket/tcp";
import KeyValue from "embedded:storage/key-value";
import NTP from "embedded:network/ntp/client";
import Preference from "preference";
import Resource from "Resource";
import SNTP from "sntp";
import Time from "time";
import Timer from "timer";
import { clock } from "thimble-tls/moddable/clock";
import { deviceRandom } from "thimble-tls/moddable/device-random";
import { FlashSessions } from "thimble-tls/moddable/flash-sessions";
import { PreferenceKeep } from "thimble-tls/moddable/keep";
import { KeptFloor, rememberedFloor, SNTPClient, timeFromNetwork } from "thimble-tls/moddable/network-time";
import { rootsFrom } from "thimble-tls/moddable/roots";
import TLSSocket from "thimble-tls/moddable/tls-socket";
import { iotClient } from "thimble-tls/profiles/iot-client";
import { Resumption } from "thimble-tls/session/resumption";
import { FloorDate } from "thimble-tls/x509/time-policy";

const keep = config.preference ? new PreferenceKeep(Preference, "thimble") : KeyValue.open({ path: "thimble" });
let writes = 0;
const counting = {
  read: (key) => keep.read(key),
  write(key, bytes) { if (key !== "floor") writes++; keep.write(key, bytes); },
  delete: (key) => keep.delete(key),
};
const floor = new FloorDate(1735689600, 4000000000, rememberedFloor(counting));
console.log("app: floor", floor.floor() > 1735689600 ? "remembered" : "of the build");
console.log("app: clock", clock.seconds() < 0 ? "unset" : "set");
const trust = rootsFrom(new Resource("roots.bin"));
const client = config.preference ? new SNTPClient(SNTP, "no.such.host.invalid", "localhost") : new NTP({ servers: ["localhost"] });
timeFromNetwork(client, floor, (seconds) => Time.set(seconds), (error) => {
  console.log("app: time", error === null ? "set" : error.message);
  new TLSSocket({
    address: "127.0.0.1", port: config.port, TCP: { io: TCP },
    secure: { provider: iotClient, random: deviceRandom, clock, trust, serverName: "localhost", receiveBuffer: 4096,
      resumption: new Resumption(new FlashSessions(counting)), checks: { timePolicy: new KeptFloor(floor, counting) } },
    onWritable() {
      if (this.seen) return;
      this.seen = true;
      console.log("app: connected, resumed", this.resumed);
      Timer.set(() => { this.close(); console.log("app: writes", writes); }, 200);
    },
    onError(error) { console.log("app: failed", error.alert, error.reason); },
  });
});
`;

describe("what a device keeps in flash", function () {
  this.timeout(120_000);
  let folder = "";
  let pki: Pki;
  let server: Peer;

  before(async function () {
    if ((await hostOrNull()) === null) this.skip();
    folder = mkdtempSync(join(tmpdir(), "thimble-flash-"));
    pki = makePki(folder, 2);
    mkdirSync(join(folder, "resources"));
    const { list } = anchorsFromFiles(join(folder, "root.pem"));
    writeFileSync(join(folder, "resources/roots.bin"), withFingerprint(packAnchors(list)));
    server = await nodeServer({ cert: pki.chain, key: pki.key });
  });
  after(() => {
    server?.stop();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  for (const preference of [true, false]) {
    it(`${preference ? "preference" : "key-value storage"}: time, floor and session outlast a restart; two tickets are two writes`, async () => {
      const run = appRunner(mkdtempSync(join(folder, "app-")));
      const config = join(folder, "config.json");
      writeFileSync(config, JSON.stringify({ preference, port: server.port }));
      const storage = join(folder, `${preference}.flash`);
      const here = ["--config", config, "--storage", storage, "--resources", join(folder, "resources"), "--clock", "unset"];
      const first = await run({ "app.ts": APP }, ...here);
      expect(said(first), first.stdout + first.stderr).to.deep.equal([
        "floor of the build",
        "clock unset",
        "time set",
        "connected, resumed false",
        "writes 2",
      ]);
      // Node sends no ticket in a handshake that resumes: a look-up writes nothing.
      expect(readFileSync(storage).length).to.be.greaterThan(200);
      const second = await run({ "app.ts": APP }, ...here);
      expect(said(second), second.stdout + second.stderr).to.deep.equal([
        "floor remembered",
        "clock unset",
        "time set",
        "connected, resumed true",
        "writes 0",
      ]);
    });
  }
});
