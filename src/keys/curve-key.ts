import type { KeyExchange, Random } from "../crypto/provider.js";
import { readBigEndian, writeBigEndian } from "../crypto/xs/bigint-bytes.js";
import type { PrivateKey } from "./private-key.js";

const ONE = 1n;

/** A key exchange makes its key d from c = d - 1 (so many octets that 64 bits are spare): this gives it the c of a key that is there. */
class Given implements Random {
  private readonly key: PrivateKey;

  constructor(key: PrivateKey) {
    this.key = key;
  }

  fill(bytes: Uint8Array, offset: number, length: number): void {
    const { secret } = this.key;
    writeBigEndian(readBigEndian(this.key.bytes, secret >> 16, secret & 0xffff) - ONE, bytes, offset, length);
  }
}

/** Whether bytes[at, at + length) is the uncompressed point of the private key, which the group's key exchange makes. */
export function pointMatches(
  exchange: KeyExchange,
  pointLength: number,
  key: PrivateKey,
  bytes: Uint8Array,
  at: number,
  length: number,
): boolean {
  if (length !== pointLength) return false;
  const point = new Uint8Array(pointLength);
  exchange.beginGenerate(new Given(key));
  exchange.step(Number.POSITIVE_INFINITY);
  exchange.writePublicKey(point, 0);
  exchange.wipe();
  for (let i = 0; i < pointLength; i++) if (point[i] !== bytes[at + i]) return false;
  return true;
}
