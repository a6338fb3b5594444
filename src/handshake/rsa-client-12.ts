import { TLSAlert, unsupported_certificate } from "../alert.js";
import type { Writer } from "../bytes/writer.js";
import { TLS_1_2 } from "../constants.js";
import { PRE_MASTER_LENGTH } from "../crypto/pre-master-secret.js";
import { KEY_RSA } from "../crypto/provider.js";
import { RsaEncryption } from "../crypto/xs/rsa-encrypt.js";
import { KX_RSA } from "../record/cipher-suite-12.js";
import type { ClientHandshake12 } from "./client-12.js";
import { type ClientExchange12, type ClientKind12, NEVER } from "./exchange-12.js";

/** RSA key exchange (RFC 5246 §7.4.7.1): the version that was offered and 46 random bytes, encrypted to the key of the server's certificate. */
class RsaClient12 implements ClientExchange12 {
  private readonly h: ClientHandshake12;
  private readonly secret: Uint8Array;
  private readonly encryption: RsaEncryption;
  private begun: boolean;

  constructor(h: ClientHandshake12) {
    this.h = h;
    this.secret = new Uint8Array(PRE_MASTER_LENGTH);
    this.encryption = new RsaEncryption();
    this.begun = false;
  }

  /** No ServerKeyExchange belongs to it. */
  readParams(): void {}

  step(budget: number): number {
    if (!this.begun) this.begin();
    return this.encryption.step(budget);
  }

  get messageLength(): number {
    return 2 + this.encryption.octets;
  }

  writeMessage(w: Writer): void {
    const { octets } = this.encryption;
    w.u16(octets);
    this.encryption.writeCiphertext(w.bytes, w.skip(octets));
  }

  preMasterSecret(): Uint8Array {
    return this.secret;
  }

  wipe(): void {
    this.secret.fill(0);
    this.encryption.wipe();
  }

  private begin(): void {
    const { h, secret } = this;
    const key = h.peerKey as Uint8Array;
    h.peerKey = null;
    h.config.random.fill(secret, 0, PRE_MASTER_LENGTH);
    secret[0] = TLS_1_2 >> 8;
    secret[1] = TLS_1_2 & 0xff;
    if (h.peerKeyType !== KEY_RSA || !this.encryption.begin(key, secret, 0, PRE_MASTER_LENGTH, h.config.random))
      throw new TLSAlert(unsupported_certificate, "Certificate: the leaf's key is none that a pre-master secret can be encrypted to");
    this.begun = true;
  }
}

/** No forward secrecy: who learns the server's key later reads what was recorded. For servers that have no ECDHE. */
export const insecureRsaClient12: ClientKind12 = {
  kx: KX_RSA,
  serverKeyExchange: NEVER,
  create(h: ClientHandshake12): RsaClient12 {
    return new RsaClient12(h);
  },
};
