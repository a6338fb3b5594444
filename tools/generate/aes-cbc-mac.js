// AES in CBC-MAC (NIST SP 800-38C §6.1) for an interpreter: two rounds are written out and repeated, with the round keys read where they stand.
// That is a seventh slower than all rounds with their keys in local variables, and a third of the bytecode.
import { lastRound, NEW, OLD, round } from "./aes-ctr.js";

export function generate() {
  const join = (lines, indent) => lines.join(`\n${" ".repeat(indent)}`);
  const place = (base, j) => (j === 0 ? base : `${base} + ${4 * j}`);
  const key = (first) => (j) => `state[at + ${first + j}]!`;
  return `// Printed by tools/generate/aes-cbc-mac.js.
import { T0, T1, T2, T3 } from "../aes.js";

/**
 * Goes on with the MAC that stands at byte \`mac\` of \`work\`: adds \`count\` blocks (16 bytes each) of \`view\` from byte \`offset\` on. \`rounds\` is 10 for
 * AES-128 and 14 for AES-256; the round keys are state[key, key + 4 * rounds + 4).
 */
export function aesCbcMac(
  state: Int32Array, key: number, rounds: number, work: DataView, mac: number, view: DataView, offset: number, count: number,
): void {
  const t0 = T0, t1 = T1, t2 = T2, t3 = T3, k0 = state[key]!, k1 = state[key + 1]!, k2 = state[key + 2]!, k3 = state[key + 3]!;
  const end = key + 4 * rounds;
  let ${OLD.map((v, j) => `${v} = work.getInt32(${place("mac", j)})`).join(", ")};
  let ${NEW.map((v) => `${v}: number`).join(", ")}, at: number;
  for (; count > 0; count--) {
    ${join(
      OLD.map((v, j) => `${v} = ${v} ^ view.getInt32(${place("offset", j)}) ^ k${j};`),
      4,
    )}
    for (at = key + 4; ; at = at + 8) {
      ${join(round(OLD, NEW, key(0)), 6)}
      if (at + 4 === end) break;
      ${join(round(NEW, OLD, key(4)), 6)}
    }
    ${join(lastRound(NEW, OLD, key(4)), 4)}
    offset = offset + 16;
  }
  ${OLD.map((v, j) => `work.setInt32(${place("mac", j)}, ${v});`).join(" ")}
}
`;
}
