import { Timer } from "../../hosts/moddable/timer.js";

/** One rule of the contract: run() begins, and passes or fails the trial sooner or later. */
export interface Rule {
  readonly name: string;
  run(trial: Trial): void;
  /** Milliseconds after which it has failed. Default 15,000. */
  readonly limit?: number;
}

const LIMIT = 15_000;

interface Closable {
  close(): void;
}

/** A rule that is being tried. What it opened is closed when it is over. */
export class Trial {
  private readonly done: (why: string | null) => void;
  private readonly open: Closable[] = [];
  private readonly timers: unknown[] = [];
  private over = false;

  constructor(rule: Rule, done: (why: string | null) => void) {
    this.done = done;
    const limit = rule.limit ?? LIMIT;
    this.after(limit, () => this.fail(`not done within ${limit} ms`));
    try {
      rule.run(this);
    } catch (error) {
      this.fail(String(error));
    }
  }

  keep<T extends Closable>(one: T): T {
    if (this.over) one.close();
    else this.open.push(one);
    return one;
  }

  after(milliseconds: number, callback: () => void): void {
    this.timers.push(
      Timer.set(() => {
        if (this.over) return;
        try {
          callback();
        } catch (error) {
          this.fail(String(error));
        }
      }, milliseconds),
    );
  }

  /** From the event loop: outside of the callback that is running. */
  soon(callback: () => void): void {
    this.after(0, callback);
  }

  check(holds: boolean, what: string): void {
    if (!holds) this.fail(what);
  }

  equal(is: unknown, wanted: unknown, what: string): void {
    if (is !== wanted) this.fail(`${what}: ${String(is)} instead of ${String(wanted)}`);
  }

  /** The call throws an error whose text has all of the words. */
  throws(call: () => unknown, ...words: readonly string[]): void {
    let text: string;
    try {
      call();
    } catch (error) {
      text = String(error);
      for (let i = 0; i < words.length; i++)
        if (text.indexOf(words[i] as string) < 0) this.fail(`the error does not say "${words[i]}": ${text}`);
      return;
    }
    this.fail(`nothing was thrown, for ${words.join(" ")}`);
  }

  pass(): void {
    this.end(null);
  }

  fail(why: string): void {
    this.end(why);
  }

  private end(why: string | null): void {
    if (this.over) return;
    this.over = true;
    Timer.set(() => {
      for (let i = 0; i < this.timers.length; i++) Timer.clear(this.timers[i] as never);
      for (let i = this.open.length - 1; i >= 0; i--) {
        try {
          (this.open[i] as Closable).close();
        } catch {
          // It was closed already.
        }
      }
      this.done(why);
    }, 0);
  }
}

/** Tries the rules one after the other. */
export function tryAll(rules: readonly Rule[], tell: (rule: Rule, why: string | null) => void, ended: (failed: number) => void): void {
  let failed = 0;
  const next = (index: number): void => {
    const rule = rules[index];
    if (rule === undefined) {
      ended(failed);
      return;
    }
    new Trial(rule, (why) => {
      if (why !== null) failed++;
      tell(rule, why);
      next(index + 1);
    });
  };
  next(0);
}
