/** Runs Wycheproof vector files (C2SP/wycheproof, testvectors_v1). */
import { readText, runner } from "./files.js";
import { fromHex } from "./hex.js";

/** A group or a test as the file has it. */
export interface Fields {
  readonly [name: string]: unknown;
}

interface VectorFile {
  readonly testGroups: readonly (Fields & { readonly tests: readonly Fields[] })[];
}

/** A hex field. */
export function bytesOf(fields: Fields, name: string): Uint8Array {
  return fromHex(fields[name] as string);
}

export function numberOf(fields: Fields, name: string): number {
  return fields[name] as number;
}

/**
 * Defines one mocha test that holds every case of `file` against `accepts`: it must be true where the file says valid, false where it says
 * invalid; "acceptable" may be either. null: the case is not for us (say, a key size that TLS has not). `sample` runs at most so many cases,
 * spread over the file; the runner's thimbleSample, where set, does so for all files.
 */
export function wycheproof(
  file: string,
  accepts: (test: Fields, group: Fields) => boolean | null,
  sample = Number.POSITIVE_INFINITY,
): void {
  it(`Wycheproof ${file}`, function () {
    const text = readText(file);
    if (text === null) {
      if (this.test !== undefined) this.test.title += ` (skipped: Wycheproof vectors not found at ${runner.vectorDirectory})`;
      this.skip();
      return;
    }
    const groups = (JSON.parse(text) as VectorFile).testGroups;
    let total = 0;
    for (const group of groups) total += group.tests.length;
    const limit = Math.min(sample, runner.thimbleSample ?? Number.POSITIVE_INFINITY);
    const step = Math.max(1, total / limit);
    let index = 0;
    let next = 0;
    let ran = 0;
    for (const group of groups) {
      for (const test of group.tests) {
        if (index++ < next) continue;
        const answer = accepts(test, group);
        if (answer === null) continue;
        next += step;
        ran++;
        if (test.result !== "acceptable" && answer !== (test.result === "valid")) {
          throw new Error(`${file} tcId ${test.tcId}: ${answer ? "accepted" : "rejected"}, must be ${test.result} (${test.comment})`);
        }
      }
    }
    if (ran === 0) throw new Error(`${file}: no case was run`);
  });
}
