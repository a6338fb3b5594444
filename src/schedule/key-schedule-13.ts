import type { Hash, HashAlgorithm, KeyedHash } from "../crypto/provider.js";
import {
  expandLabel,
  extractKeyed,
  LABEL_CLIENT_APPLICATION_TRAFFIC,
  LABEL_CLIENT_HANDSHAKE_TRAFFIC,
  LABEL_DERIVED,
  LABEL_FINISHED,
  LABEL_RESUMPTION,
  LABEL_RESUMPTION_SECRET,
  LABEL_SERVER_APPLICATION_TRAFFIC,
  LABEL_SERVER_HANDSHAKE_TRAFFIC,
  LABEL_TRAFFIC_UPDATE,
} from "../crypto/xs/hkdf.js";
import { Hmac } from "../crypto/xs/hmac.js";
import { ZERO_SALT_SHA256, ZERO_SALT_SHA384 } from "./zero-salt.js";

/** Bytes of the longest shared secret: P-384's. */
const LONGEST_SHARED = 48;

/**
 * The key schedule (RFC 9846 §7.1) as far as a handshake goes: Handshake Secret, then Main Secret, each held in `secrets` only until the next one
 * is made from it. Traffic secrets are written where the caller says. `secrets` is cut into four parts of one hash length, the last long enough for any
 * shared secret:
 *
 *     [ current secret | spare: an application traffic secret until it is due | digest: transcript hashes | temp: keys in passing ]
 */
export class KeySchedule13 {
  readonly length: number;
  readonly hmac: KeyedHash;
  /** The hash inside hmac; free between two calls. */
  readonly hash: Hash;
  readonly secrets: Uint8Array;
  readonly spare: number;
  readonly digest: number;
  readonly temp: number;
  private readonly algorithm: HashAlgorithm;

  constructor(algorithm: HashAlgorithm) {
    const length = algorithm.outputLength;
    this.length = length;
    this.algorithm = algorithm;
    this.hmac = algorithm.createKeyed?.() ?? new Hmac(algorithm.create());
    this.hash = this.hmac.hash;
    this.secrets = new Uint8Array(3 * length + Math.max(length, LONGEST_SHARED));
    this.spare = length;
    this.digest = 2 * length;
    this.temp = 3 * length;
  }

  /**
   * Early Secret = HKDF-Extract(0, PSK). From it the binder's key goes to temp, and Derive-Secret(., "derived", "") becomes the current secret: the salt
   * of a Handshake Secret with this PSK. `binder`: "ext binder" or "res binder".
   */
  setEarlySecret(psk: Uint8Array, binder: Uint8Array): void {
    const { hmac, secrets, length, temp } = this;
    const { emptyDigest } = this.algorithm;
    hmac.setMidstates(length === 48 ? ZERO_SALT_SHA384 : ZERO_SALT_SHA256, 0);
    extractKeyed(hmac, psk, 0, psk.length, secrets, 0);
    hmac.setKey(secrets, 0, length);
    expandLabel(hmac, binder, emptyDigest, 0, length, secrets, temp, length);
    expandLabel(hmac, LABEL_DERIVED, emptyDigest, 0, length, secrets, 0, length);
  }

  /**
   * Handshake Secret = HKDF-Extract(Derive-Secret(Early Secret, "derived", ""), shared). Without a PSK the salt is a constant; with one setEarlySecret
   * has left it.
   */
  setHandshakeSecret(shared: Uint8Array, offset: number, length: number, withPsk: boolean): void {
    const { hmac, secrets } = this;
    if (withPsk) hmac.setKey(secrets, 0, this.length);
    else hmac.setMidstates(this.algorithm.fullHandshakeMidstates, 0);
    extractKeyed(hmac, shared, offset, length, secrets, 0);
  }

  /** client_ and server_handshake_traffic_secret of the transcript hash, written to out; the current secret is now the salt of the next. */
  deriveHandshakeSecrets(transcript: Uint8Array, o: number, out: Uint8Array, client: number, server: number): void {
    const { hmac, secrets, length } = this;
    hmac.setKey(secrets, 0, length);
    expandLabel(hmac, LABEL_CLIENT_HANDSHAKE_TRAFFIC, transcript, o, length, out, client, length);
    expandLabel(hmac, LABEL_SERVER_HANDSHAKE_TRAFFIC, transcript, o, length, out, server, length);
    expandLabel(hmac, LABEL_DERIVED, this.algorithm.emptyDigest, 0, length, secrets, 0, length);
  }

  /** Main Secret = HKDF-Extract(salt, 0). */
  setMainSecret(): void {
    const { hmac, secrets, length, temp } = this;
    hmac.setKey(secrets, 0, length);
    secrets.fill(0, temp, temp + length);
    extractKeyed(hmac, secrets, temp, length, secrets, 0);
  }

  /** client_ and server_application_traffic_secret_0: the client's to `spare`, the server's to out. */
  deriveApplicationSecrets(transcript: Uint8Array, o: number, out: Uint8Array, server: number): void {
    const { hmac, secrets, length } = this;
    hmac.setKey(secrets, 0, length);
    expandLabel(hmac, LABEL_CLIENT_APPLICATION_TRAFFIC, transcript, o, length, secrets, this.spare, length);
    expandLabel(hmac, LABEL_SERVER_APPLICATION_TRAFFIC, transcript, o, length, out, server, length);
  }

  /** resumption_secret of the transcript hash up to the client's Finished, written to out. The current secret is still Main Secret. */
  deriveResumptionSecret(transcript: Uint8Array, o: number, out: Uint8Array): void {
    const { hmac, secrets, length } = this;
    hmac.setKey(secrets, 0, length);
    expandLabel(hmac, LABEL_RESUMPTION_SECRET, transcript, o, length, out, 0, length);
  }

  /** The key that a ticket stands for (§4.7.1), written to out. */
  deriveTicketKey(secret: Uint8Array, nonce: Uint8Array, nonceLength: number, out: Uint8Array): void {
    const { hmac, length } = this;
    hmac.setKey(secret, 0, length);
    expandLabel(hmac, LABEL_RESUMPTION, nonce, 0, nonceLength, out, 0, length);
  }

  /** In place of a handshake traffic secret, once its keys are made, its finished_key (§4.5.3). hmac is keyed with the secret. */
  replaceByFinishedKey(secret: Uint8Array, offset: number): void {
    expandLabel(this.hmac, LABEL_FINISHED, secret, 0, 0, secret, offset, this.length);
  }

  /** verify_data (§4.5.3) with a finished_key key[k] over the transcript hash in `digest`, written to out[o]. */
  verifyData(key: Uint8Array, k: number, out: Uint8Array, o: number): void {
    const { hmac, secrets, length } = this;
    hmac.setKey(key, k, length);
    hmac.begin();
    hmac.update(secrets, this.digest, length);
    hmac.finish(out, o, length);
  }

  /** verify_data (§4.5.3) of the base key base[b] over the transcript hash in `digest`, written to out[o]. */
  finished(base: Uint8Array, b: number, out: Uint8Array, o: number): void {
    const { hmac, secrets, length, temp } = this;
    hmac.setKey(base, b, length);
    expandLabel(hmac, LABEL_FINISHED, base, 0, 0, secrets, temp, length);
    this.verifyData(secrets, temp, out, o);
    secrets.fill(0, temp, temp + length);
  }

  /** application_traffic_secret_N+1 (§7.2) in place of N at secret[offset]; hmac is then keyed with it. */
  updateTrafficSecret(secret: Uint8Array, offset: number): void {
    const { hmac, length } = this;
    hmac.setKey(secret, offset, length);
    expandLabel(hmac, LABEL_TRAFFIC_UPDATE, secret, 0, 0, secret, offset, length);
    hmac.setKey(secret, offset, length);
  }

  wipe(): void {
    this.hmac.wipe();
    this.hash.wipe();
    this.secrets.fill(0);
  }
}
