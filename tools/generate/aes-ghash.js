// GHASH (NIST SP 800-38D §6.4) for an interpreter: a table of the sixteen multiples of H by a nibble. The nibbles that stand at the same place
// of the block's four words are looked up together, into a product of eight words; so 7 shifts by a nibble do (not 31), and one reduction.

const range = (n) => [...Array(n).keys()];

/** Word i of the product gets, of each word j's multiple of H, word i - j. */
const gather = (i) =>
  `z${i} = z${i} ^ ${range(4)
    .filter((j) => i - j >= 0 && i - j < 4)
    .map((j) => `h${i - j}[n${j}]!`)
    .join(" ^ ")};`;

/** The product is 255 bits, most significant first: one nibble to the right. */
const shift = (i) => `z${i} = z${i} >> 4 & 268435455${i > 0 ? ` | z${i - 1} << 28` : ""};`;

/** x^128 = x^7 + x^2 + x + 1, and bits run backwards: what stands right of bit 127 comes back at distances 0, 1, 2 and 7. */
const reduce = (i) => {
  const v = `z${4 + i}`;
  const before = `z${3 + i}`;
  const wrapped = i > 0 ? ` ^ ${before} << 31 ^ ${before} << 30 ^ ${before} << 25` : "";
  return `y${i} = z${i} ^ ${v} ^ ${v} >> 1 & 2147483647 ^ ${v} >> 2 & 1073741823 ^ ${v} >> 7 & 33554431${wrapped};`;
};

export function generate() {
  const join = (lines, indent) => lines.join(`\n${" ".repeat(indent)}`);
  return `// Printed by tools/generate/aes-ghash.js.

/** Where things lie in \`work\` (bytes): blocks of our own, and the hash so far. */
const HEAD = 0;
const TAIL_END = 48;
const Y = 48;

/** Makes h0 to h3 of the H that stands at state[h, h + 4): entry 8 is H, 4 is H·x, and so on; the others are their sums. */
export function ghashTable(state: Int32Array, h: number, h0: number[], h1: number[], h2: number[], h3: number[]): void {
  let a = state[h]!;
  let b = state[h + 1]!;
  let c = state[h + 2]!;
  let d = state[h + 3]!;
  for (let i = 8; i > 0; i >>= 1) {
    h0[i] = a;
    h1[i] = b;
    h2[i] = c;
    h3[i] = d;
    // Times x: one bit to the right; the bit that drops out comes back as 0xe1 (NIST SP 800-38D §6.3).
    const carry = -(d & 1) & (0xe1 << 24);
    d = ((d >> 1) & 0x7fffffff) | (c << 31);
    c = ((c >> 1) & 0x7fffffff) | (b << 31);
    b = ((b >> 1) & 0x7fffffff) | (a << 31);
    a = ((a >> 1) & 0x7fffffff) ^ carry;
  }
  for (let i = 2; i < 16; i <<= 1) {
    for (let j = 1; j < i; j++) {
      h0[i + j] = h0[i]! ^ h0[j]!;
      h1[i + j] = h1[i]! ^ h1[j]!;
      h2[i + j] = h2[i]! ^ h2[j]!;
      h3[i + j] = h3[i]! ^ h3[j]!;
    }
  }
}

/**
 * Adds blocks of 16 bytes: \`head\` blocks at the start of \`work\`, then \`count\` blocks of \`view\` from byte \`offset\` on, then \`tail\` blocks that
 * end at byte 48 of \`work\`. h0 to h3 are the words of H's multiples.
 */
export function ghash(
  work: DataView, h0: number[], h1: number[], h2: number[], h3: number[],
  head: number, view: DataView, offset: number, count: number, tail: number,
): void {
  let ${range(4)
    .map((i) => `y${i} = work.getInt32(Y + ${4 * i})`)
    .join(", ")};
  let ${[...range(8).map((i) => `z${i}`), ...range(4).map((i) => `n${i}`)].map((v) => `${v}: number`).join(", ")}, nibble: number;
  let source = work, o = HEAD, phase = 0;
  for (let n = head; ; ) {
    for (; n > 0; n--) {
      ${join(
        range(4).map((i) => `y${i} = y${i} ^ source.getInt32(o${i ? ` + ${4 * i}` : ""});`),
        6,
      )}
      o = o + 16;
      ${range(8)
        .map((i) => `z${i} = 0;`)
        .join(" ")}
      for (nibble = 0; ; nibble = nibble + 4) {
        ${range(4)
          .map((i) => `n${i} = y${i} >> nibble & 15;`)
          .join(" ")}
        ${join(range(7).map(gather), 8)}
        if (nibble === 28) break;
        ${join([7, 6, 5, 4, 3, 2, 1, 0].map(shift), 8)}
      }
      z4 = z4 ^ z7 << 25;
      ${join(range(4).map(reduce), 6)}
    }
    phase++;
    if (phase === 1) {
      source = view;
      o = offset;
      n = count;
    } else if (phase === 2) {
      source = work;
      o = TAIL_END - 16 * tail;
      n = tail;
    } else break;
  }
  ${range(4)
    .map((i) => `work.setInt32(Y + ${4 * i}, y${i});`)
    .join(" ")}
}
`;
}
