import { expand, extract } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ascii, concat, u16, vector8 } from "./bytes.js";
import { keyLength, type PeerHash, suiteHash } from "./peer-crypto.js";

const NOTHING = new Uint8Array(0);

/** RFC 9846 §7.1. */
export function expandLabel(secret: Uint8Array, label: string, context: Uint8Array, length: number, hash: PeerHash = sha256): Uint8Array {
  const info = concat(u16(length), vector8(concat(ascii("tls13 "), ascii(label))), vector8(context));
  return expand(hash, secret, info, length);
}

/** The key schedule of a handshake (RFC 9846 §7.1), secret by secret; psk: the pre-shared key that is used. */
export class KeySchedule {
  readonly hash: PeerHash;
  readonly handshakeSecret: Uint8Array;
  readonly mainSecret: Uint8Array;

  constructor(shared: Uint8Array, hash: PeerHash = sha256, psk: Uint8Array = new Uint8Array(hash.outputLen)) {
    this.hash = hash;
    const zeros = new Uint8Array(hash.outputLen);
    const early = extract(hash, psk, zeros);
    this.handshakeSecret = extract(hash, shared, this.derive(early, "derived", hash(NOTHING)));
    this.mainSecret = extract(hash, zeros, this.derive(this.handshakeSecret, "derived", hash(NOTHING)));
  }

  clientHandshake(hash: Uint8Array): Uint8Array {
    return this.derive(this.handshakeSecret, "c hs traffic", hash);
  }

  serverHandshake(hash: Uint8Array): Uint8Array {
    return this.derive(this.handshakeSecret, "s hs traffic", hash);
  }

  clientApplication(hash: Uint8Array): Uint8Array {
    return this.derive(this.mainSecret, "c ap traffic", hash);
  }

  serverApplication(hash: Uint8Array): Uint8Array {
    return this.derive(this.mainSecret, "s ap traffic", hash);
  }

  exporter(hash: Uint8Array): Uint8Array {
    return this.derive(this.mainSecret, "exp master", hash);
  }

  resumption(hash: Uint8Array): Uint8Array {
    return this.derive(this.mainSecret, "res master", hash);
  }

  private derive(secret: Uint8Array, label: string, transcriptHash: Uint8Array): Uint8Array {
    return expandLabel(secret, label, transcriptHash, this.hash.outputLen, this.hash);
  }
}

/** §4.3.11.2: the binder of a key over the hash of the truncated ClientHello. */
export function binderOf(psk: Uint8Array, external: boolean, transcriptHash: Uint8Array, hash: PeerHash = sha256): Uint8Array {
  const early = extract(hash, psk, new Uint8Array(hash.outputLen));
  return verifyData(expandLabel(early, external ? "ext binder" : "res binder", hash(NOTHING), hash.outputLen, hash), transcriptHash, hash);
}

/** §4.7.1: the key that a ticket stands for. */
export function ticketKey(resumption: Uint8Array, nonce: Uint8Array, hash: PeerHash = sha256): Uint8Array {
  return expandLabel(resumption, "resumption", nonce, hash.outputLen, hash);
}

/** §4.5.3. */
export function verifyData(baseKey: Uint8Array, transcriptHash: Uint8Array, hash: PeerHash = sha256): Uint8Array {
  return hmac(hash, expandLabel(baseKey, "finished", NOTHING, hash.outputLen, hash), transcriptHash);
}

/** §7.2: application_traffic_secret_N+1. */
export function nextTrafficSecret(secret: Uint8Array, hash: PeerHash = sha256): Uint8Array {
  return expandLabel(secret, "traffic upd", NOTHING, hash.outputLen, hash);
}

/** §7.3. */
export function trafficKey(suite: number, secret: Uint8Array): { key: Uint8Array; iv: Uint8Array } {
  const hash = suiteHash(suite);
  return { key: expandLabel(secret, "key", NOTHING, keyLength(suite), hash), iv: expandLabel(secret, "iv", NOTHING, 12, hash) };
}

/** The messages hashed so far (§4.1). */
export class Transcript {
  /** Known once a suite is chosen. */
  algorithm: PeerHash = sha256;
  private messages: Uint8Array = NOTHING;

  add(message: Uint8Array): void {
    this.messages = concat(this.messages, message);
  }

  hash(): Uint8Array {
    return this.algorithm(this.messages);
  }

  /** Without the last `count` bytes: those of the binders. */
  hashWithout(count: number): Uint8Array {
    return this.algorithm(this.messages.slice(0, this.messages.length - count));
  }

  /** The hash of these too, which do not stay. */
  hashWith(...more: readonly Uint8Array[]): Uint8Array {
    return this.algorithm(concat(this.messages, ...more));
  }

  /** §4.1: ClientHello1 is replaced by a message_hash message when a HelloRetryRequest answers it. */
  foldForRetry(): void {
    const hash = this.hash();
    this.messages = concat([254, 0, 0, hash.length], hash);
  }
}
