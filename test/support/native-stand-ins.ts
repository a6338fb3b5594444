// Stand-ins for the C of hosts/moddable/native-crypto, by name, over node:crypto and BigInt, so that the modules that call it are tried without the SDK. What
// they are given they hold to its rules: buffers, not typed arrays of words; integers; nothing out of a buffer.
import { createCipheriv } from "node:crypto";
import { aesCbcDecrypt, aesCbcEncrypt } from "../../src/crypto/xs/generated/aes-cbc.js";
import { sha1Blocks } from "../../src/crypto/xs/generated/sha1-blocks.js";
import { sha256Blocks, sha256Initial } from "../../src/crypto/xs/generated/sha256-blocks.js";
import { sha512Blocks } from "../../src/crypto/xs/generated/sha512-blocks.js";

type Buffers = ArrayBuffer | DataView | Uint8Array;

function bytesOf(buffer: Buffers, offset: number, length: number): Uint8Array {
  // As in C: a typed array of words is no buffer.
  if (!(buffer instanceof ArrayBuffer || buffer instanceof DataView || buffer instanceof Uint8Array)) throw new TypeError("invalid buffer");
  if (offset < 0 || length < 0 || offset + length > buffer.byteLength) throw new RangeError("thimble: out of the buffer");
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer, offset, length)
    : new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length);
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The block cipher, from the first round keys, which are the key. */
function aes(state: Buffers, key: number, rounds: number): (block: Uint8Array) => Uint8Array {
  const words = viewOf(bytesOf(state, 4 * key, 4 * (4 * rounds + 4)));
  const secret = Buffer.alloc(4 * (rounds - 6));
  for (let i = 0; i < secret.length; i += 4) secret.writeInt32BE(words.getInt32(i, true), i);
  const cipher = createCipheriv(`aes-${8 * secret.length}-ecb`, secret, null).setAutoPadding(false);
  return (block) => cipher.update(block);
}

function addTo(bytes: Uint8Array, other: Uint8Array): void {
  for (let i = 0; i < 16; i++) bytes[i]! ^= other[i]!;
}

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x0${Buffer.from(bytes).toString("hex")}`);
const littleOf = (bytes: Uint8Array): bigint => numberOf(Uint8Array.from(bytes).reverse());

function putLittle(bytes: Uint8Array, value: bigint): void {
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 255n);
}

/** Product of GF(2^128), bits in GCM's order (NIST SP 800-38D §6.3). */
function times(x: bigint, y: bigint): bigint {
  let z = 0n;
  let v = y;
  for (let i = 127n; i >= 0n; i--) {
    if ((x >> i) & 1n) z ^= v;
    v = (v >> 1n) ^ (v & 1n ? 0xe1n << 120n : 0n);
  }
  return z;
}

const P = (1n << 130n) - 5n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

const cbc =
  (crypt: typeof aesCbcEncrypt) => (state: Buffers, key: number, rounds: number, view: DataView, offset: number, count: number) => {
    bytesOf(view, offset - 16, 16 * (count + 1));
    const words = new Int32Array(bytesOf(state, 0, state.byteLength).slice().buffer);
    crypt(words, key, rounds, view, offset, count);
  };

// biome-ignore lint/suspicious/noExplicitAny: each has arguments of its own
export const NATIVE_STAND_INS: Readonly<Record<string, (...args: any[]) => void>> = {
  xs_thimble_sha1_blocks: sha1Blocks,
  xs_thimble_sha256_blocks: sha256Blocks,
  xs_thimble_sha256_initial: sha256Initial,
  xs_thimble_sha512_blocks: sha512Blocks,
  xs_thimble_aes_ctr(state, key, rounds, i0, i1, i2, counter, view, offset, count) {
    const cipher = aes(state, key, rounds);
    const data = bytesOf(view, offset, 16 * count);
    const block = new DataView(new ArrayBuffer(16));
    [i0, i1, i2].forEach((word, i) => {
      block.setInt32(4 * i, word);
    });
    for (let i = 0; i < count; i++) {
      block.setInt32(12, counter + i);
      addTo(data.subarray(16 * i), cipher(new Uint8Array(block.buffer)));
    }
  },
  xs_thimble_aes_cbc_mac(state, key, rounds, work, at, view, offset, count) {
    const cipher = aes(state, key, rounds);
    const mac = bytesOf(work, at, 16);
    const data = bytesOf(view, offset, 16 * count);
    for (let i = 0; i < count; i++) {
      addTo(mac, data.subarray(16 * i));
      mac.set(cipher(mac));
    }
  },
  xs_thimble_aes_cbc_encrypt: cbc(aesCbcEncrypt),
  xs_thimble_aes_cbc_decrypt: cbc(aesCbcDecrypt),
  xs_thimble_ghash(work, a, b, c, d, head, view, offset, count, tail) {
    const h = [a, b, c, d].reduce((sum: bigint, word: number) => (sum << 32n) | BigInt.asUintN(32, BigInt(word)), 0n);
    const y = bytesOf(work, 48, 16);
    const blocks = [bytesOf(work, 0, 16 * head), bytesOf(view, offset, 16 * count), bytesOf(work, 48 - 16 * tail, 16 * tail)];
    for (const bytes of blocks)
      for (let i = 0; i < bytes.length; i += 16) {
        addTo(y, bytes.subarray(i));
        y.set(Buffer.from(times(numberOf(y), h).toString(16).padStart(32, "0"), "hex"));
      }
  },
  xs_thimble_chacha20(state, key, counter, n0, n1, n2, buffer, offset, count) {
    const iv = Buffer.alloc(16);
    [counter, n0, n1, n2].forEach((word, i) => {
      iv.writeInt32LE(word, 4 * i);
    });
    const data = bytesOf(buffer, offset, 64 * count);
    data.set(createCipheriv("chacha20", bytesOf(state, 4 * key, 32), iv).update(data));
  },
  xs_thimble_poly1305_blocks(state, head, view, offset, count, tail) {
    const r = littleOf(bytesOf(state, 0, 16)) & CLAMP;
    const h = bytesOf(state, 32, 20);
    const blocks = [bytesOf(state, 64, 16 * head), bytesOf(view, offset, 16 * count), bytesOf(state, 112 - 16 * tail, 16 * tail)];
    for (const bytes of blocks)
      for (let i = 0; i < bytes.length; i += 16) putLittle(h, ((littleOf(h) + littleOf(bytes.subarray(i, i + 16)) + (1n << 128n)) * r) % P);
  },
  xs_thimble_poly1305_tag(state) {
    putLittle(bytesOf(state, 64, 16), littleOf(bytesOf(state, 32, 20)) + littleOf(bytesOf(state, 16, 16)));
  },
};
