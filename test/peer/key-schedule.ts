import { expand, extract } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ascii, concat, u16, vector8 } from "./bytes.js";
import { keyLength } from "./peer-crypto.js";

const NOTHING = new Uint8Array(0);

/** RFC 9846 §7.1. */
export function expandLabel(secret: Uint8Array, label: string, context: Uint8Array, length: number): Uint8Array {
  const info = concat(u16(length), vector8(concat(ascii("tls13 "), ascii(label))), vector8(context));
  return expand(sha256, secret, info, length);
}

function deriveSecret(secret: Uint8Array, label: string, transcriptHash: Uint8Array): Uint8Array {
  return expandLabel(secret, label, transcriptHash, 32);
}

/** The key schedule of a full handshake with SHA-256 (RFC 9846 §7.1), secret by secret. */
export class KeySchedule {
  readonly handshakeSecret: Uint8Array;
  readonly mainSecret: Uint8Array;

  constructor(shared: Uint8Array) {
    const zeros = new Uint8Array(32);
    const early = extract(sha256, zeros, zeros);
    this.handshakeSecret = extract(sha256, shared, deriveSecret(early, "derived", sha256(NOTHING)));
    this.mainSecret = extract(sha256, zeros, deriveSecret(this.handshakeSecret, "derived", sha256(NOTHING)));
  }

  clientHandshake(hash: Uint8Array): Uint8Array {
    return deriveSecret(this.handshakeSecret, "c hs traffic", hash);
  }

  serverHandshake(hash: Uint8Array): Uint8Array {
    return deriveSecret(this.handshakeSecret, "s hs traffic", hash);
  }

  clientApplication(hash: Uint8Array): Uint8Array {
    return deriveSecret(this.mainSecret, "c ap traffic", hash);
  }

  serverApplication(hash: Uint8Array): Uint8Array {
    return deriveSecret(this.mainSecret, "s ap traffic", hash);
  }

  exporter(hash: Uint8Array): Uint8Array {
    return deriveSecret(this.mainSecret, "exp master", hash);
  }

  resumption(hash: Uint8Array): Uint8Array {
    return deriveSecret(this.mainSecret, "res master", hash);
  }
}

/** §4.5.3. */
export function verifyData(baseKey: Uint8Array, transcriptHash: Uint8Array): Uint8Array {
  return hmac(sha256, expandLabel(baseKey, "finished", NOTHING, 32), transcriptHash);
}

/** §7.2: application_traffic_secret_N+1. */
export function nextTrafficSecret(secret: Uint8Array): Uint8Array {
  return expandLabel(secret, "traffic upd", NOTHING, 32);
}

/** §7.3. */
export function trafficKey(suite: number, secret: Uint8Array): { key: Uint8Array; iv: Uint8Array } {
  return { key: expandLabel(secret, "key", NOTHING, keyLength(suite)), iv: expandLabel(secret, "iv", NOTHING, 12) };
}

/** The messages hashed so far (§4.1). */
export class Transcript {
  private messages: Uint8Array = NOTHING;

  add(message: Uint8Array): void {
    this.messages = concat(this.messages, message);
  }

  hash(): Uint8Array {
    return sha256(this.messages);
  }

  /** §4.1: ClientHello1 is replaced by a message_hash message when a HelloRetryRequest answers it. */
  foldForRetry(): void {
    this.messages = concat([254, 0, 0, 32], this.hash());
  }
}
