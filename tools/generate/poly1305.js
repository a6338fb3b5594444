// Poly1305 (RFC 8439 §2.5) in ten limbs of 13 bits: the widest whose products an interpreter can add up without leaving 32-bit integers.
// A sum that could pass 2^31 is cut in parts, each carried before the next is added; the bounds are worked out here, from the clamped r
// (RFC 8439 §2.5.1) and from limbs that have just been carried, so a carry stands only where one is needed.

const range = (n) => [...Array(n).keys()];
const LIMBS = range(10);
const MASK = 8191;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

const rMax = LIMBS.map((i) => Number((CLAMP >> BigInt(13 * i)) & 8191n));
/** What h1 may have above 13 bits: the last carry goes into it and no further. */
const H1_EXTRA = 255;
/** Bounds of h once a block is added (the block's top limb has 11 bits and the bit behind the block). */
const hMax = LIMBS.map((i) => MASK + (i === 1 ? H1_EXTRA : 0) + (i === 9 ? 4095 : MASK));

/** Row i of the product: the terms of 2^(13 i), those above 2^130 folded by 5 (s = 5 r). */
const row = (i) =>
  LIMBS.map((j) =>
    j <= i
      ? { text: `h${j} * r${i - j}`, max: hMax[j] * rMax[i - j] }
      : { text: `h${j} * s${10 + i - j}`, max: hMax[j] * 5 * rMax[10 + i - j] },
  );

/** Cuts terms into parts whose sums, with what is carried into them, stay below 2^31; largest first, each where it fits. */
function parts(terms, carryIn) {
  const bins = [{ sum: carryIn, terms: [] }];
  for (const term of terms.toSorted((a, b) => b.max - a.max)) {
    let bin = bins.find(({ sum }) => sum + term.max < 2 ** 31);
    if (bin === undefined) {
      bin = { sum: MASK, terms: [] };
      bins.push(bin);
    }
    bin.terms.push(term.text);
    bin.sum += term.max;
  }
  return bins;
}

/** h = h * r mod 2^130 - 5, by rows from the lowest: each ends with its limb in d and its carry in c. */
function multiply() {
  const lines = [];
  let carry = 0;
  for (const i of LIMBS) {
    const bins = parts(row(i), carry);
    carry = 0;
    bins.forEach((bin, part) => {
      const before = part > 0 ? `(d${i} & ${MASK}) + ` : i > 0 ? "c + " : "";
      lines.push(`d${i} = ${before}${bin.terms.join(" + ")};`);
      lines.push(part > 0 ? `c = c + (d${i} >> 13);` : `c = d${i} >> 13;`);
      carry += Math.floor(bin.sum / 8192);
    });
    lines.push(`d${i} = d${i} & ${MASK};`);
  }
  if (MASK + 5 * carry >= (H1_EXTRA + 1) * 8192) throw new Error("h1's bound does not hold");
  lines.push("d0 = d0 + 5 * c;", "h1 = d1 + (d0 >> 13);", `h0 = d0 & ${MASK};`, ...range(8).map((i) => `h${i + 2} = d${i + 2};`));
  return lines;
}

/** The ten limbs of a number of four words. */
const limbs = (a, b, c, d) => [
  `${a} & 8191`,
  `${a} >> 13 & 8191`,
  `(${a} >> 26 & 63 | ${b} << 6) & 8191`,
  `${b} >> 7 & 8191`,
  `(${b} >> 20 & 4095 | ${c} << 12) & 8191`,
  `${c} >> 1 & 8191`,
  `${c} >> 14 & 8191`,
  `(${c} >> 27 & 31 | ${d} << 5) & 8191`,
  `${d} >> 8 & 8191`,
  `${d} >> 21 & 2047`,
];

/** The four words of ten limbs. */
const WORDS = [
  "h0 | h1 << 13 | h2 << 26",
  "h2 >> 6 | h3 << 7 | h4 << 20",
  "h4 >> 12 | h5 << 1 | h6 << 14 | h7 << 27",
  "h7 >> 5 | h8 << 8 | h9 << 21",
];

/** state[H ...] holds h packed, two limbs a word. */
const unpackH = range(5).map((i) => `t = state[H + ${i}]!; h${2 * i} = t & 8191; h${2 * i + 1} = t >> 13;`);

const carryAll = LIMBS.map((i) =>
  i === 0 ? `c = h0 >> 13; h0 = h0 & 8191;` : `h${i} = h${i} + c; c = h${i} >> 13; h${i} = h${i} & 8191;`,
);

export function generate() {
  const join = (lines, indent) => lines.join(`\n${" ".repeat(indent)}`);
  const declare = (letter) => LIMBS.map((i) => `${letter}${i}: number`).join(", ");
  const message = limbs("t", "u", "x", "y");
  message[9] += " | 2048";
  return `// Printed by tools/generate/poly1305.js.

/** Where the parts of Poly1305 lie in \`state\` (words): r and s as the one-time key has them, h, and blocks of our own. */
const R = 0;
const S = 4;
const H = 8;
const HEAD = 16;
const TAIL_END = 28;

/**
 * Adds blocks of 16 bytes: \`head\` blocks at state[16], then \`count\` blocks at words[at], then \`tail\` blocks that end at state[28].
 */
export function poly1305Blocks(
  state: Int32Array, head: number, words: Int32Array, at: number, count: number, tail: number,
): void {
  let t = state[R]!, u = state[R + 1]!, x = state[R + 2]!, y = state[R + 3]!;
  t = t & 0x0fffffff; u = u & 0x0ffffffc; x = x & 0x0ffffffc; y = y & 0x0ffffffc;
  const ${limbs("t", "u", "x", "y")
    .map((limb, i) => `r${i} = ${limb}`)
    .join(", ")};
  const ${range(9)
    .map((i) => `s${i + 1} = 5 * r${i + 1}`)
    .join(", ")};
  let ${declare("h")}, ${declare("d")}, c: number;
  ${join(unpackH, 2)}
  let source = state, q = HEAD, phase = 0;
  for (let n = head; ; ) {
    for (; n > 0; n--) {
      t = source[q]!; u = source[q + 1]!; x = source[q + 2]!; y = source[q + 3]!;
      q += 4;
      ${join(
        message.map((limb, i) => `h${i} = h${i} + (${limb});`),
        6,
      )}
      ${join(multiply(), 6)}
    }
    phase++;
    if (phase === 1) {
      source = words;
      q = at;
      n = count;
    } else if (phase === 2) {
      source = state;
      q = TAIL_END - 4 * tail;
      n = tail;
    } else break;
  }
  ${join(
    range(5).map((i) => `state[H + ${i}] = h${2 * i} | h${2 * i + 1} << 13;`),
    2,
  )}
}

/** Writes the tag, (h mod 2^130 - 5) + s mod 2^128, to state[16, 20). No branch and no index depends on it. */
export function poly1305Tag(state: Int32Array): void {
  let ${declare("h")}, c: number, t: number, u: number, low: number, high: number;
  ${join(unpackH, 2)}
  ${join([...carryAll, "h0 = h0 + 5 * c;", ...carryAll, "h0 = h0 + 5 * c;"], 2)}
  // c becomes 1 where h >= 2^130 - 5, that is where h + 5 reaches 2^130; 5 c is then added and the top bit drops out.
  c = h0 + 5 >> 13; ${LIMBS.slice(1)
    .map((i) => `c = h${i} + c >> 13;`)
    .join(" ")}
  h0 = h0 + 5 * c;
  ${join(carryAll, 2)}
  high = 0;
  ${join(
    WORDS.map(
      (word, i) =>
        `t = ${word}; u = state[S + ${i}]!; low = (t & 65535) + (u & 65535) + (high >> 16); high = (t >> 16 & 65535) + (u >> 16 & 65535) + (low >> 16); state[HEAD + ${i}] = low & 65535 | high << 16;`,
    ),
    2,
  )}
}
`;
}
