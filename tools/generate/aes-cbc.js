// AES in cipher block chaining (NIST SP 800-38A §6.2), both ways, for an interpreter: two rounds are written out and repeated, with the round keys
// read where they stand, as in aes-cbc-mac.js. Decryption is the equivalent inverse cipher (FIPS 197 §5.3.5) and goes from the last block to the
// first: so the ciphertext that a block is XORed with still stands before it.
import { lastRound, NEW, OLD, range, round } from "./aes-ctr.js";

const place = (base, j) => (j === 0 ? base : `${base} + ${4 * j}`);
const key = (first) => (j) => `state[at + ${first + j}]!`;

/** InvSubBytes, InvShiftRows and InvMixColumns: column j takes byte i (0 is the highest) from column j - i. */
const inverseByte = (columns, j, i) => `${columns[(j - i + 4) % 4]}${i < 3 ? ` >> ${24 - 8 * i}` : ""} & 255`;
const inverseRound = (from, to, keys) =>
  range(4).map(
    (j) =>
      `${to[j]} = ${range(4)
        .map((i) => `d${i}[${inverseByte(from, j, i)}]!`)
        .join(" ^ ")} ^ ${keys(j)};`,
  );
const inverseLast = (from, to, keys) =>
  range(4).map(
    (j) =>
      `${to[j]} = ${range(4)
        .map((i) => `box[${inverseByte(from, j, i)}]!${i < 3 ? ` << ${24 - 8 * i}` : ""}`)
        .join(" ^ ")} ^ ${keys(j)};`,
  );

export function generate() {
  const join = (lines, indent) => lines.join(`\n${" ".repeat(indent)}`);
  const rounds = (one) => `for (at = key + 4; ; at = at + 8) {
      ${join(one(OLD, NEW, key(0)), 6)}
      if (at + 4 === end) break;
      ${join(one(NEW, OLD, key(4)), 6)}
    }`;
  return `// Printed by tools/generate/aes-cbc.js.
import { T0, T1, T2, T3 } from "../aes.js";
import { D0, D1, D2, D3, INVERSE_SBOX } from "../aes-inverse.js";

/**
 * Encrypts \`count\` blocks (16 bytes each) of \`view\` in place from byte \`offset\` on; the initialization vector stands before them. \`rounds\` is 10
 * for AES-128 and 14 for AES-256; the round keys are state[key, key + 4 * rounds + 4).
 */
export function aesCbcEncrypt(state: Int32Array, key: number, rounds: number, view: DataView, offset: number, count: number): void {
  const t0 = T0, t1 = T1, t2 = T2, t3 = T3, k0 = state[key]!, k1 = state[key + 1]!, k2 = state[key + 2]!, k3 = state[key + 3]!;
  const end = key + 4 * rounds;
  let ${OLD.map((v, j) => `${v} = view.getInt32(offset - ${16 - 4 * j})`).join(", ")};
  let ${NEW.map((v) => `${v}: number`).join(", ")}, at: number;
  for (; count > 0; count--) {
    ${join(
      OLD.map((v, j) => `${v} = ${v} ^ view.getInt32(${place("offset", j)}) ^ k${j};`),
      4,
    )}
    ${rounds(round)}
    ${join(lastRound(NEW, OLD, key(4)), 4)}
    ${join(
      OLD.map((v, j) => `view.setInt32(${place("offset", j)}, ${v});`),
      4,
    )}
    offset = offset + 16;
  }
}

/** The same back; the round keys are those of the inverse cipher, in the order in which it uses them. */
export function aesCbcDecrypt(state: Int32Array, key: number, rounds: number, view: DataView, offset: number, count: number): void {
  const d0 = D0, d1 = D1, d2 = D2, d3 = D3, box = INVERSE_SBOX;
  const end = key + 4 * rounds;
  let ${[...OLD, ...NEW, "at"].map((v) => `${v}: number`).join(", ")};
  offset = offset + 16 * count;
  for (; count > 0; count--) {
    offset = offset - 16;
    ${join(
      OLD.map((v, j) => `${v} = view.getInt32(${place("offset", j)}) ^ state[${j === 0 ? "key" : `key + ${j}`}]!;`),
      4,
    )}
    ${rounds(inverseRound)}
    ${join(inverseLast(NEW, OLD, key(4)), 4)}
    ${join(
      OLD.map((v, j) => `view.setInt32(${place("offset", j)}, ${v} ^ view.getInt32(offset - ${16 - 4 * j}));`),
      4,
    )}
  }
}
`;
}
