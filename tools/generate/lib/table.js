/**
 * The source of a constant table of points. Each is an object of its own: the SDK's linker (xsl of 8.2.3) counts the BigInts that a firmware has by
 * slots of the heap, and items of an array are none; a table of bare BigInts would end too early in flash. Frozen, so that no device keeps an alias for it.
 */
export function tableSource(name, fields, entries) {
  const parameters = fields.map((field) => `${field}: bigint`).join(", ");
  const lines = entries.map((values) => `  point(${values.map((value) => `0x${value.toString(16)}n`).join(", ")}),`);
  return `const point = (${parameters}) => Object.freeze({ ${fields.join(", ")} });

export const ${name}: readonly { ${fields.map((field) => `readonly ${field}: bigint`).join("; ")} }[] = Object.freeze([
${lines.join("\n")}
]);
`;
}
