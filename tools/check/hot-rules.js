// Rules for the files that run for every record or handshake message: nothing that allocates.
import { isFunction, loadTimeFunctions } from "./scope.js";

const HOT = [
  "src/record/",
  "src/crypto/xs/",
  "src/connection",
  "src/bytes/",
  "src/handshake/",
  "src/messages/",
  "src/extensions/",
  "src/schedule/",
];

export const isHot = (file) => HOT.some((prefix) => file.startsWith(prefix));

const ALLOCATORS = /^(Big)?(Int|Uint|Float)\d+(Clamped)?Array$|^DataView$|^ArrayBuffer$/;

/** Calls whose argument is the reason of a failure: a string may be made there. */
const FAILING = /^(fail|refuse|abort|alert|reject|unexpected)/;
const ERRORS = /(Error|Alert)$/;
/** Variables that hold a part of such a reason. */
const REASONS = /^(reason|where|what|why)$/;
/** Functions whose purpose is the text of a failure. */
const TEXTS = /(Name|Reason|Text|Message)$|^(describe|explain|escape|toString|name)/;

function functionName(ancestors) {
  const index = ancestors.findLastIndex(isFunction);
  if (index < 0) return null;
  const node = ancestors[index];
  const parent = ancestors[index - 1];
  if (parent?.type === "MethodDefinition") {
    const owner = ancestors.slice(0, index).findLast((n) => n.type.startsWith("Class") && n.id);
    return { name: parent.key.name, full: `${owner?.id.name ?? ""}.${parent.key.name}`, isConstructor: parent.kind === "constructor" };
  }
  const name = node.id?.name ?? parent?.key?.name ?? parent?.id?.name ?? "";
  return { name, full: name, isConstructor: false };
}

/** `used` collects the entries of the allow list that were needed. */
export function hotRules(module, report, allowList, used) {
  if (!isHot(module.file)) return;
  const loadTime = loadTimeFunctions(module);
  const inside = (ancestors) => ancestors.some((n) => isFunction(n) && !loadTime.has(n));
  const allowed = (rule, where) => {
    const source = module.file.replace(/\.js$/, ".ts");
    const entry = allowList.find((e) => e.rule === rule && e.file === source && e.function === where.full);
    if (entry) used.add(entry);
    return entry !== undefined;
  };

  const failing = (ancestors) => {
    const from = ancestors.findLastIndex(isFunction);
    return ancestors.slice(from + 1).some((n) => {
      if (n.type === "ThrowStatement" || (n.type === "VariableDeclarator" && REASONS.test(n.id.name ?? ""))) return true;
      const callee = n.type === "CallExpression" || n.type === "NewExpression" ? (n.callee.property?.name ?? n.callee.name ?? "") : "";
      return n.type === "NewExpression" ? ERRORS.test(callee) : FAILING.test(callee);
    });
  };
  const text = (node, ancestors) => {
    const where = functionName(ancestors);
    if (where === null || !inside(ancestors) || failing(ancestors) || TEXTS.test(where.name)) return;
    report("hot-string", node, "makes a string on a hot path; only reasons of failures may");
  };

  for (const { node, ancestors } of module.nodes) {
    const outer = ancestors.slice(0, -1);
    switch (node.type) {
      case "CallExpression": {
        const name = node.callee.type === "MemberExpression" && !node.callee.computed ? node.callee.property.name : null;
        if (name === "subarray" && inside(ancestors)) report("subarray", node, "subarray costs 4 slots: pass (buffer, offset, length)");
        const native = ALLOCATORS.test(node.callee.object?.name ?? "") && (name === "of" || name === "from");
        if (native && inside(ancestors)) hotNew(node, ancestors, `${node.callee.object.name}.${name}`);
        break;
      }
      case "NewExpression":
        if (ALLOCATORS.test(node.callee.name ?? "") && inside(ancestors)) hotNew(node, ancestors, `new ${node.callee.name}`);
        break;
      case "ForOfStatement":
        if (inside(ancestors)) report("for-of", node, "for..of costs 8 slots: count an index");
        break;
      case "ArrayPattern":
        if (inside(ancestors)) report("array-destructuring", node, "array destructuring costs 8 slots: take the elements by index");
        break;
      case "SpreadElement":
      case "RestElement":
        if (inside(ancestors)) report("spread", node, "rest and spread cost 10 slots and more");
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression": {
        const field = outer.at(-1).type === "PropertyDefinition" && !outer.at(-1).static;
        if (inside(outer) || field) report("closure", node, "a closure costs 9 slots each time it is made: make it a method");
        break;
      }
      case "TemplateLiteral":
        if (node.expressions.length > 0) text(node, ancestors);
        break;
      case "BinaryExpression":
        if (node.operator === "+" && (isText(node.left) || isText(node.right))) text(node, ancestors);
        break;
      case "AssignmentExpression":
        if (node.operator === "+=" && isText(node.right)) text(node, ancestors);
        break;
    }
  }

  function hotNew(node, ancestors, what) {
    const where = functionName(ancestors);
    if (where?.isConstructor || ancestors.some((n) => n.type === "PropertyDefinition") || allowed("hot-new", where)) return;
    report(
      "hot-new",
      node,
      `${what} in ${where.full || "a function"}: allocate in the constructor, or list the function in tools/check/allow.json`,
    );
  }
}

const isText = (node) =>
  (node.type === "Literal" && typeof node.value === "string") || (node.type === "TemplateLiteral" && node.quasis.length > 0);
