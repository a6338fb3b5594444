import { concat } from "../peer/bytes.js";
import { SeededRandom } from "../peer/random.js";
import { Broken, type Drive } from "./drive.js";
import { makeScenarios, type Scenario } from "./scenarios.js";
import { type Flight, fuzzMessages, fuzzWire, recordFlight } from "./targets.js";

/** A case that broke something: where it came from, and what was done. */
export interface Found {
  readonly scenario: string;
  /** Case number and seed give it again from the beginning; the events give it alone. */
  readonly seed: string;
  readonly number: number;
  readonly message: string;
  readonly events: readonly string[];
}

/** New public-key results are kept in memory: after so many cases all is made anew. */
const RENEW = 3000;

/**
 * The fuzzing loop. Each case depends on the seed and its number alone, but for the pool of messages seen before it. Outcomes (alert and reason,
 * without numbers) are counted: their number tells how deep a run gets.
 */
export class Fuzzer {
  readonly seed: string;
  readonly outcomes = new Map<string, number>();
  readonly found: Found[] = [];
  /** The case under way; for who has to tell where it hangs. */
  number = 0;
  scenario = "";
  private scenarios: Scenario[] = [];
  private readonly flights = new Map<string, Flight>();
  private pool: Uint8Array[] = [];
  private readonly filter: string;

  private readonly firstBytes: readonly Uint8Array[];

  /** filter: a part of the names of scenarios, "" for all. flights: recorded before. firstBytes: of clients that are not ours. */
  constructor(seed: string, filter = "", flights: ReadonlyMap<string, Flight> = new Map(), firstBytes: readonly Uint8Array[] = []) {
    this.firstBytes = firstBytes;
    this.seed = seed;
    this.filter = filter;
    for (const [name, flight] of flights) this.flights.set(name, flight);
    this.renew();
  }

  /** One case after another until the limit; false once something was found. */
  run(cases: number, milliseconds: number, tick: () => void = () => {}): boolean {
    const end = Date.now() + milliseconds;
    for (let i = 0; i < cases && Date.now() < end; i++) {
      tick();
      this.one(this.number);
      this.number++;
      if (this.number % RENEW === 0) this.renew();
    }
    return this.found.length === 0;
  }

  one(number: number): void {
    const random = new SeededRandom(`${this.seed} ${number}`);
    const scenario = this.scenarios[random.below(this.scenarios.length)]!;
    this.scenario = scenario.name;
    let last: Drive | null = null;
    try {
      const drive =
        random.below(3) === 0
          ? fuzzWire(scenario, this.flightFor(scenario, random), random, (one) => {
              last = one;
            })
          : fuzzMessages(scenario, this.pool, random, (one) => {
              last = one;
            });
      const { outcome } = drive;
      this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    } catch (error) {
      this.found.push({
        scenario: scenario.name,
        seed: this.seed,
        number,
        message: error instanceof Broken ? error.message : error instanceof Error ? `the fuzzer itself: ${error.stack}` : String(error),
        events: last === null ? [] : (last as Drive).events,
      });
    }
  }

  private flightFor(scenario: Scenario, random: SeededRandom): Flight {
    const { firstBytes } = this;
    if (scenario.role === "server" && firstBytes.length > 0 && random.below(4) === 0) return [firstBytes[random.below(firstBytes.length)]!];
    return this.flights.get(scenario.name)!;
  }

  private renew(): void {
    this.scenarios = makeScenarios().filter((one) => one.name.includes(this.filter));
    if (this.scenarios.length === 0) throw new Error(`no scenario is called "${this.filter}"`);
    for (const one of this.scenarios) if (!this.flights.has(one.name)) this.flights.set(one.name, recordFlight(one));
    this.pool = [...this.flights.values()].map((flight) => concat(...flight).slice(5));
  }
}
