// ChaCha20 (RFC 8439 §2.4) for an interpreter: the sixteen words and the key are local variables, a double round is written out, and the
// keystream goes straight into the record, word by word. A rotation is two shifts and a mask, because >>> costs twice as much on XS.

const range = (n) => [...Array(n).keys()];
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
const DOUBLE_ROUND = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
];

/** x += y; z = (z ^ x) <<< n. The sum is cut to 32 bits where it is made: a sum beyond that is a floating-point number. */
const step = (x, y, z, n) => `v${z} = (t = v${z} ^ (v${x} = v${x} + v${y} | 0)) << ${n} | t >> ${32 - n} & ${2 ** n - 1};`;

const quarterRound = ([a, b, c, d]) => [step(a, b, d, 16), step(c, d, b, 12), step(a, b, d, 8), step(c, d, b, 7)].join(" ");

export function generate() {
  const lines = (n, f, indent) =>
    range(n)
      .map(f)
      .join(`\n${" ".repeat(indent)}`);
  const initial = (i) => (i < 4 ? CONSTANTS[i] : `s${i}`);
  const at = (base, i) => (i === 0 ? base : `${base} + ${i}`);
  return `// Printed by tools/generate/chacha20.js.

/**
 * XORs \`count\` blocks (16 words each) with the keystream, from words[at] on. The key is state[key, key + 8), the nonce n0, n1, n2; the first block has
 * number \`counter\`.
 */
export function chacha20Xor(
  state: Int32Array, key: number, counter: number, n0: number, n1: number, n2: number,
  words: Int32Array, at: number, count: number,
): void {
  const ${range(8)
    .map((i) => `s${4 + i} = state[${at("key", i)}]!`)
    .join(", ")}, s13 = n0, s14 = n1, s15 = n2;
  let s12 = counter, ${range(16)
    .map((i) => `v${i}: number`)
    .join(", ")}, t: number, round: number;
  for (; count > 0; count--) {
    ${range(16)
      .map((i) => `v${i} = ${initial(i)};`)
      .join(" ")}
    for (round = 10; round > 0; round--) {
      ${lines(8, (i) => quarterRound(DOUBLE_ROUND[i]), 6)}
    }
    ${lines(16, (i) => `words[${at("at", i)}]! ^= v${i} + ${initial(i)};`, 4)}
    s12 = s12 + 1 | 0;
    at += 16;
  }
}
`;
}
