// The fuzzer, for a few seconds; `npm run fuzz` runs on. What was ever found stays in test/fuzz/corpus/found and is done again here.
import { expect } from "chai";
import { splice } from "../peer/bytes.js";
import { isFresh, readFirstBytes, readFlights, readFound, replayFound } from "./corpus.js";
import { Broken, Drive } from "./drive.js";
import { Fuzzer } from "./fuzzer.js";
import { makeScenarios } from "./scenarios.js";
import { play, recordFlight, WORDS } from "./targets.js";

const SEED = process.env.THIMBLE_FUZZ_SEED ?? "thimble";
const SECONDS = Number(process.env.THIMBLE_FUZZ_SECONDS ?? 8);

describe("fuzz", function () {
  this.timeout(SECONDS * 1000 + 120000);
  const scenarios = makeScenarios();
  const old: string[] = [];

  // Each change of what a side says makes its peer's flights old: they still say something, but end in other keys.
  after(() => {
    if (old.length > 0) console.log(`    flights of other sources (npm run fuzz -- --record): ${old.join(", ")}`);
  });

  it(`by chance, seed "${SEED}", ${SECONDS} seconds at most`, () => {
    const fuzzer = new Fuzzer(SEED, "", new Map(), [...readFirstBytes().values()]);
    fuzzer.run(6000, SECONDS * 1000);
    const texts = fuzzer.found.map((one) => `${one.scenario}, case ${one.number}: ${one.message}`);
    if (texts.length > 0) throw new Error(`seed ${SEED}:\n${texts.join("\n")}`);
    expect(fuzzer.outcomes.size, "different ends").to.be.greaterThan(80);
  });

  for (const scenario of scenarios) {
    it(`${scenario.name}: a flight recorded now plays again, whole`, () => {
      const flight = recordFlight(scenario);
      const drive = new Drive(scenario.connect());
      play(drive, flight);
      expect(drive.connection.peerClosed, drive.outcome).to.equal(true);
      expect(drive.received.length).to.equal(2 * WORDS.length);
      expect(drive.connection.resumed, "resumed").to.equal(/ that resumes$/.test(scenario.name));
    });

    it(`${scenario.name}: the kept flight, unchanged and cut short, ends clean`, () => {
      const flight = readFlights().get(scenario.name);
      if (flight === undefined) throw new Error("no such flight in the corpus: npm run fuzz -- --record");
      if (!isFresh(scenario, flight)) old.push(scenario.name);
      for (let cut = 0; cut <= flight.length; cut++) {
        const drive = new Drive(scenario.connect());
        play(drive, flight.slice(0, cut));
        drive.finish();
      }
    });
  }

  describe("first bytes of clients that are not ours", () => {
    const clients = readFirstBytes();
    it("are there", () => {
      expect(clients.size).to.be.greaterThan(5);
    });

    for (const [client, bytes] of clients)
      it(client, () => {
        const tls13 = !/refused/.test(client);
        for (const scenario of scenarios.filter((one) => one.role === "server")) {
          const drive = new Drive(scenario.connect());
          play(drive, [bytes]);
          if (tls13 && scenario.name === "server plain") expect(drive.connection.failure, drive.outcome).to.equal(null);
          drive.finish();
          // every byte of it, changed
          for (let at = 0; at < bytes.length; at += scenario.name === "server plain" ? 1 : 29) {
            const changed = new Drive(scenario.connect());
            changed.give(splice(bytes, at, 1, [bytes[at]! ^ 0x81]));
            changed.take();
            changed.finish();
          }
        }
      });
  });

  describe("found before", () => {
    for (const { file, found } of readFound())
      it(`${file.split("/").pop()}: ${found.message.split("\n")[0]}`, () => {
        replayFound(makeScenarios(), found);
      });

    it("a case is told by its events alone", () => {
      const scenario = scenarios[0]!;
      const drive = new Drive(scenario.connect());
      play(drive, recordFlight(scenario));
      const again = new Drive(scenario.connect());
      again.replay(drive.events);
      expect(again.outcome).to.equal(drive.outcome);
      expect(again.events).to.deep.equal(drive.events);
    });
  });

  it("what must not be is found: a connection that throws, and one that goes on behind its failure", () => {
    const scenario = scenarios[0]!;
    const throwing = scenario.connect();
    throwing.received = () => {
      throw new RangeError("as a fault in src would");
    };
    expect(() => new Drive(throwing).give(new Uint8Array(5))).to.throw(Broken, /RangeError/);
    const living = scenario.connect();
    living.rxSpace = () => 100;
    expect(() => new Drive(living).give(new Uint8Array([0x47, 0x45, 0x54, 0x20, 0x2f]))).to.throw(Broken, /goes on/);
  });
});
