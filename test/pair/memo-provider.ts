import type { CryptoProvider, KeyExchange, NamedGroup, SignatureAlgorithm, Verifier } from "../../src/crypto/provider.js";
import { hex } from "../peer/bytes.js";

/** Results of public-key operations by their inputs. One instance serves many runs with the same fixed random. */
export class Memo {
  readonly publicKeys = new Map<string, Uint8Array>();
  readonly secrets = new Map<string, Uint8Array | null>();
  readonly verified = new Map<string, boolean>();
}

const DONE = 1;

class MemoKeyExchange implements KeyExchange {
  private readonly inner: KeyExchange;
  private readonly group: NamedGroup;
  private readonly memo: Memo;
  private drawn = "";
  private generated = false;
  private peer = "";
  private work: "generate" | "agree" | "none" = "none";

  constructor(group: NamedGroup, memo: Memo) {
    this.inner = group.create();
    this.group = group;
    this.memo = memo;
  }

  beginGenerate(random: { fill(bytes: Uint8Array, offset: number, length: number): void }): void {
    this.drawn = `${this.group.id}`;
    this.inner.beginGenerate({
      fill: (bytes, offset, length) => {
        random.fill(bytes, offset, length);
        this.drawn += ` ${hex(bytes.slice(offset, offset + length))}`;
      },
    });
    this.work = "generate";
  }

  beginAgree(peer: Uint8Array, offset: number, length: number): void {
    this.peer = `${this.drawn} ${hex(peer.slice(offset, offset + length))}`;
    this.work = "agree";
    if (this.memo.secrets.has(this.peer)) return;
    this.generate();
    this.inner.beginAgree(peer, offset, length);
  }

  step(budget: number): number {
    const { work } = this;
    if (work === "none") return DONE;
    const known = work === "generate" ? this.memo.publicKeys.has(this.drawn) : this.memo.secrets.has(this.peer);
    if (!known && this.inner.step(budget) !== DONE) return 0;
    if (!known && work === "generate") this.generated = true;
    this.work = "none";
    return DONE;
  }

  writePublicKey(out: Uint8Array, offset: number): void {
    let key = this.memo.publicKeys.get(this.drawn);
    if (key === undefined) {
      key = new Uint8Array(this.group.publicLength);
      this.inner.writePublicKey(key, 0);
      this.memo.publicKeys.set(this.drawn, key);
    }
    out.set(key, offset);
  }

  writeSecret(out: Uint8Array, offset: number): boolean {
    let secret = this.memo.secrets.get(this.peer);
    if (secret === undefined) {
      const fresh = new Uint8Array(this.group.secretLength);
      secret = this.inner.writeSecret(fresh, 0) ? fresh : null;
      this.memo.secrets.set(this.peer, secret);
    }
    if (secret === null) return false;
    out.set(secret, offset);
    return true;
  }

  wipe(): void {
    this.inner.wipe();
  }

  private generate(): void {
    if (this.generated) return;
    while (this.inner.step(Number.POSITIVE_INFINITY) !== DONE);
    this.generated = true;
  }
}

class MemoVerifier implements Verifier {
  private readonly inner: Verifier;
  private readonly name: string;
  private readonly memo: Memo;
  private key = "";

  constructor(algorithm: SignatureAlgorithm, memo: Memo) {
    this.inner = algorithm.createVerifier();
    this.name = algorithm.name;
    this.memo = memo;
  }

  begin(
    key: Uint8Array,
    ko: number,
    kl: number,
    digest: Uint8Array,
    dO: number,
    dl: number,
    signature: Uint8Array,
    so: number,
    sl: number,
  ): void {
    const part = (bytes: Uint8Array, offset: number, length: number) => hex(bytes.slice(offset, offset + length));
    this.key = `${this.name} ${part(key, ko, kl)} ${part(digest, dO, dl)} ${part(signature, so, sl)}`;
    if (!this.memo.verified.has(this.key)) this.inner.begin(key, ko, kl, digest, dO, dl, signature, so, sl);
  }

  step(budget: number): number {
    return this.memo.verified.has(this.key) ? DONE : this.inner.step(budget);
  }

  valid(): boolean {
    let valid = this.memo.verified.get(this.key);
    if (valid === undefined) {
      valid = this.inner.valid();
      this.memo.verified.set(this.key, valid);
    }
    return valid;
  }
}

/** The provider with public-key results kept: a handshake that repeats byte by byte costs next to nothing the second time. */
export function memoProvider(provider: CryptoProvider, memo: Memo): CryptoProvider {
  return {
    name: `${provider.name}, results kept`,
    suites: provider.suites,
    sha256: provider.sha256,
    groups: provider.groups.map((group) => ({
      id: group.id,
      name: group.name,
      publicLength: group.publicLength,
      secretLength: group.secretLength,
      create: () => new MemoKeyExchange(group, memo),
    })),
    signatures: provider.signatures.map((algorithm) => ({
      scheme: algorithm.scheme,
      name: algorithm.name,
      keyType: algorithm.keyType,
      hash: algorithm.hash,
      signsHandshake: algorithm.signsHandshake,
      createVerifier: () => new MemoVerifier(algorithm, memo),
    })),
  };
}
