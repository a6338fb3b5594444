// Exporters (RFC 9846 §7.5) and tls-exporter (RFC 9266): both sides, and the scripted peer's own schedule, come to the same bytes.
import { expect } from "chai";
import { full } from "../../src/profiles/full.js";
import { exporter, tlsExporter } from "../../src/schedule/exporter.js";
import { ascii, hex } from "../peer/bytes.js";
import { expandLabel } from "../peer/key-schedule.js";
import { AES_256_GCM, CHACHA20_POLY1305, suiteHash } from "../peer/peer-crypto.js";
import { BothBench } from "./both.js";
import { Bench } from "./pair.js";
import { ServerBench } from "./server-pair.js";

/** §7.5, from the peer's exporter_main_secret. */
function expected(secret: Uint8Array, suite: number, label: string, context: Uint8Array, length: number): string {
  const hash = suiteHash(suite);
  const derived = expandLabel(secret, label, hash(new Uint8Array(0)), hash.outputLen, hash);
  return hex(expandLabel(derived, "exporter", hash(context), length, hash));
}

const NOTHING = new Uint8Array(0);
const CONTEXT = ascii("a context");

describe("exporters", function () {
  this.timeout(60000);
  const both = new BothBench();

  for (const suite of [CHACHA20_POLY1305, AES_256_GCM]) {
    it(`client, suite ${suite.toString(16)}: the scripted server's bytes`, () => {
      const { client, server } = new Bench().open({ suite }, { provider: full, exporter });
      const secret = server.secrets().EXPORTER_SECRET!;
      for (const length of [1, 32, 48, 100])
        expect(hex(client.exportKeyingMaterial("EXPORTER-x", CONTEXT, length))).to.equal(
          expected(secret, suite, "EXPORTER-x", CONTEXT, length),
        );
      expect(hex(client.exportKeyingMaterial("EXPORTER-x", null, 32))).to.equal(expected(secret, suite, "EXPORTER-x", NOTHING, 32));
      expect(hex(client.exportKeyingMaterial("EXPORTER-x", NOTHING, 32))).to.equal(expected(secret, suite, "EXPORTER-x", NOTHING, 32));
    });

    it(`server, suite ${suite.toString(16)}: the scripted client's bytes`, () => {
      const { server, client } = new ServerBench().open({ suites: [suite] }, { provider: full, exporter });
      const secret = client.secrets().EXPORTER_SECRET!;
      expect(hex(server.exportKeyingMaterial("EXPORTER-x", CONTEXT, 40))).to.equal(expected(secret, suite, "EXPORTER-x", CONTEXT, 40));
      expect(hex(tlsExporter(server))).to.equal(expected(secret, suite, "EXPORTER-Channel-Binding", NOTHING, 32));
    });
  }

  it("client and server agree; other labels, contexts and connections give other bytes", () => {
    const { client, server } = both.opened({ client: { exporter }, server: { exporter } });
    const again = both.opened({ client: { exporter }, server: { exporter, random: both.config().random } }).client;
    expect(hex(tlsExporter(client))).to.equal(hex(tlsExporter(server)));
    const made = [
      client.exportKeyingMaterial("EXPORTER-a", null, 32),
      client.exportKeyingMaterial("EXPORTER-b", null, 32),
      client.exportKeyingMaterial("EXPORTER-a", CONTEXT, 32),
      client.exportKeyingMaterial("EXPORTER-a", null, 33).slice(0, 32),
      tlsExporter(client),
    ].map(hex);
    expect(new Set(made).size).to.equal(5);
    expect(hex(server.exportKeyingMaterial("EXPORTER-a", CONTEXT, 32))).to.equal(made[2]);
    expect(again.state).to.equal(1);
  });

  it("survives KeyUpdates: the exporter's secret does not change", () => {
    const run = both.opened({ client: { exporter }, server: { exporter } });
    const before = hex(tlsExporter(run.client));
    run.client.updateKeys(true);
    run.run();
    expect(hex(tlsExporter(run.client))).to.equal(before);
    expect(hex(tlsExporter(run.server))).to.equal(before);
  });

  it("EXPORTER_SECRET goes to the key log", () => {
    const lines = new Map<string, string>();
    const { server } = new Bench().open({}, { exporter, keyLog: (label, _random, secret) => lines.set(label, hex(secret)) });
    expect(lines.get("EXPORTER_SECRET")).to.equal(hex(server.secrets().EXPORTER_SECRET!));
  });

  it("a clear error: before the handshake is complete, after the end, without `exporter`, and for labels and lengths that cannot be", () => {
    const { client } = new Bench().pair({}, { exporter });
    expect(() => tlsExporter(client)).to.throw(/exportKeyingMaterial\(\) before the handshake is complete/);
    const open = new Bench().open({}, { exporter }).client;
    expect(() => open.exportKeyingMaterial("", null, 32)).to.throw(RangeError, /label of 0/);
    expect(() => open.exportKeyingMaterial("x".repeat(250), null, 32)).to.throw(RangeError, /label of 250/);
    expect(open.exportKeyingMaterial("x".repeat(249), null, 32)).to.have.length(32);
    expect(() => open.exportKeyingMaterial("ä", null, 32)).to.throw(RangeError, /ASCII/);
    for (const length of [0, -1, 1.5, Number.NaN, 255 * 32 + 1])
      expect(() => open.exportKeyingMaterial("x", null, length)).to.throw(RangeError, /bytes/);
    expect(open.exportKeyingMaterial("x", null, 255 * 32)).to.have.length(255 * 32);
    const { exported } = open;
    open.close();
    expect(() => tlsExporter(open)).to.throw(/on a connection that has ended/);
    expect(exported!.secret.every((byte) => byte === 0)).to.equal(true);
    expect(() => tlsExporter(new Bench().open().client)).to.throw(/the config has no `exporter`/);
  });
});
