// SHA-512's compression function (FIPS 180-4 §6.4.2), shaped for an interpreter that has 32-bit integers: a word is two halves (h and l), all
// in local variables. Four rounds are written out: each puts its new a and e where the round's dead d and h were, so after four every
// variable is back at its place and nothing is moved. The sixteen words of the schedule move down by four at each pass.
//
// Low halves are added as numbers from 0 to 2^32 - 1. XS takes 220 instructions for x >>> 0, but 75 for x ^ 2^31, which is the same number less
// 2^31 (read as a signed one); what all of a sum's operands miss is added to the round's constant. The sum is exact, its carry is a quotient.

const range = (n) => [...Array(n).keys()];

/** Rounds that are written out: a multiple of 4 that divides 16. */
const ROUNDS = 4;
const PASSES = 80 / ROUNDS;

/** floor(value^(1/n)). */
function root(value, n) {
  let low = 0n;
  let high = 1n << 80n;
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** n <= value) low = middle;
    else high = middle - 1n;
  }
  return low;
}

const primes = [];
for (let i = 2; primes.length < 80; i++) if (primes.every((p) => i % p !== 0)) primes.push(i);

/** The primes' fractional bits, 64 of them (FIPS 180-4 §4.2.3, §5.3.4 and §5.3.5). */
const cubeRoots = primes.map((p) => BigInt.asUintN(64, root(BigInt(p) << 192n, 3n)));
const squareRoots = primes.slice(0, 16).map((p) => BigInt.asUintN(64, root(BigInt(p) << 128n, 2n)));

const high = (x) => Number(x >> 32n) | 0;
const low = (x) => Number(x & 0xffffffffn);

const shr = (x, n) => `${x} >> ${n} & ${2 ** (32 - n) - 1}`;
/** Half "h" or "l" of x turned right by n. */
function rotr(half, x, n) {
  const own = n < 32 ? half : half === "h" ? "l" : "h";
  const other = own === "h" ? "l" : "h";
  return `(${shr(x + own, n % 32)} | ${x}${other} << ${32 - (n % 32)})`;
}
const bigSigma = (half, x, p, q, r) => `(${rotr(half, x, p)} ^ ${rotr(half, x, q)} ^ ${rotr(half, x, r)})`;
const smallSigma = (half, x, p, q, r) =>
  `(${rotr(half, x, p)} ^ ${rotr(half, x, q)} ^ ${half === "l" ? rotr("l", x, r) : shr(`${x}h`, r)})`;

/** From the exact sum `sum` of low halves: the statements that set both halves of `to`. */
const store = (to, sum, highs) => `${to}h = ${highs} + (${sum} * QUOTIENT | 0) | 0; ${to}l = ${sum} | 0;`;

/** Maj(a, b, c) = b ^ ((a ^ b) & (b ^ c)); this round's a ^ b is the next round's b ^ c, so x and y take turns in holding it. */
function round(i, [a, b, , d, e, f, g, h]) {
  const [fresh, kept] = i % 2 === 0 ? ["x", "y"] : ["y", "x"];
  const w = `w${i}`;
  const ch = (half) => `(${g}${half} ^ ${e}${half} & (${f}${half} ^ ${g}${half}))`;
  const maj = (half) => `((${fresh}${half} = ${a}${half} ^ ${b}${half}) & ${kept}${half} ^ ${b}${half})`;
  return [
    `t = (${h}l ^ SIGN) + (${bigSigma("l", e, 14, 18, 41)} ^ SIGN) + (${ch("l")} ^ SIGN) + (${w}l ^ SIGN) + k${i}l;`,
    `th = ${h}h + ${bigSigma("h", e, 14, 18, 41)} + ${ch("h")} + ${w}h + k${i}h | 0;`,
    `u = t + (${d}l ^ SIGN) - HALF;`,
    store(h, "u", `${d}h + th`),
    `u = t + (${bigSigma("l", a, 28, 34, 39)} ^ SIGN) + (${maj("l")} ^ SIGN);`,
    store(d, "u", `th + ${bigSigma("h", a, 28, 34, 39)} + ${maj("h")}`),
  ];
}

function rounds() {
  let v = [..."abcdefgh"];
  return range(ROUNDS).flatMap((i) => {
    const lines = round(i, v);
    const [a, b, c, d, e, f, g, h] = v;
    v = [d, a, b, c, h, e, f, g];
    return lines;
  });
}

/** Word j of the schedule moves to word j - ROUNDS as soon as that one is done with. */
function schedule() {
  const place = range(16 + ROUNDS);
  return range(ROUNDS).flatMap((i) => {
    const w = (j) => `w${place[j]}`;
    const lines = [
      `t = (${w(i)}l ^ SIGN) + (${smallSigma("l", w(i + 1), 1, 8, 7)} ^ SIGN) + (${w(i + 9)}l ^ SIGN) + (${smallSigma("l", w(i + 14), 19, 61, 6)} ^ SIGN) + FOUR_HALVES;`,
      `u = ${w(i)}h + ${smallSigma("h", w(i + 1), 1, 8, 7)} + ${w(i + 9)}h + ${smallSigma("h", w(i + 14), 19, 61, 6)} + (t * QUOTIENT | 0) | 0;`,
    ];
    let to = i;
    for (; to + ROUNDS < 16; to += ROUNDS) {
      lines.push(`w${to}h = w${to + ROUNDS}h; w${to}l = w${to + ROUNDS}l;`);
      place[to + ROUNDS] = to;
    }
    lines.push(`w${to}h = u; w${to}l = t | 0;`);
    place[16 + i] = to;
    return lines;
  });
}

const shift = () => range(16 - ROUNDS).map((i) => `w${i}h = w${i + ROUNDS}h; w${i}l = w${i + ROUNDS}l;`);

/** A pass's constants; the low half carries what the six biased operands of `a` miss. */
const constants = (pass) =>
  range(ROUNDS)
    .map((i) => cubeRoots[ROUNDS * pass + i])
    .map((k, i) => `k${i}h = ${high(k)}; k${i}l = ${low(k) + 6 * 2 ** 31};`)
    .join(" ");

/** Nested ifs: a switch compares one case after the other. */
function select(from, to) {
  if (to - from === 1) return constants(from);
  const middle = (from + to) >> 1;
  return `if (pass < ${middle}) { ${select(from, middle)} } else { ${select(middle, to)} }`;
}

const words = (values) => values.flatMap((x) => [high(x), low(x) | 0]).join(", ");

export function generate() {
  const join = (lines, indent) => lines.join(`\n${" ".repeat(indent)}`);
  const at = (base, i) => (i === 0 ? base : `${base} + ${i}`);
  const halves = (v) => `${v}h: number, ${v}l: number`;
  return `// Printed by tools/generate/sha512-blocks.js.

/** The initial hash values, high half first (FIPS 180-4 §5.3.5 and §5.3.4). */
export const SHA512_INITIAL: readonly number[] = [${words(squareRoots.slice(0, 8))}];
export const SHA384_INITIAL: readonly number[] = [${words(squareRoots.slice(8))}];

/** Compresses \`count\` blocks of \`message\` from \`offset\` on into the eight words at the start of \`state\`. */
export function sha512Blocks(state: DataView, message: DataView, offset: number, count: number): void {
  const SIGN = 1 << 31, HALF = 2147483648, FOUR_HALVES = 8589934592, QUOTIENT = 1 / 4294967296;
  let ${[...range(16).map((i) => `w${i}`), ...range(ROUNDS).map((i) => `k${i}`), ..."abcdefghxy"].map(halves).join(", ")},
    t: number, th: number, u: number, pass: number;
  for (; count > 0; count--) {
    ${join(
      range(16).map((i) => `w${i}h = message.getInt32(${at("offset", 8 * i)}); w${i}l = message.getInt32(offset + ${8 * i + 4});`),
      4,
    )}
    ${join(
      [..."abcdefgh"].map((v, i) => `${v}h = state.getInt32(${8 * i}); ${v}l = state.getInt32(${8 * i + 4});`),
      4,
    )}
    yh = bh ^ ch; yl = bl ^ cl;
    for (pass = 0; ; pass++) {
      ${select(0, PASSES)}
      ${join(rounds(), 6)}
      if (pass === ${PASSES - 1}) break;
      if (pass < ${PASSES - 16 / ROUNDS}) {
        ${join(schedule(), 8)}
      }${
        ROUNDS < 16
          ? ` else {
        ${join(shift(), 8)}
      }`
          : ""
      }
    }
    ${join(
      [..."abcdefgh"].flatMap((v, i) => [
        `t = (state.getInt32(${8 * i + 4}) ^ SIGN) + (${v}l ^ SIGN) + 2 * HALF;`,
        `state.setInt32(${8 * i}, state.getInt32(${8 * i}) + ${v}h + (t * QUOTIENT | 0)); state.setInt32(${8 * i + 4}, t);`,
      ]),
      4,
    )}
    offset += 128;
  }
}
`;
}
