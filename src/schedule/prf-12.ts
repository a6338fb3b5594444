import type { Hash, HashAlgorithm, KeyedHash } from "../crypto/provider.js";
import { Hmac } from "../crypto/xs/hmac.js";

export const MASTER_SECRET_LENGTH = 48;
export const VERIFY_DATA_LENGTH = 12;

/** Where things stand in `secrets`: the randoms so that both orders of them lie in one piece, what was hashed last, A(i) of P_hash. */
export const CLIENT_RANDOM = 0;
export const SERVER_RANDOM = 32;
const RANDOMS_LENGTH = 96;
const DIGEST = RANDOMS_LENGTH;

/**
 * The pseudorandom function of TLS 1.2 (RFC 5246 §5) and what is made with it: master secret, key block, verify_data. `secrets` holds
 *
 *     [ client random 32 | server random 32 | client random 32 | digest | A(i) ]
 */
export class Prf12 {
  readonly length: number;
  /** The hash inside hmac; free between two calls. */
  readonly hash: Hash;
  readonly secrets: Uint8Array;
  private readonly hmac: KeyedHash;
  readonly digest: number;
  /** A(i) of P_hash; free between two calls. */
  readonly a: number;

  constructor(algorithm: HashAlgorithm) {
    const length = algorithm.outputLength;
    this.length = length;
    this.hmac = algorithm.createKeyed?.() ?? new Hmac(algorithm.create());
    this.hash = this.hmac.hash;
    this.secrets = new Uint8Array(RANDOMS_LENGTH + 2 * length);
    this.digest = DIGEST;
    this.a = RANDOMS_LENGTH + length;
  }

  setClientRandom(bytes: Uint8Array, offset: number): void {
    for (let i = 0; i < 32; i++) this.secrets[i] = this.secrets[64 + i] = bytes[offset + i];
  }

  setServerRandom(bytes: Uint8Array, offset: number): void {
    for (let i = 0; i < 32; i++) this.secrets[32 + i] = bytes[offset + i];
  }

  /**
   * extended: master_secret over the session hash, which stands in `digest` (RFC 7627 §4); else over both randoms (RFC 5246 §8.1). Writes 48 bytes to out.
   */
  masterSecret(preMaster: Uint8Array, offset: number, length: number, extended: boolean, out: Uint8Array, o: number): void {
    const { secrets } = this;
    this.hmac.setKey(preMaster, offset, length);
    if (extended) this.expand(EXTENDED_MASTER_SECRET, secrets, DIGEST, this.length, out, o, MASTER_SECRET_LENGTH);
    else this.expand(MASTER_SECRET, secrets, CLIENT_RANDOM, 64, out, o, MASTER_SECRET_LENGTH);
  }

  /** key_block (RFC 5246 §6.3) of the master secret at master[m …): fills block. */
  keyBlock(master: Uint8Array, m: number, block: Uint8Array): void {
    this.hmac.setKey(master, m, MASTER_SECRET_LENGTH);
    this.expand(KEY_EXPANSION, this.secrets, SERVER_RANDOM, 64, block, 0, block.length);
  }

  /** verify_data of Finished (RFC 5246 §7.4.9) over the transcript hash in `digest`. label: CLIENT_FINISHED or SERVER_FINISHED. */
  verifyData(master: Uint8Array, m: number, label: Uint8Array, out: Uint8Array, o: number): void {
    this.hmac.setKey(master, m, MASTER_SECRET_LENGTH);
    this.expand(label, this.secrets, DIGEST, this.length, out, o, VERIFY_DATA_LENGTH);
  }

  /** What an application gets of the master secret at the beginning of `secret`: fills out. */
  exported(secret: Uint8Array, label: Uint8Array, seed: Uint8Array, out: Uint8Array): void {
    this.hmac.setKey(secret, 0, MASTER_SECRET_LENGTH);
    this.expand(label, seed, 0, seed.length, out, 0, out.length);
  }

  /** P_hash(secret, label + seed) (RFC 5246 §5); the secret is the hmac's key already. */
  expand(label: Uint8Array, seed: Uint8Array, seedOffset: number, seedLength: number, out: Uint8Array, o: number, length: number): void {
    const { hmac, secrets, a, length: size } = this;
    for (let done = 0; done < length; done += size) {
      hmac.begin();
      if (done === 0) {
        hmac.update(label, 0, label.length);
        hmac.update(seed, seedOffset, seedLength);
      } else hmac.update(secrets, a, size);
      hmac.finish(secrets, a, size);
      hmac.begin();
      hmac.update(secrets, a, size);
      hmac.update(label, 0, label.length);
      hmac.update(seed, seedOffset, seedLength);
      hmac.finish(out, o + done, Math.min(size, length - done));
    }
    secrets.fill(0, a, a + size);
  }

  wipe(): void {
    this.hmac.wipe();
    this.hash.wipe();
    this.secrets.fill(0);
  }
}

const MASTER_SECRET = ascii("master secret");
const EXTENDED_MASTER_SECRET = ascii("extended master secret");
const KEY_EXPANSION = ascii("key expansion");
export const CLIENT_FINISHED = ascii("client finished");
export const SERVER_FINISHED = ascii("server finished");

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
