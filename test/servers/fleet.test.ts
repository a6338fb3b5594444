// A fleet of simulated devices on mosquitto, which wants a certificate of each. `npm run fleet` does it with 200, all connected at once.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { identitiesIn } from "../../sim/fleet/identities.js";
import { root } from "../../sim/paths.js";
import { command, hostOrNull } from "../sim/program.js";
import { startMosquitto } from "./configured.js";
import { found, freePort, needed, type RealServer, ServerFolder } from "./real-server.js";

const DEVICES = Number(process.env.THIMBLE_FLEET ?? 30);
/** Until the last of them is there. */
const STAY_SECONDS = 5 + DEVICES / 10;
/** Megabytes of this machine that a device may take. */
const EACH = 1;

describe("mosquitto and a fleet", function () {
  this.timeout(120_000);
  let folder: ServerFolder;
  let broker: RealServer | null = null;
  let port = 0;

  before(async function () {
    const mosquitto = needed(this, found("mosquitto"), "mosquitto");
    if ((await hostOrNull()) === null) this.skip();
    folder = new ServerFolder();
    const { ca } = identitiesIn(folder.at("devices"), 0, DEVICES);
    writeFileSync(folder.at("devices-ca.pem"), ca as string);
    port = await freePort();
    broker = await startMosquitto(mosquitto, port, folder, folder.at("devices-ca.pem"));
  });

  after(async () => {
    await broker?.stop();
    folder?.remove();
  });

  it(`has ${DEVICES} devices connected at once, each by its own certificate`, async () => {
    const config = folder.write("stay.json", JSON.stringify({ staySeconds: STAY_SECONDS }));
    const { status, stdout, stderr } = await command("main", [
      ...[join(root, "examples/telemetry.ts"), "--fleet", String(DEVICES), "--identities", folder.at("devices"), "--config", config],
      ...["--server", `127.0.0.1:${port}`, "--servername", "localhost", "--ca", folder.root],
    ]);
    console.log(stdout.replace(/^/gm, "      "));
    expect(status, stderr).to.equal(0);
    expect(stdout).to.match(new RegExp(`^connected {2}${DEVICES} of ${DEVICES} in .* a second`, "m"));
    const log = broker?.output() ?? "";
    let [open, most] = [0, 0];
    for (const [, connected] of log.matchAll(/New client (connected) from|Client device-\d+ disconnected/g)) {
      open += connected === undefined ? -1 : 1;
      most = Math.max(most, open);
    }
    expect(most).to.equal(DEVICES);
    const names = [...log.matchAll(/as (device-\d+) \(p2, c1, k60, u'(device-\d+)'\)/g)].map(([, id, user]) => [id, user]);
    expect(names.every(([id, user]) => id === user)).to.equal(true);
    expect(new Set(names.map(([id]) => id)).size).to.equal(DEVICES);
    expect(log.match(/Received PUBLISH from device-\d+/g)?.length).to.equal(DEVICES);
    expect(Number(/([\d.]+) MB each/.exec(stdout)?.[1])).to.be.within(0.05, EACH);
  });
});
