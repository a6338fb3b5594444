// All rules over given sources, without reading a file: `main.js` reads the files, tests give snippets.
import { hotRules } from "./hot-rules.js";
import { checkImports } from "./imports.js";
import { memoryRules } from "./memory-rules.js";
import { Program } from "./scope.js";

const MAX_LINES = 400;
const ALLOW = /\/\/ allow: ([a-z0-9-]+)(?:\s+(?:—|--|-)\s+(\S.*))?/;

/** Comments `// allow: rule — reason` that hold for their own line and the next line of code. */
class Allowances {
  constructor(file, text) {
    this.file = file;
    this.entries = [];
    const lines = text.split("\n");
    for (let i = 0; i < lines.length; i++) {
      const match = ALLOW.exec(lines[i]);
      if (match === null) continue;
      let next = i + 1;
      while (next < lines.length && lines[next].trim().startsWith("//")) next++;
      this.entries.push({ line: i + 1, next: next + 1, rule: match[1], reason: match[2] ?? "", used: false });
    }
  }

  covers(rule, line) {
    const entry = this.entries.find((e) => e.rule === rule && (e.line === line || e.next === line));
    if (entry) entry.used = true;
    return entry !== undefined;
  }

  problems() {
    return this.entries
      .filter((e) => e.reason === "" || !e.used)
      .map((e) =>
        e.reason === ""
          ? { file: this.file, line: e.line, rule: "allow-reason", why: `write the reason: // allow: ${e.rule} — why` }
          : { file: this.file, line: e.line, rule: "allow-unused", why: `nothing here breaks ${e.rule}: remove the comment` },
      );
  }
}

/**
 * modules: emitted JavaScript [{ file, text, source?: { file, text, line(jsLine, jsColumn) } }]; sources: TypeScript [{ file, text }].
 * Returns findings [{ file, line, rule, why }].
 */
export function check({ modules = [], sources = [], allowList = [] }) {
  const findings = new Map();
  const allowances = new Map();
  const add = (file, line, rule, why) => {
    if (allowances.get(file)?.covers(rule, line)) return;
    findings.set(`${file}:${line} ${rule} ${why}`, { file, line, rule, why });
  };
  for (const { file, text } of sources.filter((s) => !s.file.startsWith("test/"))) allowances.set(file, new Allowances(file, text));
  for (const { file, text, source } of modules) {
    const name = source?.file ?? file;
    if (!allowances.has(name)) allowances.set(name, new Allowances(name, source?.text ?? text));
  }

  checkImports(sources, (rule, file, line, why) => add(file, line, rule, why));
  for (const { file, text } of sources) {
    const length = text.split("\n").length - 1;
    if (length > MAX_LINES && !file.includes("/generated/"))
      add(file, 1, "file-length", `${length} lines: one idea a file, under about ${MAX_LINES}`);
  }

  const program = new Program(modules);
  const used = new Set();
  for (const { file, source } of modules) {
    const module = program.modules.get(file);
    const report = (rule, node, why) => {
      const { line, column } = node.loc.start;
      add(source?.file ?? file, source?.line(line, column) ?? line, rule, why);
    };
    memoryRules(program, module, report);
    hotRules(module, report, allowList, used);
  }
  for (const entry of allowList) {
    if (!entry.reason) add(entry.file, 1, "allow-reason", `tools/check/allow.json: ${entry.function} has no reason`);
    else if (!used.has(entry))
      add(entry.file, 1, "allow-unused", `tools/check/allow.json: ${entry.function} breaks no ${entry.rule}: remove the entry`);
  }
  for (const allowance of allowances.values()) for (const f of allowance.problems()) findings.set(JSON.stringify(f), f);
  return [...findings.values()].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}
