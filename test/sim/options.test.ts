// The command line of `npm run sim`: what it refuses, before anything is built or connected.
import { expect } from "chai";
import { parseOptions } from "../../sim/options.js";
import { full } from "../../src/profiles/full.js";
import { command } from "./program.js";

describe("sim options", function () {
  this.timeout(20_000);

  it("are an ESP32 and a server of its own by default", () => {
    const options = parseOptions([]);
    expect(options.heaps).to.deep.equal({ chunkBytes: 78_848, slots: 4928, stackSlots: 512 });
    expect(options.server).to.equal(null);
    expect(options.receiveBuffer).to.equal(2048);
    expect(options.sendBuffer).to.equal(512);
  });

  it("are told by --help", async () => {
    const { status, stdout } = await command("main", ["--help"]);
    expect(status).to.equal(0);
    for (const option of [
      "board",
      "chunks",
      "slots",
      "stack",
      "receive-buffer",
      "send-buffer",
      "suite",
      "server",
      "ca",
      "time",
      "insecure-fixed-random",
    ])
      expect(stdout).to.contain(`--${option}`);
  });

  it("take heaps, an IPv6 server and a date", () => {
    const options = parseOptions("--chunks 40000 --slots 3000 --server [::1]:443 --ca x --time 2030-01-01".split(" "));
    expect(options.heaps).to.deep.equal({ chunkBytes: 40_000, slots: 3000, stackSlots: 512 });
    expect(options.server).to.deep.equal({ host: "::1", port: 443 });
    expect(options.time).to.equal(1_893_456_000);
  });

  it("take an app, a network and a board with one block of RAM", () => {
    const options = parseOptions(
      "app.ts --board pico --stack 300 --server own --stall 9:8 --lose-link 7 --watchdog 2.5M --clock unset --resolve A.b:::1".split(" "),
    );
    expect(options.app).to.deep.equal({
      ...{ file: "app.ts", config: null, timeout: 60, server: "own", watchdog: { amount: 2_500_000, unit: "instructions" } },
      ...{ fleet: null, identities: null, firstIdentity: 0 },
    });
    const { app } = parseOptions("app.ts --fleet 9 --ramp 3 --identities i --first-identity 2 --allow-failures".split(" "));
    expect(app?.fleet).to.deep.equal({ count: 9, concurrency: 4, ramp: 3, allowFailures: true, onRequest: false });
    expect([app?.identities, app?.firstIdentity]).to.deep.equal(["i", 2]);
    expect(options.heaps).to.deep.equal({ chunkBytes: 1536, slots: 512, stackSlots: 300, staticBytes: 131_072 });
    expect(options.shape).to.deep.equal({ latency: 0, stall: { every: 9, milliseconds: 8 }, loss: { after: 7, milliseconds: Infinity } });
    expect(options).to.deep.include({ bootTime: 0, time: null, names: { "a.b": "::1" } });
  });

  it("take flash that outlasts the device, and a folder of resources", () => {
    expect(parseOptions([])).to.deep.include({ storage: null, resources: null });
    expect(parseOptions("--storage a.flash --resources b".split(" "))).to.deep.include({ storage: "a.flash", resources: "b" });
  });

  it("offer every suite of the profile full, and compute with iot-client where that is enough", () => {
    const offer = (suite: string): string => {
      const { suites, provider } = parseOptions(["--suite", suite]);
      return `${provider}: ${suites.map((id) => id.toString(16)).join(" ")}`;
    };
    expect(parseOptions([])).to.deep.include({ suites: [0x1303], provider: "iot-client" });
    expect(offer("any")).to.equal("iot-client: 1303 1301");
    expect(offer("aes128")).to.equal("iot-client: 1301");
    expect(offer("aes256")).to.equal("full: 1302");
    expect(offer("ccm")).to.equal("full: 1304");
    expect(offer("ccm8")).to.equal("full: 1305");
    expect(parseOptions(["--suite", "full"]).suites).to.deep.equal(full.suites.map((suite) => suite.id));
  });

  for (const [args, why] of [
    ["--board pdp11", /'pdp11' is invalid\. Allowed choices are esp32/],
    ["--chunks many", /--chunks.*'many'.*whole number from 1024/],
    ["--chunks 12", /whole number from 1024/],
    ["--slots -5", /whole number from 64/],
    ["--stack 1e3", /whole number from 64/],
    ["--receive-buffer 100", /whole number from 256/],
    ["--suite des", /Allowed choices are any, chacha20, aes128, aes256, ccm, ccm8, full/],
    ["--server localhost", /HOST:PORT/],
    ["--server localhost:0 --ca x", /port must be a number from 1 to 65535/],
    ["--server ::1:443 --ca x", /HOST:PORT as example/],
    ["--server localhost:443", /needs --ca FILE/],
    ["--ca x", /--ca is for --server/],
    ["--path readings", /path that begins with \//],
    ["--time soon", /seconds since 1970, or a date/],
    ["--clock soon", /seconds since 1970, or a date/],
    ["--clock unset --time 2030-01-01", /give one/],
    ["--latency -1", /whole number from 0 to 60000/],
    ["--stall 500", /give BYTES:MS, as 1000:500/],
    ["--lose-link 0:5", /give BYTES, or BYTES:MS/],
    ["--segment 0", /whole number from 1/],
    ["--resolve broker.example", /NAME:ADDRESS/],
    ["--resolve broker.example:elsewhere", /NAME:ADDRESS/],
    ["app.ts --watchdog 50", /as 100M or 500ms/],
    ["--watchdog 50M", /are for an APP/],
    ["--config x.json", /are for an APP/],
    ["--ram 50000 --chunks 5000", /--ram is one block for all/],
    ["--board pico --slots 500", /pico has one block of RAM: give --ram, or both/],
    ["app.ts --server own --ca x", /--ca is for --server HOST:PORT/],
    ["--nonsense", /unknown option '--nonsense'/],
    ["nonsense more", /too many arguments/],
  ] as const) {
    it(`refuse ${args} in one line`, async () => {
      const { status, stdout, stderr } = await command("main", args.split(" "));
      expect(status).to.equal(2);
      expect(stdout).to.equal("");
      expect(stderr).to.match(why);
      expect(stderr).to.match(/^sim: [^\n]+\n$/);
    });
  }
});
