// Modules, scopes and names: what an identifier of the emitted JavaScript is bound to, also through imports and simple local aliases.
import { posix } from "node:path";
import { parse } from "acorn";
import { fullAncestor } from "acorn-walk";

const BLOCKS = new Set([
  "Program",
  "BlockStatement",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "SwitchStatement",
  "StaticBlock",
  "CatchClause",
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
  "ClassExpression",
]);

export const isFunction = (node) => /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);

function patternNames(node, out = []) {
  if (node === null) return out;
  switch (node.type) {
    case "Identifier":
      out.push(node.name);
      break;
    case "ObjectPattern":
      for (const p of node.properties) patternNames(p.type === "RestElement" ? p.argument : p.value, out);
      break;
    case "ArrayPattern":
      for (const e of node.elements) patternNames(e, out);
      break;
    case "AssignmentPattern":
      patternNames(node.left, out);
      break;
    case "RestElement":
      patternNames(node.argument, out);
      break;
  }
  return out;
}

/** One module: its tree, the bindings of every scope, what it exports, and every node with its ancestors (outermost first, itself last). */
export class Module {
  constructor(file, text) {
    this.file = file;
    this.text = text;
    this.comments = [];
    this.ast = parse(text, { ecmaVersion: 2022, sourceType: "module", locations: true, onComment: this.comments, allowHashBang: true });
    this.scopes = new Map();
    this.exports = new Map();
    this.nodes = [];
    fullAncestor(this.ast, (node, _state, ancestors) => this.nodes.push({ node, ancestors: [...ancestors] }));
    for (const { node, ancestors } of this.nodes) this.#declare(node, ancestors);
    for (const { node, ancestors } of this.nodes) {
      if (node.type !== "AssignmentExpression" || node.operator !== "=" || node.left.type !== "Identifier") continue;
      this.resolve(node.left.name, ancestors)?.values.push({ node: node.right, ancestors });
    }
    this.#collectExports();
  }

  #bind(scope, name, kind, value, ancestors, extra) {
    if (!this.scopes.has(scope)) this.scopes.set(scope, new Map());
    const values = value ? [{ node: value, ancestors }] : [];
    this.scopes.get(scope).set(name, { name, kind, values, module: this, top: scope.type === "Program", ...extra });
  }

  #declare(node, ancestors) {
    const outer = ancestors.slice(0, -1);
    const block = [...outer].reverse().find((n) => BLOCKS.has(n.type));
    switch (node.type) {
      case "VariableDeclaration": {
        const hoisted = node.kind === "var" ? [...outer].reverse().find((n) => isFunction(n) || n.type === "Program") : block;
        for (const d of node.declarations) {
          const whole = d.id.type === "Identifier" ? d.init : null;
          for (const name of patternNames(d.id)) this.#bind(hoisted, name, node.kind, whole, ancestors);
        }
        break;
      }
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        if (node.id) this.#bind(node.type === "FunctionDeclaration" ? block : node, node.id.name, "function", node, ancestors);
        for (const p of node.params) for (const name of patternNames(p)) this.#bind(node, name, "param", null, ancestors);
        break;
      case "ClassDeclaration":
      case "ClassExpression":
        if (node.id) this.#bind(node.type === "ClassDeclaration" ? block : node, node.id.name, "class", node, ancestors);
        break;
      case "CatchClause":
        for (const name of patternNames(node.param)) this.#bind(node, name, "catch", null, ancestors);
        break;
      case "ImportDeclaration":
        for (const s of node.specifiers) {
          const imported = s.type === "ImportSpecifier" ? s.imported.name : s.type === "ImportDefaultSpecifier" ? "default" : "*";
          this.#bind(this.ast, s.local.name, "import", null, ancestors, { source: node.source.value, imported });
        }
        break;
    }
  }

  #collectExports() {
    for (const node of this.ast.body) {
      if (node.type === "ExportAllDeclaration") this.exports.set(`*${node.source.value}`, { source: node.source.value, name: "*" });
      if (node.type === "ExportDefaultDeclaration" && node.declaration.id) this.exports.set("default", { local: node.declaration.id.name });
      if (node.type !== "ExportNamedDeclaration") continue;
      const d = node.declaration;
      if (d?.type === "VariableDeclaration")
        for (const v of d.declarations) for (const name of patternNames(v.id)) this.exports.set(name, { local: name });
      else if (d) this.exports.set(d.id.name, { local: d.id.name });
      for (const s of node.specifiers)
        this.exports.set(s.exported.name, node.source ? { source: node.source.value, name: s.local.name } : { local: s.local.name });
    }
  }

  /** The binding that `name` has at this place, or null for a global. */
  resolve(name, ancestors) {
    for (let i = ancestors.length - 1; i >= 0; i--) {
      const binding = this.scopes.get(ancestors[i])?.get(name);
      if (binding) return binding;
    }
    return null;
  }
}

/** All modules that are checked together; follows imports between them. */
export class Program {
  constructor(sources) {
    this.modules = new Map();
    for (const { file, text } of sources) this.modules.set(file, new Module(file, text));
  }

  /** The binding behind an import, or the binding itself; null when the import leaves the program. */
  origin(binding, depth = 0) {
    if (binding === null || binding.kind !== "import" || depth > 20) return binding;
    const target = this.modules.get(posix.join(posix.dirname(binding.module.file), binding.source));
    return target ? this.#exported(target, binding.imported, depth) : null;
  }

  #exported(module, name, depth) {
    const entry = module.exports.get(name);
    if (entry?.local) return this.origin(module.resolve(entry.local, [module.ast]), depth + 1);
    if (entry) return this.origin({ kind: "import", source: entry.source, imported: entry.name, module }, depth + 1);
    for (const star of module.exports.values()) {
      if (star.name !== "*") continue;
      const found = this.origin({ kind: "import", source: star.source, imported: name, module }, depth + 1);
      if (found) return found;
    }
    return null;
  }

  /**
   * The module-level binding whose value an expression is, or is a part of (`TABLE`, `TABLE[i].x`, a local `t` after `t = TABLE`), else null.
   * Parameters and fields are not followed.
   */
  topRoot(module, node, ancestors, depth = 0) {
    let root = node;
    while (root.type === "MemberExpression" || root.type === "ChainExpression") root = root.object ?? root.expression;
    if (root.type !== "Identifier" || depth > 8) return null;
    const bound = module.resolve(root.name, ancestors);
    if (bound === null) return null;
    if (bound.top) {
      const origin = this.origin(bound);
      return origin?.imported === "*" ? null : origin;
    }
    for (const value of bound.values) {
      if (value.node.type === "Identifier" && value.node.name === root.name) continue;
      if (value.node.type !== "Identifier" && value.node.type !== "MemberExpression") continue;
      const found = this.topRoot(module, value.node, value.ancestors, depth + 1);
      if (found) return found;
    }
    return null;
  }
}

/**
 * Functions that only run while their module loads: called in place at module level, or declared there and called from nowhere else.
 */
export function loadTimeFunctions(module) {
  const found = new Set();
  const enclosing = (ancestors) => [...ancestors].reverse().find(isFunction) ?? null;
  const inInit = (ancestors) => {
    const f = enclosing(ancestors);
    return f === null || found.has(f);
  };
  for (let grew = true; grew; ) {
    grew = false;
    for (const { node, ancestors } of module.nodes) {
      if (!isFunction(node) || found.has(node)) continue;
      const parent = ancestors.at(-2);
      let init = parent.type === "CallExpression" && parent.callee === node && inInit(ancestors.slice(0, -1));
      if (node.type === "FunctionDeclaration" && parent.type === "Program" && !module.exports.has(node.id.name)) {
        const uses = module.nodes.filter(
          (n) => n.node.type === "Identifier" && n.node !== node.id && n.node.name === node.id.name && !isExportSpecifier(n.ancestors),
        );
        const outside = uses.filter((n) => !n.ancestors.includes(node));
        init =
          outside.length > 0 &&
          outside.every(
            (n) => n.ancestors.at(-2)?.type === "CallExpression" && n.ancestors.at(-2).callee === n.node && inInit(n.ancestors),
          );
      }
      if (init) {
        found.add(node);
        grew = true;
      }
    }
  }
  return found;
}

const isExportSpecifier = (ancestors) => ancestors.at(-2)?.type === "ExportSpecifier";
