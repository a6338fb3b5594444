/**
 * The provider for Node: @noble/hashes, @noble/ciphers and @noble/curves behind the interfaces of src/crypto/provider.ts. No device uses it: noble
 * allocates at every call and keeps scratch at module level. Public-key operations run to completion in their first step.
 */
import { gcm } from "@noble/ciphers/aes.js";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { _SHA256, sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import * as constants from "../../src/constants.js";
import {
  type AeadAlgorithm,
  type AeadKey,
  type CryptoProvider,
  DONE,
  type Hash,
  type HashAlgorithm,
  KEY_P256,
  type KeyExchange,
  type NamedGroup,
  type Random,
  type SignatureAlgorithm,
  type Verifier,
} from "../../src/crypto/provider.js";

/** noble's SHA-256 with its chaining value open to save and restore (a midstate at a block boundary). */
class Midstate256 extends _SHA256 {
  saveTo(out: Uint8Array, offset: number): void {
    if (this.pos !== 0) throw new RangeError("save() only at a multiple of 64 bytes hashed");
    const view = new DataView(out.buffer, out.byteOffset + offset, 32);
    this.get().forEach((word, i) => {
      view.setInt32(4 * i, word);
    });
  }

  restoreFrom(saved: Uint8Array, offset: number, blocks: number): void {
    const view = new DataView(saved.buffer, saved.byteOffset + offset, 32);
    const word = (i: number) => view.getInt32(4 * i);
    this.set(word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7));
    this.pos = 0;
    this.length = blocks * this.blockLen;
    this.finished = false;
    this.destroyed = false;
  }
}

class NobleSha256 implements Hash {
  readonly outputLength = 32;
  readonly blockLength = 64;
  readonly stateLength = 32;
  private readonly state = new Midstate256();

  reset(): void {
    new Midstate256()._cloneInto(this.state);
  }

  update(bytes: Uint8Array, offset: number, length: number): void {
    this.state.update(bytes.subarray(offset, offset + length));
  }

  digest(out: Uint8Array, offset: number): void {
    this.state.digestInto(out.subarray(offset, offset + this.outputLength));
  }

  copy(from: Hash): void {
    (from as NobleSha256).state._cloneInto(this.state);
  }

  save(out: Uint8Array, offset: number): void {
    this.state.saveTo(out, offset);
  }

  restore(saved: Uint8Array, offset: number, blocks: number): void {
    this.state.restoreFrom(saved, offset, blocks);
  }

  wipe(): void {
    this.state.destroy();
  }
}

/** HKDF-Expand-Label(secret, "derived", emptyDigest, 32) of the early secret without PSK (RFC 9846 §7.1). */
function fullHandshakeSalt(): Uint8Array {
  const zeros = new Uint8Array(32);
  const label = new TextEncoder().encode("tls13 derived");
  const info = new Uint8Array([0, 32, label.length, ...label, 32, ...nobleSha256(new Uint8Array(0))]);
  return expand(nobleSha256, extract(nobleSha256, zeros, zeros), info, 32);
}

/** The chaining values behind HMAC's outer and inner key blocks (RFC 2104) for a key of 32 bytes. */
function hmacMidstates(key: Uint8Array): Uint8Array {
  const saved = new Uint8Array(64);
  const block = new Uint8Array(64);
  [0x5c, 0x36].forEach((pad, i) => {
    for (let k = 0; k < 64; k++) block[k] = (key[k] ?? 0) ^ pad;
    const hash = new NobleSha256();
    hash.update(block, 0, 64);
    hash.save(saved, 32 * i);
  });
  return saved;
}

const salt = fullHandshakeSalt();

export const sha256: HashAlgorithm = {
  name: "SHA-256",
  outputLength: 32,
  blockLength: 64,
  stateLength: 32,
  emptyDigest: nobleSha256(new Uint8Array(0)),
  fullHandshakeSalt: salt,
  fullHandshakeMidstates: hmacMidstates(salt),
  create: () => new NobleSha256(),
};

type NobleAead = (
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
) => { encrypt(plaintext: Uint8Array): Uint8Array; decrypt(ciphertext: Uint8Array): Uint8Array };

const TAG_LENGTH = 16;

class NobleAeadKey implements AeadKey {
  private readonly cipher: NobleAead;
  private readonly key: Uint8Array;

  constructor(cipher: NobleAead, keyLength: number) {
    this.cipher = cipher;
    this.key = new Uint8Array(keyLength);
  }

  setKey(key: Uint8Array, offset: number): void {
    this.key.set(key.subarray(offset, offset + this.key.length));
  }

  seal(
    nonce: Uint8Array,
    nonceOffset: number,
    aad: Uint8Array,
    aadOffset: number,
    aadLength: number,
    buf: Uint8Array,
    offset: number,
    length: number,
  ): void {
    const cipher = this.cipher(this.key, nonce.slice(nonceOffset, nonceOffset + 12), aad.slice(aadOffset, aadOffset + aadLength));
    buf.set(cipher.encrypt(buf.slice(offset, offset + length)), offset);
  }

  open(
    nonce: Uint8Array,
    nonceOffset: number,
    aad: Uint8Array,
    aadOffset: number,
    aadLength: number,
    buf: Uint8Array,
    offset: number,
    length: number,
  ): boolean {
    const cipher = this.cipher(this.key, nonce.slice(nonceOffset, nonceOffset + 12), aad.slice(aadOffset, aadOffset + aadLength));
    const sealed = buf.slice(offset, offset + length + TAG_LENGTH);
    if (sealed.length !== length + TAG_LENGTH) return false;
    let plaintext: Uint8Array;
    try {
      plaintext = cipher.decrypt(sealed);
    } catch {
      return false; // noble tells a wrong tag by an exception
    }
    buf.set(plaintext, offset);
    plaintext.fill(0);
    return true;
  }

  wipe(): void {
    this.key.fill(0);
  }
}

function aead(name: string, cipher: NobleAead, keyLength: number, recordLimit: number): AeadAlgorithm {
  return { name, keyLength, tagLength: TAG_LENGTH, recordLimit, create: () => new NobleAeadKey(cipher, keyLength) };
}

/** AES-GCM: 2^24.5 records of full size (RFC 9846 §5.5). ChaCha20-Poly1305 has no limit below the sequence number's. */
export const aes128gcm = aead("AES-128-GCM", gcm, 16, 23_726_566);
export const chachaPoly1305 = aead("ChaCha20-Poly1305", chacha20poly1305, 32, Number.MAX_SAFE_INTEGER);

/** What one group computes with: null where the peer's key is refused. */
interface Agreement {
  secretKey(random: Random): Uint8Array;
  publicKey(secret: Uint8Array): Uint8Array;
  shared(secret: Uint8Array, peer: Uint8Array): Uint8Array | null;
}

class NobleKeyExchange implements KeyExchange {
  private readonly agreement: Agreement;
  private secret: Uint8Array | null = null;
  private publicKey: Uint8Array | null = null;
  private peer: Uint8Array | null = null;
  private random: Random | null = null;

  constructor(agreement: Agreement) {
    this.agreement = agreement;
  }

  beginGenerate(random: Random): void {
    this.random = random;
  }

  beginAgree(peer: Uint8Array, offset: number, length: number): void {
    this.peer = peer.slice(offset, offset + length);
  }

  step(_budget: number): number {
    if (this.random !== null) {
      this.secret = this.agreement.secretKey(this.random);
      this.publicKey = this.agreement.publicKey(this.secret);
      this.random = null;
    }
    return DONE;
  }

  writePublicKey(out: Uint8Array, offset: number): void {
    if (this.publicKey === null) throw new Error("writePublicKey() before beginGenerate() is done");
    out.set(this.publicKey, offset);
  }

  writeSecret(out: Uint8Array, offset: number): boolean {
    if (this.secret === null || this.peer === null) throw new Error("writeSecret() before beginAgree()");
    const shared = this.agreement.shared(this.secret, this.peer);
    if (shared === null) return false;
    out.set(shared, offset);
    shared.fill(0);
    return true;
  }

  wipe(): void {
    this.secret?.fill(0);
    this.secret = null;
    this.peer = null;
  }
}

function group(id: number, name: string, publicLength: number, agreement: Agreement): NamedGroup {
  return { id, name, publicLength, secretLength: 32, create: () => new NobleKeyExchange(agreement) };
}

function drawn(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  random.fill(bytes, 0, length);
  return bytes;
}

/** noble throws for what it refuses: a point that is not on the curve, an all-zero result. */
function refusing(compute: () => Uint8Array): Uint8Array | null {
  try {
    return compute();
  } catch {
    return null;
  }
}

export const groupX25519 = group(constants.x25519, "x25519", 32, {
  secretKey: (random) => drawn(random, 32),
  publicKey: (secret) => x25519.getPublicKey(secret),
  shared: (secret, peer) => (peer.length === 32 ? refusing(() => x25519.getSharedSecret(secret, peer)) : null),
});

export const groupP256 = group(constants.secp256r1, "secp256r1", 65, {
  secretKey: (random) => p256.utils.randomSecretKey(drawn(random, p256.lengths.seed ?? 48)),
  publicKey: (secret) => p256.getPublicKey(secret, false),
  shared: (secret, peer) =>
    peer.length === 65 && peer[0] === 4 ? refusing(() => p256.getSharedSecret(secret, peer, true).slice(1)) : null,
});

class NobleEcdsaVerifier implements Verifier {
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
    const publicKey = key.slice(keyOffset, keyOffset + keyLength);
    this.result = false;
    if (publicKey.length !== 65 || publicKey[0] !== 4) return;
    try {
      this.result = p256.verify(
        signature.slice(signatureOffset, signatureOffset + signatureLength),
        digest.slice(digestOffset, digestOffset + digestLength),
        publicKey,
        { prehash: false, lowS: false, format: "der" },
      );
    } catch {
      this.result = false; // malformed key or signature
    }
  }

  step(_budget: number): number {
    return DONE;
  }

  valid(): boolean {
    return this.result;
  }
}

export const ecdsaP256Sha256: SignatureAlgorithm = {
  scheme: constants.ecdsa_secp256r1_sha256,
  name: "ecdsa_secp256r1_sha256",
  keyType: KEY_P256,
  hash: sha256,
  signsHandshake: true,
  createVerifier: () => new NobleEcdsaVerifier(),
};

export const nobleProvider: CryptoProvider = {
  name: "noble",
  suites: [
    { id: constants.TLS_CHACHA20_POLY1305_SHA256, name: "TLS_CHACHA20_POLY1305_SHA256", hash: sha256, aead: chachaPoly1305 },
    { id: constants.TLS_AES_128_GCM_SHA256, name: "TLS_AES_128_GCM_SHA256", hash: sha256, aead: aes128gcm },
  ],
  groups: [groupX25519, groupP256],
  signatures: [ecdsaP256Sha256],
  sha256,
};
