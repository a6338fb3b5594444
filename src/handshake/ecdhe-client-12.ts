import { illegal_parameter, TLSAlert } from "../alert.js";
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { DONE, type KeyExchange, type NamedGroup, type Random } from "../crypto/provider.js";
import { KX_ECDHE } from "../record/cipher-suite-12.js";
import type { ClientHandshake12 } from "./client-12.js";
import type { ClientOffer } from "./client-13.js";
import { type ClientExchange12, type ClientKind12, MUST } from "./exchange-12.js";
import type { Negotiated } from "./handshake-13.js";

export const NAMED_CURVE = 3;

/** ECDHE (RFC 8422 §5.4, §5.7). Where the server takes the group that the ClientHello had a share of, that key is used: for the first and last time. */
export class EcdheClient12 implements ClientExchange12 {
  private readonly groups: readonly NamedGroup[];
  private readonly random: Random;
  private readonly negotiated: Negotiated;
  private group: NamedGroup;
  private exchange: KeyExchange;
  /** The server's public key, until the shared secret is begun. */
  private peer: Uint8Array | null;

  constructor(offer: ClientOffer, groups: readonly NamedGroup[], random: Random, negotiated: Negotiated) {
    this.groups = groups;
    this.random = random;
    this.negotiated = negotiated;
    this.group = offer.group;
    this.exchange = offer.keyExchange as KeyExchange;
    this.peer = null;
    offer.keyExchange = null;
  }

  /** ServerECDHParams: a named curve that was offered, and a point of its length. Whether it lies on the curve is seen when it is used. */
  readParams(r: Reader): void {
    const type = r.u8();
    if (type !== NAMED_CURVE)
      throw new TLSAlert(illegal_parameter, `ServerKeyExchange: curve type ${type}; named_curve (3) is the only one`);
    const id = r.u16();
    const { groups } = this;
    let i = 0;
    while (i < groups.length && groups[i].id !== id) i++;
    if (i === groups.length) throw new TLSAlert(illegal_parameter, `ServerKeyExchange: group 0x${id.toString(16)} was not offered`);
    const group = groups[i];
    const length = r.u8();
    const at = r.skip(length);
    if (length !== group.publicLength)
      throw new TLSAlert(
        illegal_parameter,
        `ServerKeyExchange: a public key of ${length} bytes; one of ${group.name} has ${group.publicLength}`,
      );
    this.peer = r.bytes.slice(at, at + length);
    if (group === this.group) return;
    this.exchange.wipe();
    this.group = group;
    this.exchange = group.create();
    this.exchange.beginGenerate(this.random);
  }

  step(budget: number): number {
    const { exchange, peer } = this;
    if (exchange.step(budget) !== DONE) return 0;
    if (peer === null) return DONE;
    exchange.beginAgree(peer, 0, peer.length);
    this.peer = null;
    return exchange.step(budget);
  }

  get messageLength(): number {
    return 1 + this.group.publicLength;
  }

  writeMessage(w: Writer): void {
    const length = this.group.publicLength;
    w.u8(length);
    this.exchange.writePublicKey(w.bytes, w.skip(length));
  }

  preMasterSecret(): Uint8Array {
    const { group } = this;
    const secret = new Uint8Array(group.secretLength);
    if (!this.exchange.writeSecret(secret, 0))
      throw new TLSAlert(illegal_parameter, `ServerKeyExchange: the server's ${group.name} key is not a valid public key`);
    this.negotiated.group = group;
    return secret;
  }

  wipe(): void {
    this.exchange.wipe();
  }
}

export const ecdheClient12: ClientKind12 = {
  kx: KX_ECDHE,
  serverKeyExchange: MUST,
  create(h: ClientHandshake12): EcdheClient12 {
    return new EcdheClient12(h.offer as ClientOffer, h.config.provider.groups, h.config.random, h.negotiated);
  },
};
