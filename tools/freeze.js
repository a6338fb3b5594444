// Constants of modules are frozen in what is built: arrays and objects that stand as literals at module level, nested ones too. For each that could be
// changed the SDK's linker keeps an alias, 4 bytes of RAM in every machine, and says so ("not frozen").
import { parse } from "acorn";

/** A literal and those inside of it; what is given to a constructor or a function is theirs. */
function literals(node, found) {
  if (node?.type === "CallExpression" && node.callee.type === "MemberExpression" && node.callee.object.name === "Object")
    inside(node.arguments[0], found);
  if (node?.type !== "ArrayExpression" && node?.type !== "ObjectExpression") return;
  found.push(node);
  inside(node, found);
}

function inside(node, found) {
  for (const element of node.elements ?? []) literals(element, found);
  for (const property of node.properties ?? []) if (property.type === "Property") literals(property.value, found);
}

/** The same text, on the same lines. */
export function frozen(text) {
  const { body } = parse(text, { ecmaVersion: 2022, sourceType: "module" });
  const found = [];
  for (const statement of body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration" || declaration.kind !== "const") continue;
    for (const { init } of declaration.declarations) literals(init, found);
  }
  const inserts = found.flatMap(({ start, end }) => [
    { at: start, text: "Object.freeze(" },
    { at: end, text: ")" },
  ]);
  inserts.sort((a, b) => a.at - b.at || (a.text === ")" ? -1 : 1));
  let out = "";
  let from = 0;
  for (const { at, text: inserted } of inserts) {
    out += text.slice(from, at) + inserted;
    from = at;
  }
  return out + text.slice(from);
}
