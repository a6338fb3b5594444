/**
 * A second, independent implementation of the provider's seams on @noble: SHA-256 and P-256 ECDSA verification. Tests use it as an oracle, and
 * wherever the primitives themselves are not what is tested. It cares about neither memory nor time.
 */
import { p256 } from "@noble/curves/nist.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ecdsa_secp256r1_sha256 } from "../../src/constants.js";
import {
  DONE,
  type Hash,
  type HashAlgorithm,
  KEY_P256,
  PENDING,
  type SignatureAlgorithm,
  type Verifier,
} from "../../src/crypto/provider.js";
import { ascii, concat } from "./der.js";

type NobleHash = ReturnType<typeof sha256.create>;

/** What noble keeps inside, and save() and restore() have to reach. */
interface NobleInside {
  get(): number[];
  set(...words: number[]): void;
  length: number;
  pos: number;
}

class NobleSha256 implements Hash {
  readonly outputLength = 32;
  readonly blockLength = 64;
  readonly stateLength = 32;
  private inner: NobleHash = sha256.create();

  reset(): void {
    this.inner = sha256.create();
  }
  update(bytes: Uint8Array, offset: number, length: number): void {
    this.inner.update(bytes.subarray(offset, offset + length));
  }
  digest(out: Uint8Array, offset: number): void {
    out.set(this.inner.digest(), offset);
  }
  copy(from: Hash): void {
    if (!(from instanceof NobleSha256)) throw new TypeError("another class of hash");
    this.inner = from.inner.clone();
  }
  save(out: Uint8Array, offset: number): void {
    const words = (this.inner as unknown as NobleInside).get();
    const view = new DataView(out.buffer, out.byteOffset + offset, 32);
    for (let i = 0; i < 8; i++) view.setInt32(4 * i, words[i]!);
  }
  restore(saved: Uint8Array, offset: number, blocks: number): void {
    const view = new DataView(saved.buffer, saved.byteOffset + offset, 32);
    const words: number[] = [];
    for (let i = 0; i < 8; i++) words.push(view.getInt32(4 * i));
    this.inner = sha256.create();
    const inside = this.inner as unknown as NobleInside;
    inside.set(...words);
    inside.length = 64 * blocks;
    inside.pos = 0;
  }
  wipe(): void {
    this.inner = sha256.create();
  }
}

/** Derive-Secret(HKDF-Extract(0, 0), "derived", "") with SHA-256 (RFC 9846 §7.1). */
function fullHandshakeSalt(): Uint8Array {
  const label = ascii("tls13 derived");
  const info = concat(Uint8Array.of(0, 32, label.length), label, Uint8Array.of(32), sha256(new Uint8Array(0)), Uint8Array.of(1));
  return hmac(sha256, hmac(sha256, new Uint8Array(32), new Uint8Array(32)), info);
}

export const nobleSha256: HashAlgorithm = {
  name: "SHA-256",
  outputLength: 32,
  blockLength: 64,
  stateLength: 32,
  emptyDigest: sha256(new Uint8Array(0)),
  fullHandshakeSalt: fullHandshakeSalt(),
  create: () => new NobleSha256(),
};

/** Takes `STEPS` steps for a signature, so that tests can see PENDING. */
class NobleP256Verifier implements Verifier {
  private left = 0;
  private result = false;

  begin(
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    digest: Uint8Array,
    digestOffset: number,
    digestLength: number,
    signature: Uint8Array,
    signatureOffset: number,
    signatureLength: number,
  ): void {
    this.left = STEPS;
    try {
      this.result = p256.verify(
        signature.slice(signatureOffset, signatureOffset + signatureLength),
        digest.slice(digestOffset, digestOffset + digestLength),
        key.slice(keyOffset, keyOffset + keyLength),
        { prehash: false, lowS: false, format: "der" },
      );
    } catch {
      this.result = false;
    }
  }
  step(budget: number): number {
    this.left -= Math.min(budget, this.left);
    return this.left === 0 ? DONE : PENDING;
  }
  valid(): boolean {
    return this.left === 0 && this.result;
  }
}

export const STEPS = 4;

export const nobleP256Sha256: SignatureAlgorithm = {
  scheme: ecdsa_secp256r1_sha256,
  name: "ecdsa_secp256r1_sha256",
  keyType: KEY_P256,
  hash: nobleSha256,
  signsHandshake: true,
  createVerifier: () => new NobleP256Verifier(),
};
