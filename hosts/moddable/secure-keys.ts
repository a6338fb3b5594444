// `secure` of sockets and listeners: each key is known, of the right type, or refused by its name.

export type Kind = "object" | "number" | "string" | "function" | "boolean";
/** What each key of an options object is. */
export type Kinds<Options> = { readonly [Key in keyof Required<Options>]: Kind };

/** The least of numbers that can't be 0. */
const LEAST: Readonly<Record<string, number>> = { maxHandshakes: 1, maxSilent: 1 };
/** What objects are asked for first, so that a wrong one is told by its name. */
const METHODS: Readonly<Record<string, string>> = { random: "fill", clock: "seconds", trust: "find", hosts: "find", memory: "client" };

export class OptionError extends TypeError {
  constructor(option: string, why: string) {
    super(`${option}: ${why}`);
  }
}

/** Throws for what is unknown, of a wrong type, too small or missing; else answers the same object. */
export function checkKeys<Options extends object>(secure: unknown, kinds: Kinds<Options>, required: readonly string[]): Options {
  if (typeof secure !== "object" || secure === null) throw new OptionError("secure", `an object is wanted, not ${nameOf(secure)}`);
  const options = secure as Record<string, unknown>;
  for (const key in options) {
    const value = options[key];
    if (value === undefined) continue;
    const kind = (kinds as Record<string, Kind | undefined>)[key];
    const why = kind === undefined ? "there is no such option" : wrong(key, kind, value);
    if (why !== "") throw new OptionError(`secure.${key}`, why);
  }
  for (let i = 0; i < required.length; i++) {
    const key = required[i] as string;
    if (options[key] === undefined) throw new OptionError(`secure.${key}`, "it is missing");
  }
  return secure as Options;
}

/** What is wrong with a value; "": nothing. */
function wrong(key: string, kind: Kind, value: unknown): string {
  if (typeof value !== kind || value === null) return `${article(kind)} is wanted, not ${nameOf(value)}`;
  const least = LEAST[key] ?? 0;
  if (kind === "number" && !((value as number) >= least)) return `at least ${least} is wanted, not ${String(value)}`;
  const method = METHODS[key];
  return method === undefined || typeof (value as Record<string, unknown>)[method] === "function" ? "" : `it has no ${method}()`;
}

/** What `memory` says: why there is too little, "" where there is enough. */
export function checkMemory(shortage: string | undefined): void {
  if (shortage) throw new OptionError("secure.memory", shortage);
}

export function nameOf(value: unknown): string {
  return value === null ? "null" : article(typeof value as Kind);
}

function article(kind: Kind): string {
  return kind === "object" ? "an object" : `a ${kind}`;
}
