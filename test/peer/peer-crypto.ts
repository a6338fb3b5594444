import { cbc, ctr, gcm } from "@noble/ciphers/aes.js";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { p256, p384 } from "@noble/curves/nist.js";
import { sha256, sha384 } from "@noble/hashes/sha2.js";
import { concat, equal, hex, u16 } from "./bytes.js";

export const AES_128_GCM = 0x1301;
export const AES_256_GCM = 0x1302;
export const CHACHA20_POLY1305 = 0x1303;
export const AES_128_CCM = 0x1304;
export const AES_128_CCM_8 = 0x1305;
export const GROUP_P256 = 0x0017;
export const GROUP_P384 = 0x0018;
export const GROUP_X25519 = 0x001d;

export type PeerHash = typeof sha256 | typeof sha384;

/** The suites that the peers speak. */
export function knowsSuite(suite: number): boolean {
  return suite >= AES_128_GCM && suite <= AES_128_CCM_8;
}

export function knowsGroup(group: number): boolean {
  return group === GROUP_X25519 || group === GROUP_P256 || group === GROUP_P384;
}

/** The suite's hash (RFC 9846 Appendix B.4). */
export function suiteHash(suite: number): PeerHash {
  return suite === AES_256_GCM ? sha384 : sha256;
}

/**
 * The peer's public-key operations. With fixed randoms the same key agreement and the same signature come again in every run of a test, so
 * results are kept: share one instance among the runs of a suite.
 */
export class PeerCrypto {
  private readonly kept = new Map<string, Uint8Array>();

  /** secret: 32 bytes for every group, for P-384 with 16 zeros before them. */
  publicKey(group: number, secret: Uint8Array): Uint8Array {
    return this.keep(`public ${group} ${hex(secret)}`, () => {
      if (group === GROUP_X25519) return x25519.getPublicKey(secret);
      return group === GROUP_P384 ? p384.getPublicKey(widened(secret), false) : p256.getPublicKey(secret, false);
    });
  }

  /** The shared secret as RFC 9846 §7.4 takes it: for the NIST curves the x coordinate alone. */
  agree(group: number, secret: Uint8Array, peer: Uint8Array): Uint8Array {
    return this.keep(`agree ${group} ${hex(secret)} ${hex(peer)}`, () => {
      if (group === GROUP_X25519) return x25519.getSharedSecret(secret, peer);
      return (group === GROUP_P384 ? p384.getSharedSecret(widened(secret), peer, true) : p256.getSharedSecret(secret, peer, true)).slice(1);
    });
  }

  /** ECDSA with P-256 and SHA-256, DER; deterministic (RFC 6979). */
  sign(secret: Uint8Array, message: Uint8Array): Uint8Array {
    return this.keep(`sign ${hex(secret)} ${hex(message)}`, () => p256.sign(message, secret, { format: "der", lowS: false }));
  }

  /** The same, verified; key: an uncompressed point. Only signatures that are right are kept. */
  verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    const name = `verify ${hex(key)} ${hex(message)} ${hex(signature)}`;
    if (this.kept.has(name)) return true;
    try {
      if (!p256.verify(signature, message, key, { format: "der", lowS: false })) return false;
    } catch {
      return false;
    }
    this.kept.set(name, new Uint8Array(0));
    return true;
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

function widened(secret: Uint8Array): Uint8Array {
  return concat(new Uint8Array(16), secret);
}

export function keyLength(suite: number): number {
  return suite === AES_256_GCM || suite === CHACHA20_POLY1305 ? 32 : 16;
}

export function tagLength(suite: number): number {
  return suite === AES_128_CCM_8 ? 8 : 16;
}

export function aeadSeal(suite: number, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array {
  if (suite === AES_128_CCM || suite === AES_128_CCM_8) return ccmSeal(tagLength(suite), key, nonce, aad, plain);
  return (suite === CHACHA20_POLY1305 ? chacha20poly1305(key, nonce, aad) : gcm(key, nonce, aad)).encrypt(plain);
}

/** null where the tag is wrong. */
export function aeadOpen(suite: number, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  if (suite === AES_128_CCM || suite === AES_128_CCM_8) return ccmOpen(tagLength(suite), key, nonce, aad, sealed);
  try {
    return (suite === CHACHA20_POLY1305 ? chacha20poly1305(key, nonce, aad) : gcm(key, nonce, aad)).decrypt(sealed);
  } catch {
    return null;
  }
}

const COUNTER_BYTES = 3;

/** CCM (RFC 3610) with a nonce of 12 bytes, so that 3 bytes count: the tag is the first block of the key stream's work. */
function ccmSeal(tag: number, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array {
  const mac = ccmMac(tag, key, nonce, aad, plain);
  const all = ctr(key, concat([COUNTER_BYTES - 1], nonce, new Uint8Array(COUNTER_BYTES))).encrypt(concat(mac, plain));
  return concat(all.slice(16), all.slice(0, tag));
}

function ccmOpen(tag: number, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  if (sealed.length < tag) return null;
  const length = sealed.length - tag;
  const stream = concat(sealed.slice(length), new Uint8Array(16 - tag), sealed.slice(0, length));
  const all = ctr(key, concat([COUNTER_BYTES - 1], nonce, new Uint8Array(COUNTER_BYTES))).decrypt(stream);
  const plain = all.slice(16);
  return equal(all.slice(0, tag), ccmMac(tag, key, nonce, aad, plain).slice(0, tag)) ? plain : null;
}

function ccmMac(tag: number, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array {
  const flags = (aad.length > 0 ? 0x40 : 0) + ((tag - 2) / 2) * 8 + COUNTER_BYTES - 1;
  const length = [plain.length >> 16, (plain.length >> 8) & 255, plain.length & 255];
  const head = aad.length > 0 ? filled(concat(u16(aad.length), aad)) : aad;
  const blocks = concat([flags], nonce, length, head, filled(plain));
  const chained = cbc(key, new Uint8Array(16), { disablePadding: true }).encrypt(blocks);
  return chained.slice(chained.length - 16);
}

/** With zeros behind, up to a whole block. */
function filled(bytes: Uint8Array): Uint8Array {
  return concat(bytes, new Uint8Array((16 - (bytes.length % 16)) % 16));
}
