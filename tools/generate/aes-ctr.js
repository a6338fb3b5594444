// AES in counter mode (NIST SP 800-38A §6.5) for an interpreter: round keys and columns are local variables, rounds are written out, and
// the keystream goes straight into the record. Of a counter block only the last byte changes from one block to the next (for 256 blocks at
// most), so of round 1 one look-up a block is left, and of round 2 four: the rest is worked out once a run.
// One function serves both key sizes: the four rounds that AES-256 has more stand before the last one and are skipped by AES-128. They read
// their keys where they stand, so that AES-128 needs no stack for them.

export const range = (n) => [...Array(n).keys()];
export const OLD = ["a", "b", "c", "d"];
export const NEW = ["p", "q", "r", "s"];
const TABLES = ["t0", "t1", "t2", "t3"];

/** The look-up of column j's byte i (0 is the highest), as ShiftRows brings it there. */
const lookup = (columns, j, i) => `${TABLES[i]}[${columns[(j + i) % 4]}${i < 3 ? ` >> ${24 - 8 * i}` : ""} & 255]!`;

/** One column of a round; `bytes` tells which of its four look-ups are meant. */
const column = (from, j, bytes) => bytes.map((i) => lookup(from, j, i)).join(" ^ ");

export function round(from, to, key) {
  return range(4).map((j) => `${to[j]} = ${column(from, j, [0, 1, 2, 3])} ^ ${key(j)};`);
}

/** SubBytes without MixColumns: the tables hold the S-box byte at several places, the masks take it from one. */
export function lastRound(from, to, key) {
  const byte = (j, i) => `${TABLES[(i + 2) % 4]}[${lookup(from, j, i).slice(3, -2)}]! & ${["-16777216", "16711680", "65280", "255"][i]}`;
  return range(4).map(
    (j) =>
      `${to[j]} = ${range(4)
        .map((i) => byte(j, i))
        .join(" ^ ")} ^ ${key(j)};`,
  );
}

export function generate() {
  const join = (lines, indent) => lines.join(`\n${" ".repeat(indent)}`);
  // The counter's last byte is byte 3 of column 3, which round 1 brings to its column 0 only (f4: the rest of that column). Byte i of that
  // column goes to round 2's column (4 - i) % 4 (f0 to f3: the rest of those).
  const fixed = (i) => range(4).filter((other) => other !== i);
  const rounds = (first, count, from, to, key) =>
    range(count).flatMap((i) => (i % 2 === 0 ? round(from, to, key(first + i)) : round(to, from, key(first + i))));
  const inLocals = (n) => (j) => `k${4 * n + j}`;
  const inState = (n) => (j) => `state[key + ${4 * n + j}]!`;
  return `// Printed by tools/generate/aes-ctr.js.
import { T0, T1, T2, T3 } from "../aes.js";

/**
 * XORs \`count\` blocks (16 bytes each) of \`view\` with the keystream, from byte \`offset\` on. \`rounds\` is 10 for AES-128 and 14 for AES-256; the
 * round keys are state[key, key + 4 * rounds + 4). The first counter block is i0, i1, i2, counter (big-endian words); the counter must not pass
 * from 2^31 - 1 to 2^31.
 */
export function aesCtr(
  state: Int32Array, key: number, rounds: number, i0: number, i1: number, i2: number, counter: number,
  view: DataView, offset: number, count: number,
): void {
  const t0 = T0, t1 = T1, t2 = T2, t3 = T3;
  const ${range(40)
    .map((i) => `k${i} = state[key + ${i}]!`)
    .join(", ")};
  const ${range(4)
    .map((j) => `l${j} = state[key + 4 * rounds + ${j}]!`)
    .join(", ")};
  let ${[...OLD, ...NEW, "f0", "f1", "f2", "f3", "f4"].map((v) => `${v}: number`).join(", ")}, run: number;
  while (count > 0) {
    a = i0 ^ k0; b = i1 ^ k1; c = i2 ^ k2; d = counter ^ k3;
    f4 = ${column(OLD, 0, [0, 1, 2])} ^ k4;
    ${join(round(OLD, NEW, inLocals(1)).slice(1), 4)}
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
      ${join(rounds(3, 7, OLD, NEW, inLocals), 6)}
      if (rounds > 10) {
        ${join(rounds(10, 4, NEW, OLD, inState), 8)}
      }
      ${join(
        lastRound(NEW, OLD, (j) => `l${j}`),
        6,
      )}
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
