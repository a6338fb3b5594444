/**
 * The inverse cipher of AES (FIPS 197 §5.3.5): tables and round keys. Only block modes that decrypt with it need it (CBC); what CTR, GCM and CCM
 * open with is the cipher itself. As in aes.ts the tables are made while the module loads, and look-ups depend on key and data.
 */
import { type AesSize, expandKey, T0 } from "./aes.js";

/** The S-box, as the table of the first column holds it. */
function substitute(x: number): number {
  return (T0[x]! >> 8) & 255;
}

function makeInverseSbox(): Uint8Array {
  const box = new Uint8Array(256);
  for (let x = 0; x < 256; x++) box[substitute(x)] = x;
  return box;
}

export const INVERSE_SBOX = makeInverseSbox();

/** x · y in GF(2^8) for y below 16 (FIPS 197 §4.2). */
function times(x: number, y: number): number {
  let product = 0;
  for (; y > 0; y >>= 1) {
    if ((y & 1) !== 0) product ^= x;
    x = ((x << 1) ^ ((x >> 7) * 0x11b)) & 255;
  }
  return product;
}

/** What a byte of the state gives to its column: (14, 9, 13, 11) × InvS(x), turned right by `turn` bytes. */
function makeTable(turn: number): Int32Array {
  const table = new Int32Array(256);
  for (let x = 0; x < 256; x++) {
    const s = INVERSE_SBOX[x]!;
    const word = (times(s, 14) << 24) | (times(s, 9) << 16) | (times(s, 13) << 8) | times(s, 11);
    table[x] = turn === 0 ? word : (word >>> (8 * turn)) | (word << (32 - 8 * turn));
  }
  return table;
}

export const D0 = makeTable(0);
export const D1 = makeTable(1);
export const D2 = makeTable(2);
export const D3 = makeTable(3);

/** InvMixColumns of a word of a round key. */
function inverseMix(word: number): number {
  return (
    D0[substitute((word >> 24) & 255)]! ^
    D1[substitute((word >> 16) & 255)]! ^
    D2[substitute((word >> 8) & 255)]! ^
    D3[substitute(word & 255)]!
  );
}

/** Writes the inverse cipher's round keys to words[to, to + size.words): the cipher's, last round first, all but the two outer ones mixed. */
export function expandInverseKey(words: Int32Array, to: number, key: Uint8Array, offset: number, size: AesSize): void {
  expandKey(words, to, key, offset, size.keyLength);
  let first = to;
  let last = to + size.words - 4;
  for (; first < last; first += 4, last -= 4) {
    for (let j = 0; j < 4; j++) {
      const word = words[first + j]!;
      words[first + j] = words[last + j]!;
      words[last + j] = word;
    }
  }
  const end = to + size.words - 4;
  for (let i = to + 4; i < end; i++) words[i] = inverseMix(words[i]!);
}
