/** What the runner of the tests gives as globals: on Node test/support/node-setup.ts does, on XS the test runner. */
export interface Runner {
  /** The text of a file in the vectors' directory, or null where it is not there. */
  readText?: (path: string) => string | null;
  /** Where readText looks, for messages. */
  vectorDirectory?: string;
  /** At most so many cases of a vector file are run. */
  thimbleSample?: number;
}

export const runner = globalThis as Runner;

/** The text of a file in the vectors' directory, or null where it is not there. Works on Node and on XS. */
export function readText(path: string): string | null {
  return runner.readText === undefined ? null : runner.readText(path);
}
