import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha384 } from "@noble/hashes/sha2.js";
import { ascii, concat, u16 } from "./bytes.js";
import { AES_128_GCM, AES_256_GCM, aeadOpen, aeadSeal, CHACHA20_POLY1305, type PeerHash } from "./peer-crypto.js";

export const ECDSA_CHACHA20 = 0xcca9;
export const ECDSA_AES_128_GCM = 0xc02b;
export const ECDSA_AES_256_GCM = 0xc02c;
export const RSA_AES_128_GCM = 0xc02f;

/** What a suite of TLS 1.2 is made of; aead: the suite of TLS 1.3 with the same cipher. */
export interface Suite12 {
  readonly aead: number;
  readonly keyLength: number;
  readonly ivLength: number;
  readonly hash: PeerHash;
}

export function suite12(id: number): Suite12 | null {
  if (id === ECDSA_CHACHA20) return { aead: CHACHA20_POLY1305, keyLength: 32, ivLength: 12, hash: sha256 };
  if (id === ECDSA_AES_128_GCM || id === RSA_AES_128_GCM) return { aead: AES_128_GCM, keyLength: 16, ivLength: 4, hash: sha256 };
  if (id === ECDSA_AES_256_GCM) return { aead: AES_256_GCM, keyLength: 32, ivLength: 4, hash: sha384 };
  return null;
}

/** RFC 5246 §5. */
export function prf(hash: PeerHash, secret: Uint8Array, label: string, seed: Uint8Array, length: number): Uint8Array {
  const labelled = concat(ascii(label), seed);
  let out: Uint8Array = new Uint8Array(0);
  let a = labelled;
  while (out.length < length) {
    a = hmac(hash, secret, a);
    out = concat(out, hmac(hash, secret, concat(a, labelled)));
  }
  return out.slice(0, length);
}

/** Keys of one direction (RFC 5246 §6.2.3.3). */
export class Protection12 {
  private readonly suite: Suite12;
  private readonly key: Uint8Array;
  private readonly iv: Uint8Array;
  private sequence = 0;

  constructor(suite: Suite12, key: Uint8Array, iv: Uint8Array) {
    this.suite = suite;
    this.key = key;
    this.iv = iv;
  }

  /** The body of a record. */
  seal(type: number, content: Uint8Array): Uint8Array {
    const number = this.next();
    const explicit = this.iv.length === 4 ? number : new Uint8Array(0);
    return concat(explicit, aeadSeal(this.suite.aead, this.key, this.nonce(number), this.data(number, type, content.length), content));
  }

  open(type: number, body: Uint8Array): Uint8Array | null {
    const number = this.next();
    const explicit = this.iv.length === 4 ? 8 : 0;
    const length = body.length - explicit - 16;
    if (length < 0) return null;
    const nonce = this.nonce(explicit === 0 ? number : body.slice(0, 8));
    return aeadOpen(this.suite.aead, this.key, nonce, this.data(number, type, length), body.slice(explicit));
  }

  private next(): Uint8Array {
    const number = new Uint8Array(8);
    let rest = this.sequence++;
    for (let i = 7; rest > 0; i--) {
      number[i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    return number;
  }

  private nonce(number: Uint8Array): Uint8Array {
    if (this.iv.length === 4) return concat(this.iv, number);
    const nonce = this.iv.slice();
    for (let i = 0; i < 8; i++) nonce[4 + i] = nonce[4 + i]! ^ number[i]!;
    return nonce;
  }

  private data(number: Uint8Array, type: number, length: number): Uint8Array {
    return concat(number, [type, 3, 3], u16(length));
  }
}
