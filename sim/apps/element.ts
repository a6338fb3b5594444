// Stands for a secure element on a bus: it has the key, answers after a while, and gives nothing but signatures.

import { ecdsa_secp256r1_sha256 } from "../../src/constants.js";
import { DONE, type Random } from "../../src/crypto/provider.js";
import { P256Signer } from "../../src/crypto/xs/p256-sign.js";

/** Milliseconds of a signature in a usual element. */
const TIME = 100;

export class Element {
  private readonly signer: P256Signer;
  private readonly random: Random;

  /** key: 32 bytes of a P-256 private key. */
  constructor(key: Uint8Array, random: Random) {
    this.signer = new P256Signer(key, 0);
    this.random = random;
  }

  sign(content: Uint8Array, done: (signature: Uint8Array) => void): void {
    setTimeout(() => {
      const { signer, random } = this;
      signer.begin(ecdsa_secp256r1_sha256, content, 0, content.length, random);
      while (signer.step(Infinity) !== DONE);
      const out = new Uint8Array(signer.maxSignature);
      done(out.slice(0, signer.writeSignature(out, 0)));
    }, TIME);
  }
}
