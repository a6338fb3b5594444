// AES-128 in counter mode (NIST SP 800-38A §6.5) for an interpreter: round keys and columns are local variables, rounds are written out, and
// the keystream goes straight into the record. Of a counter block only the last byte changes from one block to the next (for 256 blocks at
// most), so of round 1 one look-up a block is left, and of round 2 four: the rest is worked out once a run.

const range = (n) => [...Array(n).keys()];
const OLD = ["a", "b", "c", "d"];
const NEW = ["p", "q", "r", "s"];
const TABLES = ["t0", "t1", "t2", "t3"];

/** The look-up of column j's byte i (0 is the highest), as ShiftRows brings it there. */
const lookup = (columns, j, i) => `${TABLES[i]}[${columns[(j + i) % 4]}${i < 3 ? ` >> ${24 - 8 * i}` : ""} & 255]!`;

/** One column of a round; `bytes` tells which of its four look-ups are meant. */
const column = (from, j, bytes) => bytes.map((i) => lookup(from, j, i)).join(" ^ ");

function round(n, from, to) {
  return range(4).map((j) => `${to[j]} = ${column(from, j, [0, 1, 2, 3])} ^ k${4 * n + j};`);
}

/** SubBytes without MixColumns: the tables hold the S-box byte at several places, the masks take it from one. */
function lastRound(n, from, to) {
  const byte = (j, i) => `${TABLES[(i + 2) % 4]}[${lookup(from, j, i).slice(3, -2)}]! & ${["-16777216", "16711680", "65280", "255"][i]}`;
  return range(4).map(
    (j) =>
      `${to[j]} = ${range(4)
        .map((i) => byte(j, i))
        .join(" ^ ")} ^ k${4 * n + j};`,
  );
}

/** The function for a cipher of `rounds` rounds (an even number). */
export function counterMode(name, rounds) {
  const join = (lines, indent) => lines.join(`\n${" ".repeat(indent)}`);
  // The counter's last byte is byte 3 of column 3, which round 1 brings to its column 0 only (f4: the rest of that column). Byte i of that
  // column goes to round 2's column (4 - i) % 4 (f0 to f3: the rest of those).
  const fixed = (i) => range(4).filter((other) => other !== i);
  const rest = range(rounds - 3).flatMap((i) => (i % 2 === 0 ? round(i + 3, OLD, NEW) : round(i + 3, NEW, OLD)));
  return `
/**
 * XORs \`count\` blocks (16 bytes each) of \`view\` with the keystream, from byte \`offset\` on. The round keys are state[key, key + ${4 * rounds + 4});
 * the first counter block is i0, i1, i2, counter (big-endian words; the counter stays below 2^31).
 */
export function ${name}(
  state: Int32Array, key: number, i0: number, i1: number, i2: number, counter: number, view: DataView, offset: number, count: number,
): void {
  const t0 = T0, t1 = T1, t2 = T2, t3 = T3;
  const ${range(4 * rounds + 4)
    .map((i) => `k${i} = state[key + ${i}]!`)
    .join(", ")};
  let ${[...OLD, ...NEW, "f0", "f1", "f2", "f3", "f4"].map((v) => `${v}: number`).join(", ")}, run: number;
  while (count > 0) {
    a = i0 ^ k0; b = i1 ^ k1; c = i2 ^ k2; d = counter ^ k3;
    f4 = ${column(OLD, 0, [0, 1, 2])} ^ k4;
    ${join(
      [1, 2, 3].map((j) => `${NEW[j]} = ${column(OLD, j, [0, 1, 2, 3])} ^ k${4 + j};`),
      4,
    )}
    ${join(
      range(4).map((j) => `f${j} = ${column(NEW, j, fixed((4 - j) % 4))} ^ k${8 + j};`),
      4,
    )}
    run = 256 - (counter & 255);
    if (run > count) run = count;
    count = count - run;
    for (; run > 0; run--) {
      p = f4 ^ t3[(counter ^ k3) & 255]!;
      ${join(
        range(4).map((j) => `${OLD[j]} = f${j} ^ ${lookup(NEW, j, (4 - j) % 4)};`),
        6,
      )}
      ${join(rest, 6)}
      ${join(lastRound(rounds, NEW, OLD), 6)}
      ${join(
        OLD.map((v, j) => `view.setInt32(offset${j ? ` + ${4 * j}` : ""}, view.getInt32(offset${j ? ` + ${4 * j}` : ""}) ^ ${v});`),
        6,
      )}
      counter = counter + 1;
      offset = offset + 16;
    }
  }
}
`;
}

export function generate() {
  return `// Printed by tools/generate/aes128-ctr.js.
import { T0, T1, T2, T3 } from "../aes.js";
${counterMode("aes128Ctr", 10)}`;
}
