/**
 * AES (FIPS 197): tables and key schedule. The tables join SubBytes and MixColumns; they are made while the module loads and are then
 * constant. Look-ups depend on key and data, so time does too where memory has a cache in front: SECURITY.md tells what that means.
 */

/** Doubles in GF(2^8) (FIPS 197 §4.2.1). */
function double(x: number): number {
  return ((x << 1) ^ ((x >> 7) * 0x11b)) & 255;
}

/** The S-box (FIPS 197 §5.1.1): p runs through the powers of 3, q through their inverses. */
function makeSbox(): Uint8Array {
  const sbox = new Uint8Array(256);
  let p = 1;
  let q = 1;
  do {
    p = p ^ double(p);
    q ^= q << 1;
    q ^= q << 2;
    q = (q ^ (q << 4)) & 255;
    if (q > 127) q ^= 9;
    const wide = q | (q << 8);
    sbox[p] = q ^ (wide >> 7) ^ (wide >> 6) ^ (wide >> 5) ^ (wide >> 4) ^ 0x63;
  } while (p !== 1);
  sbox[0] = 0x63;
  return sbox;
}

const SBOX = makeSbox();

/** What a byte of the state gives to its column: (2, 1, 1, 3) × S(x), turned right by `turn` bytes. */
function makeTable(turn: number): Int32Array {
  const table = new Int32Array(256);
  for (let x = 0; x < 256; x++) {
    const s = SBOX[x]!;
    const twice = double(s);
    const word = (twice << 24) | (s << 16) | (s << 8) | (twice ^ s);
    table[x] = turn === 0 ? word : (word >>> (8 * turn)) | (word << (32 - 8 * turn));
  }
  return table;
}

export const T0 = makeTable(0);
export const T1 = makeTable(1);
export const T2 = makeTable(2);
export const T3 = makeTable(3);

/** A key size: bytes of the key, rounds, words of the round keys (FIPS 197 §5). */
export interface AesSize {
  readonly keyLength: number;
  readonly rounds: number;
  readonly words: number;
}

export const AES_128: AesSize = { keyLength: 16, rounds: 10, words: 44 };
export const AES_256: AesSize = { keyLength: 32, rounds: 14, words: 60 };

/** Four bytes as a word, the first one highest. */
export function wordAt(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!;
}

function substitute(word: number): number {
  return (SBOX[(word >> 24) & 255]! << 24) | (SBOX[(word >> 16) & 255]! << 16) | (SBOX[(word >> 8) & 255]! << 8) | SBOX[word & 255]!;
}

/** Writes the round keys of a key of keyLength bytes (16 or 32) to words[to, to + keyLength + 28) (FIPS 197 §5.2). */
export function expandKey(words: Int32Array, to: number, key: Uint8Array, offset: number, keyLength: number): void {
  const size = keyLength >> 2;
  const total = 4 * (size + 7);
  let constant = 1;
  let word = 0;
  for (let i = 0; i < total; i++) {
    if (i < size) {
      word = wordAt(key, offset);
      offset += 4;
    } else {
      if (i % size === 0) {
        word = substitute((word << 8) | ((word >> 24) & 255)) ^ (constant << 24);
        constant = double(constant);
      } else if (size > 6 && i % size === 4) word = substitute(word);
      word ^= words[to + i - size]!;
    }
    words[to + i] = word;
  }
}
