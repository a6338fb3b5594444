import { KEY_P256, type Random } from "../crypto/provider.js";
import { readBigEndian, writeBigEndian } from "../crypto/xs/bigint-bytes.js";
import { POINT_LENGTH } from "../crypto/xs/p256-curve.js";
import { P256KeyExchange } from "../crypto/xs/p256-ecdh.js";
import { P256Signer } from "../crypto/xs/p256-sign.js";
import type { Signer } from "../identity.js";
import type { KeySupport } from "./key-support.js";
import type { PrivateKey } from "./private-key.js";

const ONE = 1n;

/** A key exchange makes its key d from c = d - 1 (40 octets): this gives it the c of a key that is there. */
class Given implements Random {
  private readonly key: PrivateKey;

  constructor(key: PrivateKey) {
    this.key = key;
  }

  fill(bytes: Uint8Array, offset: number, length: number): void {
    writeBigEndian(readBigEndian(this.key.bytes, this.key.secret >> 16, 32) - ONE, bytes, offset, length);
  }
}

/** P-256 keys, which sign with ecdsa_secp256r1_sha256. */
export const p256Keys: KeySupport = {
  keyType: KEY_P256,
  createSigner(key: PrivateKey): Signer {
    return new P256Signer(key.bytes, key.secret >> 16);
  },
  matches(key: PrivateKey, bytes: Uint8Array, at: number, length: number): boolean {
    if (length !== POINT_LENGTH) return false;
    const exchange = new P256KeyExchange();
    exchange.beginGenerate(new Given(key));
    exchange.step(Number.POSITIVE_INFINITY);
    const point = new Uint8Array(POINT_LENGTH);
    exchange.writePublicKey(point, 0);
    exchange.wipe();
    for (let i = 0; i < POINT_LENGTH; i++) if (point[i] !== bytes[at + i]) return false;
    return true;
  },
};
