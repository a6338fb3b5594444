import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { type ClientPsk12, checkPsk12 } from "../psk-12.js";
import { KX_ECDHE_PSK } from "../record/cipher-suite-12.js";
import type { ClientHandshake12 } from "./client-12.js";
import { type EcdheClient12, ecdheClient12 } from "./ecdhe-client-12.js";
import { type ClientExchange12, type ClientKind12, MUST } from "./exchange-12.js";
import { pskSecret } from "./psk-secret-12.js";

/** ECDHE_PSK (RFC 5489 §2) of a client: the parameters are not signed, the key vouches for them. */
class EcdhePskExchange implements ClientExchange12 {
  private readonly psk: ClientPsk12;
  private readonly ecdhe: EcdheClient12;

  constructor(psk: ClientPsk12, ecdhe: EcdheClient12) {
    this.psk = psk;
    this.ecdhe = ecdhe;
  }

  readParams(r: Reader): void {
    r.skip(r.u16());
    this.ecdhe.readParams(r);
  }

  step(budget: number): number {
    return this.ecdhe.step(budget);
  }

  get messageLength(): number {
    return 2 + this.psk.identity.length + this.ecdhe.messageLength;
  }

  writeMessage(w: Writer): void {
    const { identity } = this.psk;
    w.u16(identity.length);
    w.copy(identity, 0, identity.length);
    this.ecdhe.writeMessage(w);
  }

  preMasterSecret(): Uint8Array {
    const shared = this.ecdhe.preMasterSecret();
    const secret = pskSecret(shared, this.psk.key);
    shared.fill(0);
    return secret;
  }

  wipe(): void {
    this.ecdhe.wipe();
  }
}

export class EcdhePskClient12 implements ClientKind12 {
  private readonly psk: ClientPsk12;

  /** Throws a RangeError for an identity or a key that is too short or too long. */
  constructor(psk: ClientPsk12) {
    checkPsk12(psk);
    this.psk = psk;
  }

  get kx(): number {
    return KX_ECDHE_PSK;
  }

  get identity(): Uint8Array {
    return this.psk.identity;
  }

  get serverKeyExchange(): number {
    return MUST;
  }

  create(h: ClientHandshake12): EcdhePskExchange {
    return new EcdhePskExchange(this.psk, ecdheClient12.create(h) as EcdheClient12);
  }
}
