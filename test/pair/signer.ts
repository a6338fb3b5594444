import { DONE, OUTSIDE, PENDING, type SignedContent } from "../../src/crypto/provider.js";
import type { Identity, Signer, SigningKey } from "../../src/identity.js";
import { concat } from "../peer/bytes.js";
import type { PeerCrypto } from "../peer/peer-crypto.js";
import type { PeerIdentity } from "../peer/scripted-server.js";

export interface SignerParts {
  /** Steps that a signature takes. Default 1. */
  readonly steps?: number;
  /** Answers OUTSIDE that many times first, as a secure element does. */
  readonly outside?: number;
  /** Code points that it names. Default: ecdsa_secp256r1_sha256. */
  readonly schemes?: readonly number[];
  /** Turns a bit of the signature over. */
  readonly broken?: boolean;
}

/** Signs with ECDSA on P-256, by the scripted peer's own means: the same content gives the same signature. */
export class TestSigner implements Signer, SigningKey {
  readonly schemes: readonly number[];
  readonly maxSignature = 72;
  /** Signatures begun, and answers to step(). */
  begun = 0;
  stepped = 0;
  /** Of the last begin(). */
  scheme = 0;
  content: Uint8Array = new Uint8Array(0);
  private readonly crypto: PeerCrypto;
  private readonly privateKey: Uint8Array;
  private readonly parts: SignerParts;
  private left = 0;
  private outside = 0;

  constructor(crypto: PeerCrypto, privateKey: Uint8Array, parts: SignerParts = {}) {
    this.crypto = crypto;
    this.privateKey = privateKey;
    this.parts = parts;
    this.schemes = parts.schemes ?? [0x0403];
  }

  /** One signature at a time is made here: what it counts is seen by the test. */
  createSigner(): Signer {
    return this;
  }

  /** What TLS 1.2 signs, in pieces. */
  createContent(): SignedContent & { bytes: Uint8Array } {
    return {
      bytes: new Uint8Array(0),
      update(bytes: Uint8Array, offset: number, length: number): void {
        this.bytes = concat(this.bytes, bytes.slice(offset, offset + length));
      },
    };
  }

  beginContent(scheme: number, content: SignedContent): void {
    const { bytes } = content as ReturnType<TestSigner["createContent"]>;
    this.begin(scheme, bytes, 0, bytes.length);
  }

  begin(scheme: number, content: Uint8Array, offset: number, length: number): void {
    this.begun++;
    this.scheme = scheme;
    this.content = content.slice(offset, offset + length);
    this.left = this.parts.steps ?? 1;
    this.outside = this.parts.outside ?? 0;
  }

  step(budget: number): number {
    this.stepped++;
    if (this.outside > 0) {
      this.outside--;
      return OUTSIDE;
    }
    this.left -= Math.min(budget, this.left);
    return this.left === 0 ? DONE : PENDING;
  }

  writeSignature(out: Uint8Array, offset: number): number {
    const signature = this.crypto.sign(this.privateKey, this.content);
    if (this.parts.broken === true) signature[signature.length - 1] = signature[signature.length - 1]! ^ 1;
    out.set(signature, offset);
    return signature.length;
  }
}

/** A scripted peer's identity, for a connection under test. */
export function identityOf(crypto: PeerCrypto, peer: PeerIdentity, parts: SignerParts = {}): Identity {
  return { certificates: peer.chain, key: new TestSigner(crypto, peer.privateKey, parts) };
}
