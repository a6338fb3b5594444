/**
 * The seams between the protocol and cryptography. Everything is synchronous and passes (buffer, offset, length). Public-key operations are
 * steppers: begin…, then `step(budget)` until it answers DONE, then the result. A budget counts steps (roughly: one point doubling with its
 * additions, or one modular multiplication of an RSA key); `Infinity` runs to completion. PENDING: there is more to compute, step again.
 * OUTSIDE: an operation elsewhere (secure element, worker, data base) is under way; the host calls `resume()` when it is ready.
 */
export const PENDING = 0;
export const DONE = 1;
export const OUTSIDE = 2;

export interface Random {
  /** Fills bytes[offset, offset + length) with cryptographically secure random bytes. */
  fill(bytes: Uint8Array, offset: number, length: number): void;
}

export interface Clock {
  /** Seconds since 1970-01-01T00:00:00Z, or -1 where the time is not set. */
  seconds(): number;
}

/** A hash in progress. All methods work in place and allocate nothing but one view when another ArrayBuffer is given. */
export interface Hash {
  readonly outputLength: number;
  readonly blockLength: number;
  /** Bytes of one saved chaining value: 32 for SHA-256, 64 for SHA-384 and SHA-512. */
  readonly stateLength: number;
  reset(): void;
  update(bytes: Uint8Array, offset: number, length: number): void;
  /** Writes outputLength bytes. The state is spent: reset() or restore() before the next use. */
  digest(out: Uint8Array, offset: number): void;
  /** Takes over the whole state of another hash of the same class, which stays as it is. */
  copy(from: Hash): void;
  /** Writes the chaining value (stateLength bytes). Only at a multiple of blockLength bytes hashed. */
  save(out: Uint8Array, offset: number): void;
  /** Goes on from a chaining value that was saved after `blocks` blocks. */
  restore(saved: Uint8Array, offset: number, blocks: number): void;
  /** Zeroes state and block. */
  wipe(): void;
}

/** What is to be signed, taken piece by piece, for any scheme with the same hash: in memory it is a Hash. */
export interface SignedContent {
  update(bytes: Uint8Array, offset: number, length: number): void;
}

/** HMAC with a hash of its own (RFC 2104). A key that is used for several messages costs its two compressions once. */
export interface KeyedHash {
  /** The hash inside: lent to others between finish() and begin(). */
  readonly hash: Hash;
  readonly outputLength: number;
  /** Takes the key: any length; one longer than a block is hashed first (RFC 2104 §2). */
  setKey(key: Uint8Array, offset: number, length: number): void;
  /** Takes the chaining values after the key's outer and inner block, where they are known beforehand. */
  setMidstates(midstates: Uint8Array, offset: number): void;
  begin(): void;
  update(bytes: Uint8Array, offset: number, length: number): void;
  updateByte(value: number): void;
  /** Writes the first `length` bytes of the MAC, at most outputLength (the default). begin() before the next message. */
  finish(out: Uint8Array, offset: number, length?: number): void;
  wipe(): void;
}

export interface HashAlgorithm {
  readonly name: string;
  readonly outputLength: number;
  readonly blockLength: number;
  readonly stateLength: number;
  /** Hash of the empty string: the context of Derive-Secret(., "derived", ""). */
  readonly emptyDigest: Uint8Array;
  /** Derive-Secret(Early Secret, "derived", "") where no PSK is in use (RFC 9846 §7.1): the same in every full handshake. */
  readonly fullHandshakeSalt: Uint8Array;
  /**
   * The HMAC midstates of that salt, so that HKDF-Extract(fullHandshakeSalt, .) costs only the blocks of its input: the chaining values after
   * the key's outer block, then after its inner block (2 × stateLength bytes; what Hmac.setMidstates takes).
   */
  readonly fullHandshakeMidstates: Uint8Array;
  create(): Hash;
  /** An HMAC that is faster than one over create(). Absent: there is none. */
  createKeyed?(): KeyedHash;
}

/** A record that is opened in parts, before its tag is known: what comes out is not authentic until `end` has said so. */
export interface AeadOpening {
  /** Decrypts buf[offset, offset + length) in place. The length is a multiple of 64, but for the last part. */
  part(buf: Uint8Array, offset: number, length: number): void;
  /** All parts were given: whether the tag at buf[offset] is right. Nothing is kept. */
  end(buf: Uint8Array, offset: number): boolean;
  /** Zeroes what it keeps, where the end is not waited for. */
  wipe(): void;
}

/**
 * The keys of an AEAD cipher: one to seal with and one to open with, in one object, as both directions of a connection share all else. Nothing allocates
 * once both are set, but one view when another ArrayBuffer is given.
 */
export interface AeadKeys {
  /** Copies keyLength bytes and makes the key schedule. opens: the key to open with. */
  setKey(opens: boolean, key: Uint8Array, offset: number): void;
  /** Encrypts buf[offset, offset + length) in place and writes the tag (tagLength bytes) behind it. The nonce has 12 bytes. */
  seal(
    nonce: Uint8Array,
    nonceOffset: number,
    aad: Uint8Array,
    aadOffset: number,
    aadLength: number,
    buf: Uint8Array,
    offset: number,
    length: number,
  ): void;
  /** Checks the tag behind buf[offset, offset + length), then decrypts in place. False: the tag is wrong and nothing was decrypted. */
  open(
    nonce: Uint8Array,
    nonceOffset: number,
    aad: Uint8Array,
    aadOffset: number,
    aadLength: number,
    buf: Uint8Array,
    offset: number,
    length: number,
  ): boolean;
  /**
   * Begins to open `length` bytes in parts. The key may be used for other records in between. Absent: it can't, and a record has to be there as a whole.
   */
  openInParts?(nonce: Uint8Array, nonceOffset: number, aad: Uint8Array, aadOffset: number, aadLength: number, length: number): AeadOpening;
  /** Forgets the ArrayBuffer of which it keeps a view, where it does. */
  detach?(): void;
  /** Zeroes the key and all that was derived from it. */
  wipe(): void;
}

export interface AeadAlgorithm {
  readonly name: string;
  readonly keyLength: number;
  readonly tagLength: number;
  /**
   * Records that one key may protect (RFC 9846 §5.5). A KeyUpdate comes before.
   */
  readonly recordLimit: number;
  /** keys: 2, or 1 where what is sealed is opened with the same key: setKey() then sets it whatever `opens` says. */
  create(keys: 1 | 2): AeadKeys;
}

/** What cipher suites of all versions have. */
export interface Suite {
  /** The code point, and the name that IANA has for it. */
  readonly id: number;
  readonly name: string;
  readonly hash: HashAlgorithm;
}

/** A cipher suite of TLS 1.3. */
export interface CipherSuite extends Suite {
  readonly aead: AeadAlgorithm;
}

/** An ephemeral key of one group, used once. */
export interface KeyExchange {
  /** Draws the private key from `random` and begins to compute the public key. */
  beginGenerate(random: Random): void;
  /** Begins the shared secret from the peer's public key (bytes[offset, offset + length), exactly as it stands in KeyShareEntry). */
  beginAgree(peer: Uint8Array, offset: number, length: number): void;
  step(budget: number): number;
  /** Writes publicLength bytes. */
  writePublicKey(out: Uint8Array, offset: number): void;
  /** Writes secretLength bytes, leading zeros kept, and returns true; false where the peer's key was refused (length, form, not on the
   * curve, all-zero result). */
  writeSecret(out: Uint8Array, offset: number): boolean;
  /** Zeroes what can be zeroed and drops the rest. */
  wipe(): void;
}

export interface NamedGroup {
  readonly id: number;
  readonly name: string;
  readonly publicLength: number;
  readonly secretLength: number;
  create(): KeyExchange;
}

/** Verifies one signature at a time; may be used again. */
export interface Verifier {
  /**
   * key: the public key as its SubjectPublicKeyInfo carries it (the BIT STRING's content: an uncompressed point, an RSAPublicKey, …).
   * digest: the hash of what was signed (Ed25519: the message itself, which must stay as it is until DONE). signature: as the wire has it (ECDSA: DER Ecdsa-Sig-Value).
   * Malformed input never throws: the result is then "not valid".
   */
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
  ): void;
  step(budget: number): number;
  valid(): boolean;
}

/** Public key types of certificates. */
export const KEY_P256 = 1;
export const KEY_P384 = 2;
export const KEY_P521 = 3;
export const KEY_RSA = 4;
export const KEY_RSA_PSS = 5;
export const KEY_ED25519 = 6;

/** A signature algorithm: bound to one key type and one hash, as TLS 1.3 binds them (RFC 9846 §4.3.3). */
export interface SignatureAlgorithm {
  /** SignatureScheme code point; 0 for a combination that only certificates use (as P-384 with SHA-256). */
  readonly scheme: number;
  readonly name: string;
  readonly keyType: number;
  readonly hash: HashAlgorithm;
  /** False where the scheme may stand in certificates but never in a TLS 1.3 CertificateVerify (rsa_pkcs1_*). */
  readonly signsHandshake: boolean;
  createVerifier(): Verifier;
}

/** All that a connection computes with. A profile names only the parts it needs, so a firmware links only those. */
export interface CryptoProvider {
  readonly name: string;
  /** In order of preference. */
  readonly suites: readonly CipherSuite[];
  readonly groups: readonly NamedGroup[];
  readonly signatures: readonly SignatureAlgorithm[];
  /** SHA-256: names of certificates are compared by it. */
  readonly sha256: HashAlgorithm;
}
