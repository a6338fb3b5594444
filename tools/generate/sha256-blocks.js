// SHA-256's compression function (FIPS 180-4 §6.2.2), shaped for an interpreter: everything is a local variable, sixteen rounds are written
// out with a..h renamed instead of moved, and message words are read with DataView. A rotation is two shifts and a mask, because >>> costs
// twice as much on XS. Sixteen rounds a pass (not 64) keep the bytecode small; the pass loads its sixteen constants into locals.

const range = (n) => [...Array(n).keys()];

/** The first n primes' fractional bits (root: square or cube), as signed 32-bit words: FIPS 180-4 §4.2.2 and §5.3.3. */
function primeRoots(n, root) {
  const primes = [];
  for (let i = 2; primes.length < n; i++) if (primes.every((p) => i % p !== 0)) primes.push(i);
  return primes.map((p) => ((root(p) % 1) * 2 ** 32) | 0);
}

const K = primeRoots(64, Math.cbrt);
const H = primeRoots(8, Math.sqrt);

const lowBits = (n) => 2 ** n - 1;
const shr = (x, n) => `${x} >> ${n} & ${lowBits(32 - n)}`;
const rotr = (x, n) => `(${shr(x, n)} | ${x} << ${32 - n})`;
const bigSigma = (x, p, q, r) => `(${rotr(x, p)} ^ ${rotr(x, q)} ^ ${rotr(x, r)})`;
const smallSigma = (x, p, q, r) => `(${rotr(x, p)} ^ ${rotr(x, q)} ^ ${shr(x, r)})`;

/** Maj(a, b, c) = b ^ ((a ^ b) & (b ^ c)); this round's a ^ b is the next round's b ^ c, so x and y take turns in holding it. */
function round(i) {
  const [a, b, , d, e, f, g, h] = range(8).map((j) => "abcdefgh"[(j - i + 16) % 8]);
  const [fresh, kept] = i % 2 === 0 ? ["x", "y"] : ["y", "x"];
  return [
    `${d} = (t = ${h} + ${bigSigma(e, 6, 11, 25)} + (${g} ^ ${e} & (${f} ^ ${g})) + k${i} + w${i}) + ${d} | 0;`,
    `${h} = t + ${bigSigma(a, 2, 13, 22)} + ((${fresh} = ${a} ^ ${b}) & ${kept} ^ ${b}) | 0;`,
  ].join("\n        ");
}

const schedule = (i) => {
  const w = (j) => `w${(i + j) % 16}`;
  return `${w(0)} = ${w(0)} + ${smallSigma(w(1), 7, 18, 3)} + ${w(9)} + ${smallSigma(w(14), 17, 19, 10)} | 0;`;
};

const constants = (pass) =>
  range(16)
    .map((i) => `k${i} = ${K[16 * pass + i]};`)
    .join(" ");

export function generate() {
  const lines = (n, f, indent) =>
    range(n)
      .map(f)
      .join(`\n${" ".repeat(indent)}`);
  return `// Printed by tools/generate/sha256-blocks.js.

/** Writes the initial hash value (FIPS 180-4 §5.3.3) to the start of \`state\`. */
export function sha256Initial(state: DataView): void {
  ${lines(8, (i) => `state.setInt32(${4 * i}, ${H[i]});`, 2)}
}

/** Compresses \`count\` blocks of \`message\` from \`offset\` on: the eight words of \`state\` at \`from\` are the chaining value, the result goes to \`to\`. */
export function sha256Blocks(state: DataView, from: number, to: number, message: DataView, offset: number, count: number): void {
  let ${lines(8, (i) => `s${i} = state.getInt32(from${i ? ` + ${4 * i}` : ""}),`, 4)}
    pass = 0;
  let ${[...range(16).map((i) => `w${i}`), ...range(16).map((i) => `k${i}`), ..."abcdefghtxy"].map((v) => `${v}: number`).join(", ")};
  for (; count > 0; count--) {
    ${lines(16, (i) => `w${i} = message.getInt32(offset${i ? ` + ${4 * i}` : ""});`, 4)}
    ${range(8)
      .map((i) => `${"abcdefgh"[i]} = s${i};`)
      .join(" ")}
    y = b ^ c;
    for (pass = 0; ; pass++) {
      switch (pass) {
        ${lines(3, (i) => `case ${i}: ${constants(i)} break;`, 8)}
        default: ${constants(3)}
      }
        ${lines(16, round, 8)}
      if (pass === 3) break;
      ${lines(16, schedule, 6)}
    }
    ${range(8)
      .map((i) => `s${i} = s${i} + ${"abcdefgh"[i]} | 0;`)
      .join(" ")}
    offset += 64;
  }
  ${range(8)
    .map((i) => `state.setInt32(to${i ? ` + ${4 * i}` : ""}, s${i});`)
    .join(" ")}
}
`;
}
