import { expect } from "chai";

interface Finding {
  file: string;
  line: number;
  rule: string;
  why: string;
}
interface Source {
  file: string;
  text: string;
}
interface Checker {
  check(input: { modules?: Source[]; sources?: Source[]; allowList?: object[] }): Finding[];
}

const { check } = (await import(new URL("../../../tools/check/rules.js", import.meta.url).href)) as Checker;

/** Findings of one emitted module as "rule@line". */
function found(text: string, file = "src/x509/a.js", more: Source[] = []): string[] {
  return check({ modules: [{ file, text }, ...more] }).map((f) => `${f.rule}@${f.line}`);
}
const hot = (text: string) => found(text, "src/record/a.js");

/** Findings of TypeScript sources (imports, length). */
function inSources(files: Record<string, string>): string[] {
  return check({ sources: Object.entries(files).map(([file, text]) => ({ file, text })) }).map((f) => `${f.file} ${f.rule}@${f.line}`);
}

/** [rule, bad snippet whose finding is expected on line 2, good snippet] */
const everywhere: [string, string, string][] = [
  [
    "module-state",
    "const T = new Uint8Array(4);\nexport function f(i) { T[i] = 1; }",
    "const T = new Uint8Array(4);\nT[0] = 1; T.fill(2);\nfor (let i = 0; i < 4; i++) T[i] = i;\nexport const f = (i) => T[i];",
  ],
  ["module-state", "const T = new Uint8Array(4);\nexport function f() { T.fill(0); }", "export function f(T) { T.fill(0); }"],
  ["module-state", "const T = new Uint8Array(4);\nexport function f(i) { const t = T; t[i]++; }", "export function f(t, i) { t[i]++; }"],
  ["module-state", "const o = { n: 0 };\nexport function f() { o.n += 1; }", "const o = { n: 0 };\nexport function f(o) { o.n += 1; }"],
  ["module-state", "let calls = 0;\nexport function f() { calls++; }", "let calls = 0;\ncalls = 3;\nexport function f() { return calls; }"],
  ["module-state", "const o = { n: 0 };\nexport function f() { delete o.n; }", "export function f(o) { delete o.n; }"],
  [
    "module-state",
    "const m = new Uint32Array(9);\nexport class A { f() { m.set([1]); } }",
    "export class A { constructor() { this.m = new Uint32Array(9); } f() { this.m.set([1]); } }",
  ],
  ["static-state", "export class A { static n = 0;\nf() { A.n = 1; } }", "export class A { static n = 0;\nf() { return A.n; } }"],
  ["static-state", "export class A { static n = 0;\nstatic f() { this.n = 1; } }", "export class A { n = 0;\nf() { this.n = 1; } }"],
  [
    "static-self",
    "export class A { x = 1;\nstatic one = new A(); }",
    "export class A { constructor() { this.x = 1; }\nstatic one = new A(); }",
  ],
  ["regexp", "export const f = (s) =>\n/a+/.test(s);", "export const f = (s) =>\ns.includes('a');"],
  ["regexp", "export const f = (s) =>\nnew RegExp(s);", "export const f = (s) => s;"],
  [
    "error-name",
    "export class E extends Error { constructor() { super('');\nthis.name = 'E'; } }",
    "export class E extends Error { get name() { return 'E'; } }",
  ],
  ["error-name", "export class E extends Error {\nname = 'E'; }", "export class E { constructor() { this.name = 'E'; } }"],
  ["module-call", "\nexport const T = Math.max(1, 2);", "export const T = Uint8Array.of(1, 2); export const N = BigInt.asUintN(8, 3n);"],
  ["module-call", "\nexport const T = [1, 2].map((x) => x + 1);", "export function f() { return [1, 2].map((x) => x + 1); }"],
  [
    "module-call",
    "const g = (n) => Array.from({ length: n });\nexport const T = g(3);",
    "const g = (n) => { const t = new Uint8Array(n); t[0] = 1; return t; };\nexport const T = g(3);",
  ],
  ["host-global", "export function f() {\nconsole.log(1); }", "export function f(console) { console.log(1); }"],
  ["host-global", "export const f = () =>\nnew TextEncoder();", "export const f = () => new DataView(new ArrayBuffer(1));"],
  ["host-global", "export const f = () =>\nMath.random();", "export const f = () => Math.floor(2.5);"],
  ["host-global", "export const f = (g) =>\nsetTimeout(g);", "export const f = (g) => g.setTimeout();"],
  ["host-global", "export const f = () =>\nDate.now();", "export const f = (clock) => clock.seconds();"],
  ["async", "\nexport async function f() {}", "export function f() {}"],
  ["async", "\nexport function* f() {}", "export function f() {}"],
  [
    "bigint-constant",
    "const ZERO = 0n;\nexport const f = (x) => x === ZERO;",
    "const ZERO = 0n;\nexport const f = (x) => !x || x === 0n || x > ZERO;",
  ],
  [
    "bigint-array",
    "const P = 2n;\nexport const T = Object.freeze([P, 3n]);",
    "const point = (x, y) => Object.freeze({ x, y });\nexport const T = Object.freeze([point(1n, 2n)]); export const f = (x) => [x, 1n];",
  ],
  ["bigint-constant", "const P = 2n ** 255n - 19n;\nexport const f = (x) => P != x;", "const P = 19;\nexport const f = (x) => P !== x;"],
  [
    "bigint-constant",
    "const C = { p: 7n };\nexport const f = (x) => x !== C.p;",
    "const C = { p: 7 };\nexport const f = (x) => x !== C.p;",
  ],
  [
    "bigint-constant",
    "const P = 7n;\nexport const f = (x) => { const p = P; return p === x; };",
    "export const f = (x) => { const p = 7n; return p === x; };",
  ],
  [
    "bigint-constant",
    "const P = 7n;\nexport const f = (x) => { switch (x) { case P: return 1; } return 0; };",
    "export const f = (x) => { switch (x) { case 7n: return 1; } return 0; };",
  ],
];

/** A template literal with an expression, as a snippet has it. */
const TEMPLATE = "`n $".concat("{n}`");

const onHotPaths: [string, string, string][] = [
  ["subarray", "export const f = (b) =>\nb.subarray(1);", "export const f = (b) =>\nb.copyWithin(0, 1);"],
  [
    "hot-new",
    "export class A { f() {\nreturn new Uint8Array(3); } }",
    "export class A { constructor() { this.b = new Uint8Array(3); } }\nexport const T = new Uint8Array(3);",
  ],
  ["hot-new", "export const f = () =>\nUint8Array.of(1);", "export const T = Uint8Array.of(1);"],
  [
    "for-of",
    "export function f(a) {\nfor (const x of a) g(x); }\nfunction g() {}",
    "export function f(a) {\nfor (let i = 0; i < a.length; i++) g(a[i]); }\nfunction g() {}",
  ],
  ["array-destructuring", "export function f(a) {\nconst [x] = a; return x; }", "export function f(a) {\nconst { x } = a; return x; }"],
  ["spread", "export const f = (g, a) =>\ng(...a);", "export const f = (g, a) =>\ng(a);"],
  ["spread", "export const f = (\n...a) => a;", "export const f = (a) => a;"],
  [
    "closure",
    "export class A { f(b) {\nreturn b.find((x) => x > 1); } }",
    "const big = (x) => x > 1;\nexport class A { f(b) { return b.find(big); } }",
  ],
  ["closure", "export class A {\nf = () => 1; }", "export class A {\nf() { return 1; } }"],
  ["hot-string", `export const f = (n) => {\nreturn ${TEMPLATE}; };`, `export const f = (n) => {\nthrow new TypeError(${TEMPLATE}); };`],
  [
    "hot-string",
    "export const f = (n) => {\nreturn 'n ' + n; };",
    "export class A { f(n) { const where = 'n ' + n; this.fail(50, 'n ' + where); } fail() {} }",
  ],
];

describe("tools/check", () => {
  for (const [rule, bad, good] of everywhere) {
    it(`${rule}: ${JSON.stringify(bad)}`, () => {
      expect(found(bad)).to.deep.equal([`${rule}@2`]);
      expect(found(good)).to.deep.equal([]);
    });
  }
  for (const [rule, bad, good] of onHotPaths) {
    it(`hot ${rule}: ${JSON.stringify(bad)}`, () => {
      expect(hot(bad)).to.deep.equal([`${rule}@2`]);
      expect(hot(good)).to.deep.equal([]);
      expect(found(bad)).to.deep.equal([]);
    });
  }

  it("follows exported tables into the module that writes them", () => {
    const table = { file: "src/x509/table.js", text: "export const T = new Uint8Array(4); const L = T; export { L as M };" };
    expect(found('import { T } from "./table.js";\nexport const f = () => { T[0] = 1; };', "src/x509/a.js", [table])).to.deep.equal([
      "module-state@2",
    ]);
    expect(found('import { M } from "./table.js";\nexport const f = () => { M[0] = 1; };', "src/x509/a.js", [table])).to.deep.equal([
      "module-state@2",
    ]);
  });

  it("follows imported BigInt constants, also when exported again", () => {
    const more = [
      { file: "src/x509/p.js", text: "export const P = 7n;" },
      { file: "src/x509/q.js", text: 'export { P as Q } from "./p.js"; export * from "./p.js";' },
    ];
    expect(found('import { Q } from "./q.js";\nexport const f = (x) => x === Q;', "src/x509/a.js", more)).to.deep.equal([
      "bigint-constant@2",
    ]);
    expect(found('import { P } from "./q.js";\nexport const f = (x) => x === P;', "src/x509/a.js", more)).to.deep.equal([
      "bigint-constant@2",
    ]);
  });

  it("lets a table be filled by functions that run only while the module loads", () => {
    const text =
      "const T = new Uint8Array(4);\nfunction init() { T[0] = 1; T.set(Uint8Array.of(2), 1); }\ninit();\nexport const f = () => T[0];";
    expect(found(text)).to.deep.equal([]);
    expect(found(text.replace("=> T[0]", "=> init()"))).to.include("module-state@2");
  });

  it("does not mistake a local name for the module's", () => {
    expect(
      found("const T = new Uint8Array(1);\nexport function f() { const T = []; T[0] = 1; return T; }\nexport const g = () => T[0];"),
    ).to.deep.equal([]);
  });

  it("allow comments need a reason and something to allow", () => {
    const code = "export const f = (s) => /a/.test(s);";
    expect(found(`// allow: regexp — a reason\n${code}`)).to.deep.equal([]);
    expect(found(`${code} // allow: regexp — a reason`)).to.deep.equal([]);
    expect(found(`// allow: regexp\n${code}`)).to.deep.equal(["allow-reason@1"]);
    expect(found("// allow: regexp — a reason\nexport const f = 1;")).to.deep.equal(["allow-unused@1"]);
  });

  it("the allow list names a function", () => {
    const text = "export class A { grow() { return new Uint8Array(3); } }";
    const allowList = [{ rule: "hot-new", file: "src/record/a.ts", function: "A.grow", reason: "once a connection" }];
    expect(check({ modules: [{ file: "src/record/a.js", text }], allowList })).to.deep.equal([]);
    const rules = (list: object[]) => check({ modules: [{ file: "src/record/a.js", text }], allowList: list }).map((f) => f.rule);
    expect(rules([...allowList, { ...allowList[0], function: "A.gone" }])).to.deep.equal(["allow-unused"]);
    expect(rules([{ ...allowList[0], reason: "" }])).to.deep.equal(["allow-reason"]);
  });

  it("src stands alone", () => {
    for (const target of ["node:fs", "@noble/hashes/sha2.js", "../hosts/node/index.js", "../test/x.js", "../sim/x.js"])
      expect(inSources({ "src/alert.ts": `\nimport { a } from "${target}";\n` })).to.deep.equal(["src/alert.ts import-direction@2"]);
    expect(inSources({ "src/alert.ts": '\nexport const f = () => import("node:fs");\n' })).to.deep.equal([
      "src/alert.ts import-direction@2",
    ]);
    expect(inSources({ "src/alert.ts": '// import { a } from "node:fs";\n/*\nimport "node:fs";\n*/\n' })).to.deep.equal([]);
  });

  it("imports inside src go down", () => {
    expect(inSources({ "src/crypto/xs/a.ts": 'import type { B } from "../../x509/b.js";\n' })).to.deep.equal([
      "src/crypto/xs/a.ts import-direction@1",
    ]);
    expect(inSources({ "src/connection.ts": 'import {\n  a,\n  b,\n} from "./client.js";\n' })).to.deep.equal([
      "src/connection.ts import-direction@4",
    ]);
    expect(
      inSources({ "src/connection.ts": 'import type { Hash } from "./crypto/provider.js";\nimport { a } from "./handshake/a.js";\n' }),
    ).to.deep.equal([]);
    expect(inSources({ "src/nowhere/a.ts": 'import { a } from "../alert.js";\n' })).to.deep.equal(["src/nowhere/a.ts import-direction@1"]);
  });

  it("no circles", () => {
    const files = { "src/x509/a.ts": 'import "./b.js";\n', "src/x509/b.ts": 'import "./c.js";\n', "src/x509/c.ts": '\nimport "./a.js";\n' };
    expect(inSources(files)).to.deep.equal(["src/x509/c.ts import-circle@2"]);
    files["src/x509/c.ts"] = '\nimport type { A } from "./a.js";\n';
    expect(inSources(files)).to.deep.equal([]);
  });

  it("specifiers end in .js, hosts keep to themselves", () => {
    expect(inSources({ "src/client.ts": 'import "./config";\n' })).to.include("src/client.ts import-extension@1");
    expect(inSources({ "hosts/moddable/a.ts": 'import "../node/b.js";\n' })).to.deep.equal(["hosts/moddable/a.ts import-direction@1"]);
    expect(inSources({ "hosts/moddable/a.ts": 'import "node:fs";\n' })).to.deep.equal(["hosts/moddable/a.ts import-direction@1"]);
  });

  it("reports files over 400 lines", () => {
    expect(inSources({ "src/alert.ts": "\n".repeat(401) })).to.deep.equal(["src/alert.ts file-length@1"]);
    expect(inSources({ "src/crypto/xs/generated/a.ts": "\n".repeat(401) })).to.deep.equal([]);
  });
});
