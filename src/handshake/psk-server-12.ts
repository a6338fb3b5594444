import { decode_error, illegal_parameter, internal_error, TLSAlert } from "../alert.js";
import { copyOf } from "../bytes/copy.js";
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { DONE, OUTSIDE, type Random } from "../crypto/provider.js";
import { MAX_PSK, MAX_PSK_IDENTITY, type ServerPsk12 } from "../psk-12.js";
import { KX_ECDHE_PSK, KX_PSK } from "../record/cipher-suite-12.js";
import { type EcdheServer12, ecdheServer12 } from "./ecdhe-server-12.js";
import type { ServerExchange12, ServerKind12 } from "./exchange-12.js";
import { pskSecret } from "./psk-secret-12.js";
import type { ServerHandshake12 } from "./server-12.js";

/** What takes the place of the key of an unknown identity. */
const UNKNOWN_LENGTH = 32;

/**
 * PSK (RFC 4279 §2) or, with `ecdhe`, ECDHE_PSK (RFC 5489 §2) of a server. No hint is given. An unknown identity is not told from a wrong key: a random
 * one takes its place, and the client's Finished cannot be read.
 */
class PskExchange implements ServerExchange12 {
  private readonly keys: ServerPsk12;
  private readonly ecdhe: EcdheServer12 | null;
  private readonly random: Random;
  /** The client's, until its key is found. */
  private identity: Uint8Array | null;
  private key: Uint8Array | null;

  constructor(keys: ServerPsk12, ecdhe: EcdheServer12 | null, random: Random) {
    this.keys = keys;
    this.ecdhe = ecdhe;
    this.random = random;
    this.identity = null;
    this.key = null;
  }

  prepare(budget: number): number {
    return this.ecdhe === null ? DONE : this.ecdhe.prepare(budget);
  }

  /** RFC 4279 §2: without a hint plain PSK has no ServerKeyExchange; ECDHE_PSK has an empty one before its parameters. */
  get paramsLength(): number {
    return this.ecdhe === null ? 0 : 2 + this.ecdhe.paramsLength;
  }

  writeParams(w: Writer): void {
    w.u16(0);
    this.ecdhe?.writeParams(w);
  }

  readMessage(r: Reader): void {
    const length = r.u16();
    if (length === 0) throw new TLSAlert(decode_error, "ClientKeyExchange: an empty psk_identity");
    if (length > MAX_PSK_IDENTITY)
      throw new TLSAlert(illegal_parameter, `ClientKeyExchange: a psk_identity of ${length} bytes; ${MAX_PSK_IDENTITY} are the most here`);
    const at = r.skip(length);
    this.identity = r.bytes.slice(at, at + length);
    this.ecdhe?.readMessage(r);
  }

  step(budget: number): number {
    const { identity } = this;
    if (identity !== null) {
      const key = this.keys.find(identity, 0, identity.length);
      if (key === OUTSIDE) return OUTSIDE;
      if (key !== null && (key.length === 0 || key.length > MAX_PSK))
        throw new TLSAlert(internal_error, `psk: a key of ${key.length} bytes; ${MAX_PSK} are the most`, "internal");
      this.key = key === null ? this.randomKey() : copyOf(key, 0, key.length);
      this.identity = null;
    }
    return this.ecdhe === null ? DONE : this.ecdhe.step(budget);
  }

  preMasterSecret(): Uint8Array {
    const key = this.key as Uint8Array;
    const other = this.ecdhe === null ? new Uint8Array(key.length) : this.ecdhe.preMasterSecret();
    const secret = pskSecret(other, key);
    other.fill(0);
    return secret;
  }

  wipe(): void {
    this.key?.fill(0);
    this.ecdhe?.wipe();
  }

  private randomKey(): Uint8Array {
    const key = new Uint8Array(UNKNOWN_LENGTH);
    this.random.fill(key, 0, UNKNOWN_LENGTH);
    return key;
  }
}

/** No forward secrecy: who learns a key later reads what was recorded. */
export class PskServer12 implements ServerKind12 {
  private readonly keys: ServerPsk12;

  constructor(keys: ServerPsk12) {
    this.keys = keys;
  }

  get kx(): number {
    return KX_PSK;
  }

  fits(): boolean {
    return true;
  }

  create(h: ServerHandshake12): PskExchange {
    return new PskExchange(this.keys, null, h.config.random);
  }
}

export class EcdhePskServer12 implements ServerKind12 {
  private readonly keys: ServerPsk12;

  constructor(keys: ServerPsk12) {
    this.keys = keys;
  }

  get kx(): number {
    return KX_ECDHE_PSK;
  }

  fits(): boolean {
    return true;
  }

  create(h: ServerHandshake12): PskExchange {
    return new PskExchange(this.keys, ecdheServer12.create(h) as EcdheServer12, h.config.random);
  }
}
