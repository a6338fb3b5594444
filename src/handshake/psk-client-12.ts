import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { DONE } from "../crypto/provider.js";
import { type ClientPsk12, checkPsk12 } from "../psk-12.js";
import { KX_PSK } from "../record/cipher-suite-12.js";
import { type ClientExchange12, type ClientKind12, MAY } from "./exchange-12.js";
import { pskSecret } from "./psk-secret-12.js";

/** PSK (RFC 4279 §2) of a client. */
class PskExchange implements ClientExchange12 {
  private readonly psk: ClientPsk12;

  constructor(psk: ClientPsk12) {
    this.psk = psk;
  }

  /** A hint is nothing to a client with one identity (RFC 4279 §5.2). */
  readParams(r: Reader): void {
    r.skip(r.u16());
  }

  step(): number {
    return DONE;
  }

  get messageLength(): number {
    return 2 + this.psk.identity.length;
  }

  writeMessage(w: Writer): void {
    const { identity } = this.psk;
    w.u16(identity.length);
    w.copy(identity, 0, identity.length);
  }

  preMasterSecret(): Uint8Array {
    const { key } = this.psk;
    return pskSecret(new Uint8Array(key.length), key);
  }

  wipe(): void {}
}

/** No forward secrecy: who learns the key later reads what was recorded. */
export class PskClient12 implements ClientKind12 {
  private readonly psk: ClientPsk12;

  /** Throws a RangeError for an identity or a key that is too short or too long. */
  constructor(psk: ClientPsk12) {
    checkPsk12(psk);
    this.psk = psk;
  }

  get kx(): number {
    return KX_PSK;
  }

  get identity(): Uint8Array {
    return this.psk.identity;
  }

  get serverKeyExchange(): number {
    return MAY;
  }

  create(): PskExchange {
    return new PskExchange(this.psk);
  }
}
