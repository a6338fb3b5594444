// Rules for every file that goes to flash: nothing may be written there, nothing may need a host, nothing may trip the engine.
import { isFunction, loadTimeFunctions } from "./scope.js";

const TYPED_ARRAYS =
  "Uint8Array Int8Array Uint8ClampedArray Uint16Array Int16Array Uint32Array Int32Array Float32Array Float64Array BigInt64Array BigUint64Array".split(
    " ",
  );

/** Globals of the language that src may name. Left out on purpose: Date (Clock), Math.random is a rule of its own, Promise, globalThis, eval. */
const LANGUAGE = new Set([
  ...TYPED_ARRAYS,
  ..."ArrayBuffer DataView RegExp Array Object Function Number String Boolean BigInt Symbol Math Map Set WeakMap WeakSet JSON Reflect".split(
    " ",
  ),
  ..."Error TypeError RangeError SyntaxError ReferenceError undefined NaN Infinity isNaN isFinite parseInt parseFloat arguments".split(" "),
]);

/** What may be called while a module loads. */
const LOAD_CALLS = new Set([...TYPED_ARRAYS, "ArrayBuffer", "DataView", "BigInt", "Object.freeze", "BigInt.asUintN", "BigInt.asIntN"]);
for (const name of TYPED_ARRAYS) LOAD_CALLS.add(`${name}.of`);

/** Methods of built-ins whose object the checker cannot see; no method of ours has these names. */
const NATIVE_METHODS = new Set(
  "map forEach filter reduce split join from sort concat flat flatMap entries keys values match replace replaceAll toString padStart parse stringify apply call bind repeat".split(
    " ",
  ),
);

const MUTATORS = new Set(
  "set fill copyWithin sort reverse push pop shift unshift splice add delete clear setInt8 setUint8 setInt16 setUint16 setInt32 setUint32 setBigInt64 setBigUint64 setFloat32 setFloat64".split(
    " ",
  ),
);

const EQUALITY = new Set(["===", "!==", "==", "!="]);
const ARITHMETIC = new Set(["+", "-", "*", "/", "%", "**", "<<", ">>", "&", "|", "^"]);

function dotted(node) {
  if (node.type === "Identifier") return node.name;
  if (node.type === "MemberExpression" && !node.computed && node.object.type === "Identifier")
    return `${node.object.name}.${node.property.name}`;
  return null;
}

/** True where a module-level constant is, or holds, a BigInt. */
function holdsBigInt(program, binding, seen = new Set()) {
  if (binding === null || seen.has(binding)) return false;
  seen.add(binding);
  return binding.values.some((v) => bigIntValue(program, binding.module, v.node, v.ancestors, seen));
}

function bigIntValue(program, module, node, ancestors, seen) {
  const inner = (n) => bigIntValue(program, module, n, ancestors, seen);
  switch (node?.type) {
    case "Literal":
      return typeof node.bigint === "string";
    case "UnaryExpression":
      return node.operator === "-" && inner(node.argument);
    case "BinaryExpression":
      return ARITHMETIC.has(node.operator) && inner(node.left) && inner(node.right);
    case "CallExpression":
      return (
        /^BigInt(\.as(Ui|I)ntN)?$/.test(dotted(node.callee) ?? "") || (dotted(node.callee) === "Object.freeze" && inner(node.arguments[0]))
      );
    case "ArrayExpression":
      return node.elements.some((e) => e !== null && inner(e));
    case "ObjectExpression":
      return node.properties.some((p) => p.type === "Property" && inner(p.value));
    case "ClassDeclaration":
    case "ClassExpression":
      return node.body.body.some((m) => m.type === "PropertyDefinition" && m.static && inner(m.value));
    case "Identifier":
    case "MemberExpression":
      return holdsBigInt(program, program.topRoot(module, node, ancestors), seen);
    default:
      return false;
  }
}

export function memoryRules(program, module, report) {
  const loadTime = loadTimeFunctions(module);
  const runtime = (ancestors) => ancestors.some((n) => isFunction(n) && !loadTime.has(n));

  const written = (target, at, how) => {
    const { node, ancestors } = at;
    if (target.type === "MemberExpression") {
      const root = program.topRoot(module, target.object, ancestors);
      if (root !== null && runtime(ancestors)) {
        const isClass = root.kind === "class";
        report(
          isClass ? "static-state" : "module-state",
          node,
          isClass
            ? `${how} a static field of ${root.name}: the class lies in flash`
            : `${how} ${root.name}, which lies in flash (write-protected) and is shared by all connections`,
        );
      }
      if (target.object.type === "ThisExpression") {
        const method = [...ancestors].reverse().find((n) => n.type === "MethodDefinition" || n.type === "StaticBlock");
        if (method?.type === "MethodDefinition" && method.static)
          report("static-state", node, "a static method writes a field of its class, which lies in flash");
      }
    } else if (target.type === "Identifier") {
      const bound = module.resolve(target.name, ancestors);
      if (bound?.top && runtime(ancestors))
        report("module-state", node, `${how} the module variable ${target.name}: state belongs to instances`);
    }
  };

  for (const at of module.nodes) {
    const { node, ancestors } = at;
    switch (node.type) {
      case "AssignmentExpression":
        written(node.left, at, "writes");
        if (node.left.type === "MemberExpression" && node.left.object.type === "ThisExpression" && node.left.property.name === "name")
          errorName(ancestors, node, report);
        break;
      case "UpdateExpression":
        written(node.argument, at, "writes");
        break;
      case "UnaryExpression":
        if (node.operator === "delete") written(node.argument, at, "deletes from");
        break;
      case "PropertyDefinition":
        if (!node.static && !node.computed && node.key.name === "name") errorName(ancestors, node, report);
        break;
      case "Literal":
        if (node.regex) report("regexp", node, "a RegExp cannot lie in flash; scan the bytes");
        break;
      case "Identifier":
        if (module.resolve(node.name, ancestors) === null && !LANGUAGE.has(node.name))
          report("host-global", node, `${node.name} is not a name of the language that src may use: hosts differ, pass it in`);
        break;
      case "MemberExpression":
        if (dotted(node) === "Math.random") report("host-global", node, "Math.random is no source of randomness: use Random");
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        if (node.async) report("async", node, "async costs 86 slots an await; return PENDING and go on in resume()");
        if (node.generator) report("async", node, "a generator allocates at each step; keep the state in fields");
        break;
      case "ForOfStatement":
        if (node.await) report("async", node, "for await allocates; go on in resume()");
        break;
      case "AwaitExpression":
        if (!ancestors.some(isFunction)) report("async", node, "await while a module loads cannot be preloaded");
        break;
      case "ClassDeclaration":
      case "ClassExpression":
        staticSelf(node, report);
        break;
      case "ArrayExpression":
        if (!runtime(ancestors) && node.elements.some((e) => e !== null && bigIntValue(program, module, e, ancestors, new Set())))
          report(
            "bigint-array",
            node,
            "the SDK's linker cuts off BigInts that stand in an array in flash: make each the property of an object",
          );
        break;
      case "BinaryExpression":
        if (EQUALITY.has(node.operator))
          for (const side of [node.left, node.right]) bigIntConstant(program, module, side, ancestors, node, node.operator, report);
        break;
      case "SwitchStatement":
        for (const part of [node.discriminant, ...node.cases.map((c) => c.test)])
          if (part !== null) bigIntConstant(program, module, part, ancestors, part, "switch", report);
        break;
      case "CallExpression":
      case "NewExpression":
        if (node.type === "NewExpression" && dotted(node.callee) === "RegExp")
          report("regexp", node, "RegExp is not used in src; scan the bytes");
        if (node.callee.type === "MemberExpression" && !node.callee.computed && MUTATORS.has(node.callee.property.name)) {
          const root = program.topRoot(module, node.callee.object, ancestors);
          if (root !== null && root.kind !== "class" && root.kind !== "function" && runtime(ancestors) && !ownMethod(root, node.callee))
            report("module-state", node, `.${node.callee.property.name}() changes ${root.name}, which lies in flash (write-protected)`);
        }
        if (!runtime(ancestors)) loadCall(program, module, at, report, new Set());
        break;
    }
  }
}

/** A call of a method that the object literal itself defines, as `const suite = { set() {…} }`. */
function ownMethod(root, callee) {
  return root.values.some(
    (v) => v.node.type === "ObjectExpression" && v.node.properties.some((p) => p.key?.name === callee.property.name && isFunction(p.value)),
  );
}

function errorName(ancestors, node, report) {
  const owner = [...ancestors].reverse().find((n) => n.type === "ClassDeclaration" || n.type === "ClassExpression");
  if (owner?.superClass && /(Error|Alert)$/.test(dotted(owner.superClass) ?? ""))
    report("error-name", node, "`name` is read-only when Error.prototype lies in flash: write `get name()`");
}

function staticSelf(node, report) {
  const fields = node.body.body.filter((m) => m.type === "PropertyDefinition");
  const self = fields.find((f) => f.static && f.value?.type === "NewExpression" && f.value.callee.name === node.id?.name);
  if (self && fields.some((f) => !f.static))
    report("static-self", self, "XS throws 'not initialized yet' for a class with instance fields and a static of its own type");
}

function bigIntConstant(program, module, side, ancestors, node, operator, report) {
  if (side.type !== "Identifier" && side.type !== "MemberExpression") return;
  const root = program.topRoot(module, side, ancestors);
  if (root !== null && holdsBigInt(program, root))
    report(
      "bigint-constant",
      node,
      `${operator} with ${root.name}: in flash a BigInt constant never equals a computed one; use !x, <, > or a literal`,
    );
}

/** A call while the module loads, and the calls of our own functions that it makes. */
function loadCall(program, module, { node, ancestors }, report, seen) {
  let root = node.callee;
  while (root.type === "MemberExpression") root = root.object;
  if (root.type === "Identifier") {
    const bound = module.resolve(root.name, ancestors);
    if (bound === null) {
      const name = dotted(node.callee) ?? root.name;
      if (!LOAD_CALLS.has(name))
        report("module-call", node, `${name} is called while the module loads: natives cannot be called at preload`);
      return;
    }
    const origin = program.origin(bound);
    const body = origin?.values[0]?.node;
    if (node.callee.type === "Identifier" && body && isFunction(body) && !seen.has(body)) {
      seen.add(body);
      for (const inner of origin.module.nodes) {
        const call = inner.node.type === "CallExpression" || inner.node.type === "NewExpression";
        if (!call || !inner.ancestors.includes(body)) continue;
        loadCall(program, origin.module, inner, (rule, _at, why) => report(rule, node, `${why} (inside ${origin.name})`), seen);
      }
    }
  }
  if (node.callee.type === "MemberExpression" && !node.callee.computed && NATIVE_METHODS.has(node.callee.property.name))
    report("module-call", node, `.${node.callee.property.name}() is called while the module loads: natives cannot be called at preload`);
}
