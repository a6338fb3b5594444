import { concat, splice } from "../peer/bytes.js";
import { fixLength } from "../peer/edit.js";
import type { SeededRandom } from "../peer/random.js";

const BYTES = [0, 1, 2, 3, 4, 5, 8, 16, 20, 21, 22, 23, 24, 32, 33, 64, 127, 128, 254, 255];
const WORDS = [
  0, 1, 2, 3, 4, 0x0a0a, 0x0017, 0x001d, 0x0301, 0x0303, 0x0304, 0x0403, 0x1301, 0x1303, 0x3fff, 0x4000, 0x4001, 0x4100, 0x7fff, 0x8000,
  0xffff,
];

/** One to four small changes. others: bytes to take pieces from. */
export function mutateBytes(bytes: Uint8Array, random: SeededRandom, others: readonly Uint8Array[] = []): Uint8Array {
  let out = bytes;
  for (let i = 1 + random.below(4); i > 0; i--) out = once(out, random, others);
  return out;
}

function once(bytes: Uint8Array, random: SeededRandom, others: readonly Uint8Array[]): Uint8Array {
  if (bytes.length === 0) return random.bytes(1 + random.below(8));
  const at = random.below(bytes.length);
  switch (random.below(12)) {
    case 0:
      return splice(bytes, at, 1, [bytes[at]! ^ (1 << random.below(8))]);
    case 1:
      return splice(bytes, at, 1, [BYTES[random.below(BYTES.length)]!]);
    case 2: {
      const word = WORDS[random.below(WORDS.length)]!;
      return splice(bytes, at, 2, [word >> 8, word & 255]);
    }
    case 3:
      return splice(bytes, at, 1, [(bytes[at]! + (random.below(2) === 0 ? 1 : 255)) & 255]);
    case 4:
      return splice(bytes, at, 1 + random.below(8), []);
    case 5:
      return splice(bytes, at, random.below(200), []);
    case 6:
      return splice(bytes, at, 0, random.bytes(1 + random.below(8)));
    case 7:
      return splice(bytes, at, 0, bytes.slice(at, at + 1 + random.below(60)));
    case 8:
      return bytes.slice(0, at);
    case 9: {
      const from = random.below(bytes.length);
      return splice(bytes, at, 1 + random.below(20), bytes.slice(from, from + 1 + random.below(20)));
    }
    case 10: {
      if (others.length === 0) return bytes;
      const other = others[random.below(others.length)]!;
      const from = random.below(other.length + 1);
      return splice(bytes, at, random.below(40), other.slice(from, from + random.below(100)));
    }
    default:
      return splice(bytes, at, 1, random.bytes(1));
  }
}

/** A handshake message, changed; mostly with a length that fits, so that more than the framing is reached. */
export function mutateMessage(message: Uint8Array, random: SeededRandom, others: readonly Uint8Array[]): Uint8Array {
  const kind = random.below(8);
  if (kind === 0) return mutateBytes(message, random, others);
  if (kind === 1) return concat(message, others.length > 0 ? others[random.below(others.length)]! : []);
  const out = mutateBytes(message, random, others);
  return out.length < 4 ? out : fixLength(out);
}

/** A length at random, mostly short: pieces in which bytes arrive. */
export function pieceLength(random: SeededRandom): number {
  const kind = random.below(4);
  return kind === 0 ? 1 + random.below(4) : kind === 1 ? 1 + random.below(64) : kind === 2 ? 1 + random.below(600) : 1 << 20;
}
