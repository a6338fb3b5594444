// `secure` of sockets and listeners: each key is known, of the right type, or refused by its name. The SDK's own TLS has other keys for the same
// things: those mean here what they mean there, or are refused with what says it here. None is ignored.

export type Kind = "object" | "number" | "string" | "function" | "boolean";
/** What each key of an options object is. */
export type Kinds<Options> = { readonly [Key in keyof Required<Options>]: Kind };
/** Takes a key of the SDK's TLS over: into `own`, or by throwing. False: it is none. */
export type SdkKeys = (own: Record<string, unknown>, key: string, value: unknown) => boolean;

/** The least of numbers that can't be 0. */
const LEAST: Readonly<Record<string, number>> = { maxHandshakes: 1, maxSilent: 1 };
/** What objects are asked for first, so that a wrong one is told by its name. */
const METHODS: Readonly<Record<string, string>> = { random: "fill", clock: "seconds", trust: "find", hosts: "find" };

export class OptionError extends TypeError {
  constructor(option: string, why: string) {
    super(`${option}: ${why}`);
  }
}

/** The options with thimble's keys alone: the same object, where it has no others. */
export function ownKeys<Options extends object>(
  secure: unknown,
  kinds: Kinds<Options>,
  sdkKey: SdkKeys,
  required: readonly string[],
): Options {
  if (typeof secure !== "object" || secure === null) throw new OptionError("secure", `an object is wanted, not ${typeof secure}`);
  const given = secure as Record<string, unknown>;
  let own: Record<string, unknown> | null = null;
  for (const key in given) {
    const kind = (kinds as Record<string, Kind>)[key];
    if (kind === undefined) own = {};
  }
  if (own !== null) {
    for (const key in given) if (key in kinds) own[key] = given[key];
    for (const key in given) {
      if (key in kinds || given[key] === undefined) continue;
      if (!sdkKey(own, key, given[key])) throw new OptionError(`secure.${key}`, "there is no such option");
    }
  }
  const options = own ?? given;
  for (const key in options) {
    const value = options[key];
    const kind = (kinds as Record<string, Kind>)[key] as Kind | undefined;
    if (value === undefined) continue;
    if (kind === undefined) throw new OptionError(`secure.${key}`, "it is none of a server's options");
    if (typeof value !== kind || value === null) throw new OptionError(`secure.${key}`, `${article(kind)} is wanted, not ${nameOf(value)}`);
    const least = LEAST[key] ?? 0;
    if (kind === "number" && !((value as number) >= least))
      throw new OptionError(`secure.${key}`, `at least ${least} is wanted, not ${String(value)}`);
    const method = METHODS[key];
    if (method !== undefined && typeof (value as Record<string, unknown>)[method] !== "function")
      throw new OptionError(`secure.${key}`, `it has no ${method}()`);
  }
  for (let i = 0; i < required.length; i++) {
    const key = required[i] as string;
    if (options[key] === undefined) throw new OptionError(`secure.${key}`, "it is missing");
  }
  return options as Options;
}

/** A key of thimble's that stands for one of the SDK's: both at once would be a contradiction. */
export function setOwn(own: Record<string, unknown>, key: string, value: unknown, sdk: string): void {
  if (own[key] !== undefined) throw new OptionError(`secure.${sdk}`, `secure.${key} says the same: give one of them`);
  own[key] = value;
}

function nameOf(value: unknown): string {
  return value === null ? "null" : article(typeof value as Kind);
}

function article(kind: Kind): string {
  return kind === "object" ? "an object" : `a ${kind}`;
}

/** Callbacks, address and port of a socket or a listener, as ECMA-419 has them. */
export function checkCallbacks(options: object, names: readonly string[]): void {
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string;
    const value = (options as Record<string, unknown>)[name];
    if (value !== undefined && typeof value !== "function") throw new OptionError(name, `a function is wanted, not ${nameOf(value)}`);
  }
}

export function checkPort(port: unknown): void {
  if (typeof port !== "number" || !(port >= 0 && port <= 0xffff) || port !== Math.floor(port))
    throw new RangeError(`port: a whole number from 0 to 65535 is wanted, not ${String(port)}`);
}
