/**
 * Signatures of certificates that were verified before: of a chain that was seen already only the public-key operations are left out; names, dates,
 * usages, pins, lists of revoked certificates and all else are checked each time.
 *
 * An entry is the SHA-256 of all that a verification takes: algorithm, key, what was signed, signature. So a hit means that this very call was made
 * and answered "valid", and any octet that differs is verified anew. An entry is as long as the hash: for a shorter one a collision of a good
 * call with a bad one could be searched for. Entries come only from valid signatures. Anybody who holds a key can make such, and push out older
 * ones: that costs time, never trust.
 */
import { DONE, type Hash, type HashAlgorithm, type SignatureAlgorithm, type Verifier } from "../crypto/provider.js";
import type { SignatureMemory } from "./chain-config.js";
import { copyOctets, equalOctets } from "./octets.js";

/** Octets of an entry. */
const ENTRY = 32;
const MOST = 255;

/** Exported: version, number of entries, the entries from the oldest on, the first octets of the SHA-256 of all that. */
const VERSION = 1;
const HEADER = 2;
const CHECKSUM = 8;

export class RememberedSignatures implements SignatureMemory {
  /** Something was added since the last export(). */
  changed: boolean;
  private readonly sha256: HashAlgorithm;
  private readonly entries: Uint8Array;
  private count: number;
  /** Place of the oldest entry. */
  private oldest: number;

  /**
   * capacity: signatures that are remembered at most, 1 to 255; then the oldest is forgotten. A chain of a leaf and an intermediate has two.
   * exported: what export() gave before; what is damaged, or of another version, counts as nothing. Keep it where nobody can write who could not
   * write trust anchors.
   */
  constructor(sha256: HashAlgorithm, capacity = 8, exported: Uint8Array | null = null) {
    if (!(capacity >= 1 && capacity <= MOST)) throw new RangeError(`capacity is ${capacity}, it has to be 1 to ${MOST}`);
    this.changed = false;
    this.sha256 = sha256;
    this.entries = new Uint8Array(Math.floor(capacity) * ENTRY);
    this.count = 0;
    this.oldest = 0;
    if (!exported || !isWhole(exported, sha256)) return;
    const given = exported[1]!;
    // The newest ones, where not all fit.
    for (let i = Math.max(0, given - this.capacity); i < given; i++) this.append(exported, HEADER + i * ENTRY);
  }

  get capacity(): number {
    return this.entries.length / ENTRY;
  }

  get size(): number {
    return this.count;
  }

  verifierFor(algorithm: SignatureAlgorithm): Verifier {
    return new RememberingVerifier(this, algorithm, this.sha256);
  }

  has(entry: Uint8Array): boolean {
    for (let i = 0; i < this.count; i++) if (equalOctets(this.entries, i * ENTRY, entry, 0, ENTRY)) return true;
    return false;
  }

  add(entry: Uint8Array): void {
    if (this.has(entry)) return;
    this.append(entry, 0);
    this.changed = true;
  }

  /** For a place that outlasts a restart. */
  export(): Uint8Array {
    const { count, entries, capacity, oldest } = this;
    const end = HEADER + count * ENTRY;
    const bytes = new Uint8Array(end + CHECKSUM);
    bytes[0] = VERSION;
    bytes[1] = count;
    const first = count < capacity ? 0 : oldest;
    for (let i = 0; i < count; i++) copyOctets(entries, ((first + i) % capacity) * ENTRY, bytes, HEADER + i * ENTRY, ENTRY);
    copyOctets(hashOf(bytes, end, this.sha256), 0, bytes, end, CHECKSUM);
    this.changed = false;
    return bytes;
  }

  private append(from: Uint8Array, at: number): void {
    const { capacity } = this;
    const place = this.count < capacity ? this.count++ : this.oldest;
    copyOctets(from, at, this.entries, place * ENTRY, ENTRY);
    if (place === this.oldest && this.count === capacity) this.oldest = (place + 1) % capacity;
  }
}

function hashOf(bytes: Uint8Array, length: number, sha256: HashAlgorithm): Uint8Array {
  const hash = sha256.create();
  const out = new Uint8Array(ENTRY);
  hash.update(bytes, 0, length);
  hash.digest(out, 0);
  return out;
}

function isWhole(exported: Uint8Array, sha256: HashAlgorithm): boolean {
  if (exported.length < HEADER + CHECKSUM || exported[0] !== VERSION) return false;
  const end = HEADER + exported[1]! * ENTRY;
  return exported.length === end + CHECKSUM && equalOctets(hashOf(exported, end, sha256), 0, exported, end, CHECKSUM);
}

/** Verifies what is not remembered, and remembers it where it is valid. */
class RememberingVerifier implements Verifier {
  private readonly memory: RememberedSignatures;
  private readonly algorithm: SignatureAlgorithm;
  private readonly sha256: HashAlgorithm;
  private readonly entry: Uint8Array;
  /** Null: the signature is remembered. */
  private verifier: Verifier | null;

  constructor(memory: RememberedSignatures, algorithm: SignatureAlgorithm, sha256: HashAlgorithm) {
    this.memory = memory;
    this.algorithm = algorithm;
    this.sha256 = sha256;
    this.entry = new Uint8Array(ENTRY);
    this.verifier = null;
  }

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
    const { algorithm, entry, memory } = this;
    const hash = this.sha256.create();
    // The lengths come first: no two calls have the same octets.
    this.putNumbers(hash, algorithm.scheme, (algorithm.keyType << 8) | algorithm.hash.outputLength);
    this.putNumbers(hash, keyLength, digestLength);
    this.putNumbers(hash, signatureLength, 0);
    hash.update(key, keyOffset, keyLength);
    hash.update(digest, digestOffset, digestLength);
    hash.update(signature, signatureOffset, signatureLength);
    hash.digest(entry, 0);
    if (memory.has(entry)) {
      this.verifier = null;
      return;
    }
    const verifier = algorithm.createVerifier();
    this.verifier = verifier;
    verifier.begin(key, keyOffset, keyLength, digest, digestOffset, digestLength, signature, signatureOffset, signatureLength);
  }

  step(budget: number): number {
    return this.verifier ? this.verifier.step(budget) : DONE;
  }

  valid(): boolean {
    if (!this.verifier) return true;
    if (!this.verifier.valid()) return false;
    this.memory.add(this.entry);
    return true;
  }

  private putNumbers(hash: Hash, first: number, second: number): void {
    const { entry } = this;
    entry[0] = first >> 8;
    entry[1] = first;
    entry[2] = second >> 8;
    entry[3] = second;
    hash.update(entry, 0, 4);
  }
}
