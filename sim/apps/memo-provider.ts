// The provider with results of public-key operations remembered from the first connection on: with fixed random bytes and a replayed flight they
// are the same each time. All else runs each time. It makes thousands of handshakes bearable.
import { type CryptoProvider, DONE, type KeyExchange, type NamedGroup, type Random, type Verifier } from "../../src/crypto/provider.js";
import { iotClient } from "../../src/profiles/iot-client.js";

const REAL = iotClient.groups[0] as NamedGroup;
const SIGNATURE = iotClient.signatures[0] as (typeof iotClient.signatures)[number];

/** Made on the device, before anything is measured. `known` is set by the app once one connection has been opened with it. */
export class Memo {
  readonly publicKey: Uint8Array;
  readonly secret: Uint8Array;
  known: boolean;

  constructor() {
    this.publicKey = new Uint8Array(REAL.publicLength);
    this.secret = new Uint8Array(REAL.secretLength);
    this.known = false;
  }
}

class MemoExchange implements KeyExchange {
  private readonly memo: Memo;
  private readonly real: KeyExchange | null;

  constructor(memo: Memo) {
    this.memo = memo;
    this.real = memo.known ? null : REAL.create();
  }

  beginGenerate(random: Random): void {
    this.real?.beginGenerate(random);
  }

  beginAgree(peer: Uint8Array, offset: number, length: number): void {
    this.real?.beginAgree(peer, offset, length);
  }

  step(budget: number): number {
    return this.real === null ? DONE : this.real.step(budget);
  }

  writePublicKey(out: Uint8Array, offset: number): void {
    this.real?.writePublicKey(this.memo.publicKey, 0);
    out.set(this.memo.publicKey, offset);
  }

  writeSecret(out: Uint8Array, offset: number): boolean {
    if (this.real !== null && !this.real.writeSecret(this.memo.secret, 0)) return false;
    out.set(this.memo.secret, offset);
    return true;
  }

  wipe(): void {
    this.real?.wipe();
  }
}

class MemoVerifier implements Verifier {
  private readonly real: Verifier | null;

  constructor(memo: Memo) {
    this.real = memo.known ? null : SIGNATURE.createVerifier();
  }

  begin(
    key: Uint8Array,
    keyOffset: number,
    keyLength: number,
    digest: Uint8Array,
    digestOffset: number,
    digestLength: number,
    signature: Uint8Array,
    signatureOffset: number,
    signatureLength: number,
  ): void {
    this.real?.begin(key, keyOffset, keyLength, digest, digestOffset, digestLength, signature, signatureOffset, signatureLength);
  }

  step(budget: number): number {
    return this.real === null ? DONE : this.real.step(budget);
  }

  valid(): boolean {
    return this.real === null || this.real.valid();
  }
}

export function memoProvider(memo: Memo): CryptoProvider {
  return {
    ...iotClient,
    groups: [{ ...REAL, create: () => new MemoExchange(memo) }, ...iotClient.groups.slice(1)],
    signatures: [{ ...SIGNATURE, createVerifier: () => new MemoVerifier(memo) }],
  };
}
