// SHA-1's compression function (FIPS 180-4 §6.1.2), shaped for an interpreter: everything is a local variable, five rounds are written out for
// each of the three functions, after which a..e are back at their places. The sixteen words of the schedule move down by five at each pass.

const range = (n) => [...Array(n).keys()];

const ROUNDS = 5;

const shr = (x, n) => `${x} >> ${n} & ${2 ** (32 - n) - 1}`;
const rotl = (x, n) => `(${x} << ${n} | ${shr(x, 32 - n)})`;

const CH = (b, c, d) => `(${d} ^ ${b} & (${c} ^ ${d}))`;
const PARITY = (b, c, d) => `(${b} ^ ${c} ^ ${d})`;
const MAJ = (b, c, d) => `(${b} & ${c} ^ ${d} & (${b} ^ ${c}))`;

function rounds(f) {
  return range(ROUNDS).flatMap((i) => {
    const [a, b, c, d, e] = range(5).map((j) => "abcde"[(j - i + 5) % 5]);
    return [`${e} = ${rotl(a, 5)} + ${f(b, c, d)} + ${e} + k + w${i} | 0;`, `${b} = ${b} << 30 | ${shr(b, 2)};`];
  });
}

/** w16..w20, the new ones, take the places of words that are done with; then all move down. */
function schedule() {
  const fresh = range(ROUNDS).flatMap((i) => {
    const w = (j) => (j < 16 ? `w${j}` : `w${j - 16}`);
    return [`t = ${w(i + 13)} ^ ${w(i + 8)} ^ ${w(i + 2)} ^ ${w(i)};`, `w${i} = ${rotl("t", 1)};`];
  });
  return [...fresh, ...move()];
}

/** The window is w5..w15, w0..w4 now: a rotation by five, along the one cycle that it is. */
function move() {
  const lines = ["t = w0;"];
  let to = 0;
  for (let i = 0; i < 15; i++) {
    const from = (to + ROUNDS) % 16;
    lines.push(`w${to} = w${from};`);
    to = from;
  }
  lines.push(`w${to} = t;`);
  return lines;
}

export function generate() {
  const join = (lines, indent) => lines.join(`\n${" ".repeat(indent)}`);
  return `// Printed by tools/generate/sha1-blocks.js.

/** The initial hash value (FIPS 180-4 §5.3.1). */
export const SHA1_INITIAL: readonly number[] = [${[0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0].map((x) => x | 0).join(", ")}];

/** Compresses \`count\` blocks of \`message\` from \`offset\` on into the five words at the start of \`state\`. */
export function sha1Blocks(state: DataView, message: DataView, offset: number, count: number): void {
  let ${[...range(16).map((i) => `w${i}`), ..."abcdetk", "pass"].map((v) => `${v}: number`).join(", ")};
  for (; count > 0; count--) {
    ${join(
      range(16).map((i) => `w${i} = message.getInt32(offset${i ? ` + ${4 * i}` : ""});`),
      4,
    )}
    ${[..."abcde"].map((v, i) => `${v} = state.getInt32(${4 * i});`).join(" ")}
    for (pass = 0; ; pass++) {
      if (pass < 4) {
        k = ${0x5a827999};
        ${join(rounds(CH), 8)}
      } else if (pass > 7 && pass < 12) {
        k = ${0x8f1bbcdc | 0};
        ${join(rounds(MAJ), 8)}
      } else {
        k = pass < 8 ? ${0x6ed9eba1} : ${0xca62c1d6 | 0};
        ${join(rounds(PARITY), 8)}
      }
      if (pass === 15) break;
      ${join(schedule(), 6)}
    }
    ${[..."abcde"].map((v, i) => `state.setInt32(${4 * i}, state.getInt32(${4 * i}) + ${v});`).join(" ")}
    offset += 64;
  }
}
`;
}
