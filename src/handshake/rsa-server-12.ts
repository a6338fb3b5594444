import { decode_error, internal_error, TLSAlert } from "../alert.js";
import type { Reader } from "../bytes/reader.js";
import type { DecryptingIdentity, VirtualHost } from "../config.js";
import type { Decrypter, DecryptionKey } from "../crypto/decryption-key.js";
import { PRE_MASTER_LENGTH, takePreMasterSecret } from "../crypto/pre-master-secret.js";
import { DONE, type Random } from "../crypto/provider.js";
import type { SigningKey } from "../identity.js";
import { checkDecryptionCertificate, type DecryptionIdentity, haveOneKey } from "../keys/decryption-identity.js";
import { KX_RSA } from "../record/cipher-suite-12.js";
import type { ServerExchange12, ServerKind12 } from "./exchange-12.js";
import { Proof12 } from "./proof-12.js";
import type { ServerHandshake12 } from "./server-12.js";

/**
 * RSA key exchange (RFC 5246 §7.4.7.1). Whatever comes in EncryptedPreMasterSecret, the handshake goes on as if it were right, with a random secret in
 * place of a wrong one: what was wrong, or that anything was, shows only where the client's Finished cannot be read.
 */
class RsaServer12Exchange implements ServerExchange12 {
  private readonly random: Random;
  private readonly clientVersion: number;
  private readonly modulusLength: number;
  private readonly decrypter: Decrypter;
  private readonly secret: Uint8Array;

  constructor(key: DecryptionKey, random: Random, clientVersion: number) {
    this.random = random;
    this.clientVersion = clientVersion;
    this.modulusLength = key.modulusLength;
    this.decrypter = key.createDecrypter();
    this.secret = new Uint8Array(PRE_MASTER_LENGTH);
    random.fill(this.secret, 0, PRE_MASTER_LENGTH);
  }

  prepare(): number {
    return DONE;
  }

  get paramsLength(): number {
    return 0;
  }

  writeParams(): void {}

  readMessage(r: Reader): void {
    const length = r.u16();
    if (length === 0) throw new TLSAlert(decode_error, "ClientKeyExchange: an empty EncryptedPreMasterSecret");
    this.decrypter.begin(r.bytes, r.skip(length), length, this.random);
  }

  step(budget: number): number {
    return this.decrypter.step(budget);
  }

  preMasterSecret(): Uint8Array {
    const block = new Uint8Array(this.modulusLength);
    this.decrypter.writeBlock(block, 0);
    takePreMasterSecret(block, 0, block.length, this.clientVersion, this.secret, 0);
    block.fill(0);
    return this.secret;
  }

  wipe(): void {
    this.secret.fill(0);
    this.decrypter.wipe?.();
  }
}

/** What has a certificate that decrypts and does not sign is shown with. */
const SIGNS_NOTHING: SigningKey = {
  schemes: [],
  maxSignature: 0,
  createSigner() {
    throw new RangeError("a key that decrypts never signs");
  },
};

/** A certificate that decrypts and its key, for a virtual server (`insecureRsa`) or for all that have none of their own. It never signs. */
export class InsecureRsaIdentity12 implements DecryptingIdentity {
  readonly certificates: readonly Uint8Array[];
  readonly decrypts: DecryptionKey;
  private readonly identity: DecryptionIdentity;

  /**
   * Throws a RangeError for a certificate that may sign, and for a key that does not call itself constant-time, unless insecureVariableTimeDecryption:
   * then who can time this server well may come to decrypt what was recorded (Brumley and Boneh 2003; Marvin, 2023).
   */
  constructor(identity: DecryptionIdentity, insecureVariableTimeDecryption = false) {
    const { certificates, key } = identity;
    checkDecryptionCertificate(certificates[0]);
    if (!key.constantTime && !insecureVariableTimeDecryption)
      throw new RangeError("RSA key exchange: this key's time depends on its numbers; only insecureVariableTimeDecryption allows it");
    this.certificates = certificates;
    this.decrypts = key;
    this.identity = identity;
  }

  get key(): SigningKey {
    return SIGNS_NOTHING;
  }

  get ocspResponse(): Uint8Array | null {
    return this.identity.ocspResponse ?? null;
  }
}

/** RSA key exchange of a server. No forward secrecy. */
export class InsecureRsaServer12 implements ServerKind12 {
  private readonly shared: InsecureRsaIdentity12 | null;

  /** shared: for virtual servers without an identity of their own for this. null: there is none, and they have no RSA key exchange. */
  constructor(shared: InsecureRsaIdentity12 | null = null) {
    this.shared = shared;
  }

  get kx(): number {
    return KX_RSA;
  }

  fits(h: ServerHandshake12): boolean {
    const { identities, insecureRsa = this.shared } = h.host as VirtualHost;
    if (insecureRsa === null) return false;
    for (let i = 0; i < identities.length; i++)
      if (haveOneKey(identities[i].certificates[0], insecureRsa.certificates[0]))
        throw new TLSAlert(internal_error, "RSA key exchange: its key is also that of a certificate that signs", "internal");
    h.proof = new Proof12(insecureRsa, 0, null);
    return true;
  }

  create(h: ServerHandshake12): RsaServer12Exchange {
    const { decrypts } = (h.proof as Proof12).identity as DecryptingIdentity;
    return new RsaServer12Exchange(decrypts, h.config.random, h.clientVersion);
  }
}
