import { gcm } from "@noble/ciphers/aes.js";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { hex } from "./bytes.js";

export const AES_128_GCM = 0x1301;
export const CHACHA20_POLY1305 = 0x1303;
export const GROUP_P256 = 0x0017;
export const GROUP_X25519 = 0x001d;

/**
 * The peer's public-key operations. With fixed randoms the same key agreement and the same signature come again in every run of a test, so
 * results are kept: share one instance among the runs of a suite.
 */
export class PeerCrypto {
  private readonly kept = new Map<string, Uint8Array>();

  publicKey(group: number, secret: Uint8Array): Uint8Array {
    return this.keep(`public ${group} ${hex(secret)}`, () =>
      group === GROUP_X25519 ? x25519.getPublicKey(secret) : p256.getPublicKey(secret, false),
    );
  }

  /** The shared secret as RFC 9846 §7.4 takes it: for P-256 the x coordinate alone. */
  agree(group: number, secret: Uint8Array, peer: Uint8Array): Uint8Array {
    return this.keep(`agree ${group} ${hex(secret)} ${hex(peer)}`, () =>
      group === GROUP_X25519 ? x25519.getSharedSecret(secret, peer) : p256.getSharedSecret(secret, peer, true).slice(1),
    );
  }

  /** ECDSA with P-256 and SHA-256, DER; deterministic (RFC 6979). */
  sign(secret: Uint8Array, message: Uint8Array): Uint8Array {
    return this.keep(`sign ${hex(secret)} ${hex(message)}`, () => p256.sign(message, secret, { format: "der", lowS: false }));
  }

  private keep(key: string, make: () => Uint8Array): Uint8Array {
    let value = this.kept.get(key);
    if (value === undefined) {
      value = make();
      this.kept.set(key, value);
    }
    return value.slice();
  }
}

export function keyLength(suite: number): number {
  return suite === AES_128_GCM ? 16 : 32;
}

export function aeadSeal(suite: number, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array {
  return (suite === AES_128_GCM ? gcm(key, nonce, aad) : chacha20poly1305(key, nonce, aad)).encrypt(plain);
}

/** null where the tag is wrong. */
export function aeadOpen(suite: number, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  try {
    return (suite === AES_128_GCM ? gcm(key, nonce, aad) : chacha20poly1305(key, nonce, aad)).decrypt(sealed);
  } catch {
    return null;
  }
}
