// Runs one test file on XS: a small stand-in for mocha. Arguments: the file, the vectors' folder, cases a vector file ("" for all).
// Tells the runner what happens, one line of JSON an event, each after a mark.
import host from "sim:host";

type Body = (this: Context, done?: (error?: unknown) => void) => unknown;

interface Context {
  skip(): never;
  timeout(milliseconds?: number): Context;
  slow(milliseconds?: number): Context;
  retries(count?: number): Context;
  test?: { title: string };
  currentTest?: { title: string };
}

interface Test {
  title: string;
  readonly body: Body | null;
}

interface Suite {
  readonly title: string;
  readonly parent: Suite | null;
  readonly context: Context;
  readonly skipped: boolean;
  readonly before: Body[];
  readonly after: Body[];
  readonly beforeEach: Body[];
  readonly afterEach: Body[];
  readonly children: (Suite | Test)[];
}

const SKIP = { skip: true };
const MARK = "\u0001";

const rootContext: Context = {
  skip(): never {
    throw SKIP;
  },
  timeout() {
    return this;
  },
  slow() {
    return this;
  },
  retries() {
    return this;
  },
};

function newSuite(title: string, parent: Suite | null, skipped: boolean): Suite {
  const context = Object.create(parent === null ? rootContext : parent.context) as Context;
  return { title, parent, context, skipped, before: [], after: [], beforeEach: [], afterEach: [], children: [] };
}

let current = newSuite("", null, false);
const top = current;

function tell(event: Record<string, string>): void {
  console.log(MARK + JSON.stringify(event));
}

function textOf(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return String(error);
}

function addSuite(title: string, body: (this: Context) => void, skipped: boolean): void {
  const suite = newSuite(title, current, skipped || current.skipped);
  current.children.push(suite);
  const former = current;
  current = suite;
  try {
    body.call(suite.context);
  } finally {
    current = former;
  }
}

const describe = Object.assign((title: string, body: (this: Context) => void) => addSuite(title, body, false), {
  skip: (title: string, body: (this: Context) => void) => addSuite(title, body, true),
});
const it = Object.assign(
  (title: string, body?: Body) => {
    current.children.push({ title, body: body ?? null });
  },
  {
    skip: (title: string) => {
      current.children.push({ title, body: null });
    },
  },
);

/** UTF-8 for the test oracles; code under test has no TextEncoder. */
class Utf8Encoder {
  encode(text: string): Uint8Array {
    const bytes: number[] = [];
    for (const character of text) {
      const code = character.codePointAt(0) as number;
      if (code < 0x80) bytes.push(code);
      else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
      else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
      else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    }
    return new Uint8Array(bytes);
  }
}

/** chai tells plugins about itself through these; here nobody listens. */
class Silent {
  addEventListener(): void {}
  removeEventListener(): void {}
  dispatchEvent(): boolean {
    return true;
  }
}

const vectors = host.argument(1) ?? "";
const sample = host.argument(2) ?? "";

Object.assign(globalThis, {
  describe,
  context: describe,
  it,
  specify: it,
  before: (body: Body) => current.before.push(body),
  after: (body: Body) => current.after.push(body),
  beforeEach: (body: Body) => current.beforeEach.push(body),
  afterEach: (body: Body) => current.afterEach.push(body),
  readText: (path: string) => host.readText(`${vectors}/${path}`),
  vectorDirectory: vectors,
  TextEncoder: Utf8Encoder,
  EventTarget: Silent,
  Event: Silent,
  crypto: {
    getRandomValues(bytes: Uint8Array) {
      host.fillRandom(bytes);
      return bytes;
    },
  },
});
if (sample !== "") Object.assign(globalThis, { thimbleSample: Number(sample) });

function call(body: Body, context: Context): unknown {
  // In the SDK's builds functions have no length: there is no done there.
  if (!(body.length > 0)) return body.call(context);
  return new Promise<void>((resolve, reject) => {
    body.call(context, (error?: unknown) => (error ? reject(error) : resolve()));
  });
}

function fullTitle(suite: Suite, title: string): string {
  let text = title;
  for (let s: Suite | null = suite; s !== null; s = s.parent) if (s.title !== "") text = `${s.title} ${text}`;
  return text;
}

/** Runs the hooks of the outer suites first (beforeEach), or last (afterEach). */
async function eachHooks(suite: Suite, kind: "beforeEach" | "afterEach", context: Context): Promise<void> {
  if (kind === "beforeEach" && suite.parent !== null) await eachHooks(suite.parent, kind, context);
  for (const body of suite[kind]) await call(body, context);
  if (kind === "afterEach" && suite.parent !== null) await eachHooks(suite.parent, kind, context);
}

async function runTest(suite: Suite, test: Test): Promise<void> {
  const body = test.body;
  if (body === null || suite.skipped) {
    tell({ skip: fullTitle(suite, test.title) });
    return;
  }
  const context = Object.create(suite.context) as Context;
  context.test = test;
  context.currentTest = test;
  tell({ start: fullTitle(suite, test.title) });
  try {
    try {
      await eachHooks(suite, "beforeEach", context);
      await call(body, context);
    } finally {
      await eachHooks(suite, "afterEach", context);
    }
    tell({ pass: fullTitle(suite, test.title) });
  } catch (error) {
    if (error === SKIP) tell({ skip: fullTitle(suite, test.title) });
    else tell({ fail: fullTitle(suite, test.title), error: textOf(error) });
  }
}

function skipAll(suite: Suite): void {
  for (const child of suite.children) {
    if ("children" in child) skipAll(child);
    else tell({ skip: fullTitle(suite, child.title) });
  }
}

async function runSuite(suite: Suite): Promise<void> {
  try {
    if (!suite.skipped) for (const body of suite.before) await call(body, suite.context);
  } catch (error) {
    if (error === SKIP) skipAll(suite);
    else tell({ fail: fullTitle(suite, '"before" hook'), error: textOf(error) });
    return;
  }
  for (const child of suite.children) {
    if ("children" in child) await runSuite(child);
    else await runTest(suite, child);
  }
  try {
    if (!suite.skipped) for (const body of suite.after) await call(body, suite.context);
  } catch (error) {
    if (error !== SKIP) tell({ fail: fullTitle(suite, '"after" hook'), error: textOf(error) });
  }
}

try {
  await import(host.argument(0) as string);
  await runSuite(top);
} catch (error) {
  tell({ fail: "the file does not load", error: textOf(error) });
}
tell({ end: "" });
