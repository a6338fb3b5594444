/** Key exchange with @noble/curves. It runs to completion in its first step. */
import { x25519 } from "@noble/curves/ed25519.js";
import { p256, p384 } from "@noble/curves/nist.js";
import * as constants from "../../../src/constants.js";
import { DONE, type KeyExchange, type NamedGroup, type Random } from "../../../src/crypto/provider.js";

/** What one group computes with: null where the peer's key is refused. */
interface Agreement {
  secretKey(random: Random): Uint8Array;
  publicKey(secret: Uint8Array): Uint8Array;
  shared(secret: Uint8Array, peer: Uint8Array): Uint8Array | null;
}

class NobleKeyExchange implements KeyExchange {
  private readonly agreement: Agreement;
  private secret: Uint8Array | null = null;
  private publicKey: Uint8Array | null = null;
  private peer: Uint8Array | null = null;
  private random: Random | null = null;

  constructor(agreement: Agreement) {
    this.agreement = agreement;
  }

  beginGenerate(random: Random): void {
    this.random = random;
  }

  beginAgree(peer: Uint8Array, offset: number, length: number): void {
    this.peer = peer.slice(offset, offset + length);
  }

  step(_budget: number): number {
    if (this.random !== null) {
      this.secret = this.agreement.secretKey(this.random);
      this.publicKey = this.agreement.publicKey(this.secret);
      this.random = null;
    }
    return DONE;
  }

  writePublicKey(out: Uint8Array, offset: number): void {
    if (this.publicKey === null) throw new Error("writePublicKey() before beginGenerate() is done");
    out.set(this.publicKey, offset);
  }

  writeSecret(out: Uint8Array, offset: number): boolean {
    if (this.secret === null || this.peer === null) throw new Error("writeSecret() before beginAgree()");
    const shared = this.agreement.shared(this.secret, this.peer);
    if (shared === null) return false;
    out.set(shared, offset);
    shared.fill(0);
    return true;
  }

  wipe(): void {
    this.secret?.fill(0);
    this.secret = null;
    this.peer = null;
  }
}

function group(id: number, name: string, publicLength: number, secretLength: number, agreement: Agreement): NamedGroup {
  return { id, name, publicLength, secretLength, create: () => new NobleKeyExchange(agreement) };
}

function drawn(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  random.fill(bytes, 0, length);
  return bytes;
}

/** noble throws for what it refuses: a point that is not on the curve, an all-zero result. */
function refusing(compute: () => Uint8Array): Uint8Array | null {
  try {
    return compute();
  } catch {
    return null;
  }
}

function nist(id: number, name: string, curve: typeof p256): NamedGroup {
  const { publicKeyUncompressed = 0, secretKey = 0, seed = 0 } = curve.lengths;
  return group(id, name, publicKeyUncompressed, secretKey, {
    secretKey: (random) => curve.utils.randomSecretKey(drawn(random, seed)),
    publicKey: (secret) => curve.getPublicKey(secret, false),
    shared: (secret, peer) =>
      peer.length === publicKeyUncompressed && peer[0] === 4 ? refusing(() => curve.getSharedSecret(secret, peer, true).slice(1)) : null,
  });
}

export const groupX25519 = group(constants.x25519, "x25519", 32, 32, {
  secretKey: (random) => drawn(random, 32),
  publicKey: (secret) => x25519.getPublicKey(secret),
  shared: (secret, peer) => (peer.length === 32 ? refusing(() => x25519.getSharedSecret(secret, peer)) : null),
});
export const groupP256 = nist(constants.secp256r1, "secp256r1", p256);
export const groupP384 = nist(constants.secp384r1, "secp384r1", p384);
