import { decode_error, illegal_parameter, TLSAlert } from "../alert.js";
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import type { KeyExchange, NamedGroup, Random } from "../crypto/provider.js";
import { KX_ECDHE } from "../record/cipher-suite-12.js";
import type { ServerExchange12, ServerKind12 } from "./exchange-12.js";
import type { ServerHandshake12 } from "./server-12.js";

const NAMED_CURVE = 3;

/** ECDHE (RFC 8422 §5.4, §5.7): a fresh key of the group that this server prefers among the client's. */
export class EcdheServer12 implements ServerExchange12 {
  private readonly group: NamedGroup;
  private readonly exchange: KeyExchange;

  constructor(group: NamedGroup, random: Random) {
    this.group = group;
    this.exchange = group.create();
    this.exchange.beginGenerate(random);
  }

  prepare(budget: number): number {
    return this.exchange.step(budget);
  }

  get paramsLength(): number {
    return 4 + this.group.publicLength;
  }

  writeParams(w: Writer): void {
    const { id, publicLength } = this.group;
    w.u8(NAMED_CURVE);
    w.u16(id);
    w.u8(publicLength);
    this.exchange.writePublicKey(w.bytes, w.skip(publicLength));
  }

  readMessage(r: Reader): void {
    const { name, publicLength } = this.group;
    const length = r.u8();
    if (length === 0) throw new TLSAlert(decode_error, "ClientKeyExchange: no public key");
    const at = r.skip(length);
    if (length !== publicLength)
      throw new TLSAlert(illegal_parameter, `ClientKeyExchange: a public key of ${length} bytes; one of ${name} has ${publicLength}`);
    this.exchange.beginAgree(r.bytes, at, length);
  }

  step(budget: number): number {
    return this.exchange.step(budget);
  }

  preMasterSecret(): Uint8Array {
    const { name, secretLength } = this.group;
    const secret = new Uint8Array(secretLength);
    if (!this.exchange.writeSecret(secret, 0))
      throw new TLSAlert(illegal_parameter, `ClientKeyExchange: the client's ${name} key is not a valid public key`);
    return secret;
  }

  wipe(): void {
    this.exchange.wipe();
  }
}

export const ecdheServer12: ServerKind12 = {
  kx: KX_ECDHE,
  create(h: ServerHandshake12): EcdheServer12 {
    return new EcdheServer12(h.negotiated.group as NamedGroup, h.config.random);
  },
};
