// Our TLS 1.2 client with our TLS 1.2 server: every suite with every group, every cut, slices, buffers, and which version two sides agree on.
import { expect } from "chai";
import { Client12 } from "../../src/handshake/client-12.js";
import { Server12 } from "../../src/handshake/server-12.js";
import { full } from "../../src/profiles/full.js";
import { suites12 } from "../../src/profiles/suites-12.js";
import { BY_ECDSA } from "../../src/record/cipher-suite-12.js";
import { exporter } from "../../src/schedule/exporter.js";
import { ascii, concat, hex, text } from "../peer/bytes.js";
import { SeededRandom } from "../peer/random.js";
import { type BothParts, cutOnce, pieces } from "./both.js";
import { clientIdentity } from "./client-fixture.js";
import { ON_XS, sampled } from "./effort.js";
import { memoProvider } from "./memo-provider.js";
import { Bench12, client12, ONLY_12, ONLY_12_SERVER, server12 } from "./pair-12.js";
import { identityOf } from "./signer.js";

describe("TLS 1.2: client and server", function () {
  this.timeout(300000);
  const bench = new Bench12();
  const identities = [identityOf(bench.crypto, clientIdentity())];
  const all = memoProvider(full, bench.memo);

  const join = (parts: BothParts = {}) =>
    bench.opened({ ...parts, client: { ...ONLY_12, ...parts.client }, server: { ...ONLY_12_SERVER, ...parts.server } }, 0x0303);

  for (const suite of suites12)
    if (suite.by === BY_ECDSA)
      for (const group of all.groups)
        it(`${suite.name}, ${group.name}, with and without client authentication`, () => {
          const provider = { ...all, groups: [group] };
          const client = { provider, tls12: new Client12([suite]) };
          const server = { provider, tls12: new Server12([suite]) };
          join({ client, server, toServer: pieces(50), toClient: pieces(70) }).use(600);
          const asked = join({ client: { ...client, identities }, server: { ...server, host: bench.asked(true) } });
          expect([asked.client.suite!.id, asked.server.peerAuthenticated]).to.deep.equal([suite.id, true]);
        });

  for (const [name, parts] of [
    ["plain", {}],
    ["client authentication, ALPN", { client: { identities, alpn: ["a", "b"] }, server: { host: { ...bench.asked(true), alpn: ["b"] } } }],
  ] as readonly (readonly [string, BothParts])[])
    describe(name, () => {
      it("every cut of the client's bytes", () => {
        const { moved } = join(parts).toServer;
        for (const point of sampled(1, moved + 60, 6)) join({ ...parts, toServer: cutOnce(point) }).use();
      });

      it("every cut of the server's bytes", () => {
        const { moved } = join(parts).toClient;
        for (const point of sampled(1, moved + 60, 6)) join({ ...parts, toClient: cutOnce(point) }).use();
      });

      it("pieces of 1 byte and more, slices of 1 step and more", () => {
        for (const size of ON_XS ? [9] : [1, 2, 3, 7, 100]) join({ ...parts, toServer: pieces(size), toClient: pieces(size) }).use();
        for (const sliceSteps of ON_XS ? [1] : [1, 2, 10, 1000])
          join({ client: { ...parts.client, sliceSteps }, server: { ...parts.server, sliceSteps }, toClient: pieces(30) }).use();
      });

      it("the same bytes, whatever the cut and the slices", () => {
        const plain = join(parts);
        const cut = join({
          client: { ...parts.client, sliceSteps: 2 },
          server: { ...parts.server, sliceSteps: 3 },
          toServer: pieces(11),
          toClient: pieces(13),
        });
        expect(hex(cut.toServer.log)).to.equal(hex(plain.toServer.log));
        expect(hex(cut.toClient.log)).to.equal(hex(plain.toClient.log));
      });

      it("small buffers", () => {
        for (const [sendBuffer, receiveBuffer] of ON_XS
          ? [[320, 620]]
          : ([320, 400, 512].flatMap((s) => [620, 2048].map((r) => [s, r])) as number[][]))
          join({
            client: { ...parts.client, sendBuffer: sendBuffer!, receiveBuffer: receiveBuffer! },
            server: { ...parts.server, sendBuffer: sendBuffer!, receiveBuffer: receiveBuffer! },
          }).use(3000);
      });
    });

  describe("the version that two sides agree on", () => {
    const CLIENTS = { "1.2": ONLY_12, "1.3": {}, both: { tls12: client12 } } as const;
    const SERVERS = { "1.2": ONLY_12_SERVER, "1.3": {}, both: { tls12: server12 } } as const;
    const RESULTS: Readonly<Record<string, number>> = {
      "1.2 1.2": 0x0303,
      "1.2 both": 0x0303,
      "both 1.2": 0x0303,
      "1.3 1.3": 0x0304,
      "1.3 both": 0x0304,
      "both 1.3": 0x0304,
      "both both": 0x0304,
    };
    for (const [one, client] of Object.entries(CLIENTS))
      for (const [other, server] of Object.entries(SERVERS))
        it(`client ${one}, server ${other}`, () => {
          const version = RESULTS[`${one} ${other}`];
          if (version !== undefined) {
            bench.opened({ client, server }, version).use();
            bench.opened({ client, server, toClient: pieces(1), toServer: pieces(1) }, version).use();
            return;
          }
          const both = bench.joined({ client, server });
          both.expectAlert(both.server, "protocol_version");
        });
  });

  it("ten certificates each way through a small send buffer", () => {
    const [leaf, rest] = bench.identity.chain as [Uint8Array, Uint8Array];
    const long = { ...identityOf(bench.crypto, bench.identity), certificates: [leaf, ...new Array<Uint8Array>(9).fill(rest)] };
    join({ server: { sendBuffer: 320, host: { identities: [long] } }, toClient: pieces(ON_XS ? 200 : 37) }).use();
  });

  it("the key log: the master secret by the client's random", () => {
    const lines: string[] = [];
    const keyLog = (label: string, random: Uint8Array, secret: Uint8Array) => lines.push(`${label} ${hex(random)} ${hex(secret)}`);
    join({ client: { keyLog }, server: { keyLog } });
    expect(lines).to.have.length(2);
    expect(lines[0]).to.equal(lines[1]);
    expect(lines[0]).to.match(/^CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}$/);
  });

  it("at a cipher's limit the connection ends in order: there are no new keys in TLS 1.2", () => {
    const [suite] = suites12 as [(typeof suites12)[0]];
    const both = join();
    const { records } = both.client as unknown as { records: { writeProtection: object } };
    expect(suite.cipher.name).to.equal("CHACHA20_POLY1305");
    both.write(both.client, ascii("before"));
    Object.defineProperty(records.writeProtection, "exhausted", { value: true });
    expect(both.client.write(ascii("behind"), 0, 6)).to.equal(0);
    both.run();
    expect(both.client.failure!.alert).to.equal("keys_used_up");
    expect([both.server.failure, both.server.peerClosed, text(both.serverReceived)]).to.deep.equal([null, true, "before"]);
  });

  describe("keying material", () => {
    const made = (parts: BothParts = {}) => join({ client: { exporter, ...parts.client }, server: { exporter, ...parts.server } });

    it("is the same on both sides, another for each label, context and length of it, and each connection", () => {
      const seen = new Set<string>();
      for (const suite of [suites12[0]!, suites12[4]!])
        for (const seed of ["one", "other"]) {
          const parts = { provider: all, random: new SeededRandom(seed) };
          const both = made({
            client: { ...parts, tls12: new Client12([suite]) },
            server: { provider: all, tls12: new Server12([suite]) },
          });
          for (const [label, context] of [
            ["EXPORTER-a", null],
            ["EXPORTER-b", null],
            ["EXPORTER-a", new Uint8Array(0)],
            ["EXPORTER-a", new Uint8Array(300)],
          ] as const) {
            const ours = both.client.exportKeyingMaterial(label, context, 50);
            expect(hex(ours)).to.equal(hex(both.server.exportKeyingMaterial(label, context, 50)));
            expect(hex(both.client.exportKeyingMaterial(label, context, 20))).to.equal(hex(ours.slice(0, 20)));
            seen.add(hex(ours));
          }
        }
      expect(seen.size).to.equal(16);
    });

    it("labels and lengths that may not be", () => {
      const { client } = made();
      for (const label of ["", "key expansion", "master secret", "client finished", "ä"])
        expect(() => client.exportKeyingMaterial(label, null, 32), label).to.throw(RangeError);
      for (const length of [0, -1, 1.5, 65536]) expect(() => client.exportKeyingMaterial("EXPORTER-a", null, length)).to.throw(RangeError);
    });

    it("not without extended master secret, and not behind the end", () => {
      const { tested } = bench.openClient12({ extended: false }, { exporter });
      expect(() => tested.exportKeyingMaterial("EXPORTER-a", null, 32)).to.throw(/extended master secret/);
      const { client } = made();
      const { exported } = client as unknown as { exported: { secret: Uint8Array } };
      client.close();
      expect(exported.secret.every((byte) => byte === 0)).to.equal(true);
    });
  });

  it("configs that cannot be", () => {
    expect(() => bench.join({ client: { tls13: false } })).to.throw(RangeError, /no version is left/);
    expect(() => bench.join({ client: { tls12: server12 } })).to.throw(RangeError, /must be a client's/);
    expect(() => bench.join({ server: { tls12: client12 } })).to.throw(RangeError, /must be a server's/);
    expect(() => new Client12(suites12, [])).to.throw(RangeError, /key exchange/);
    expect(() => new Server12(suites12, [])).to.throw(RangeError, /key exchange/);
  });

  it("nothing is left of a handshake's secrets", () => {
    const both = join();
    const { keys } = both.client as unknown as { keys: Uint8Array };
    expect(concat(keys.slice(84, 132)).some((byte) => byte !== 0)).to.equal(false);
  });
});
