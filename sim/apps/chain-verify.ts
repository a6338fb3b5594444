// A chain of a leaf and an intermediate is verified, without a connection around it; then the parts of that work which nobody can save.
import { certificates } from "sim:flight";
import measure from "sim:measure";
import { type CryptoProvider, DONE, type SignatureAlgorithm, type Verifier } from "../../src/crypto/provider.js";
import { type ChainConfig, ChainVerifier } from "../../src/x509/chain.js";
import { RememberedSignatures } from "../../src/x509/remembered.js";
import type { TrustStore } from "../../src/x509/trust.js";
import { replayConfig } from "./replay-config.js";

/** What a verifier was asked. */
class Asked {
  readonly key: Uint8Array;
  readonly digest: Uint8Array;
  readonly signature: Uint8Array;

  constructor(key: Uint8Array, digest: Uint8Array, signature: Uint8Array) {
    this.key = key;
    this.digest = digest;
    this.signature = signature;
  }
}

class ListeningVerifier implements Verifier {
  private readonly real: Verifier;
  private readonly asked: Asked[];

  constructor(real: Verifier, asked: Asked[]) {
    this.real = real;
    this.asked = asked;
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
    this.asked.push(
      new Asked(
        key.slice(keyOffset, keyOffset + keyLength),
        digest.slice(digestOffset, digestOffset + digestLength),
        signature.slice(signatureOffset, signatureOffset + signatureLength),
      ),
    );
    this.real.begin(key, keyOffset, keyLength, digest, digestOffset, digestLength, signature, signatureOffset, signatureLength);
  }

  step(budget: number): number {
    return this.real.step(budget);
  }

  valid(): boolean {
    return this.real.valid();
  }
}

const ALGORITHM = replayConfig.provider.signatures[0] as SignatureAlgorithm;

function finish(work: { step(budget: number): number }): void {
  while (work.step(Infinity) !== DONE);
}

function verifyChain({ signatures, sha256 }: Pick<CryptoProvider, "signatures" | "sha256">, more: Partial<ChainConfig> = {}): void {
  const { clock } = replayConfig;
  const serverName = replayConfig.serverName as string;
  const trust = replayConfig.trust as TrustStore;
  const chain = new ChainVerifier({ signatures, sha256, trust, clock, purpose: "server", serverName, ...more });
  for (let i = 0; i < certificates.length; i++) {
    const { length } = certificates[i];
    chain.beginCertificate(length);
    chain.push(certificates[i], 0, length);
    chain.endCertificate();
    finish(chain);
  }
  chain.endChain();
  if (!chain.matches) throw new Error("the chain was refused");
}

/** The signed part is the first element in a certificate, which is longer than 255 octets as that is. */
function hashSigned(name: string, certificate: Uint8Array): void {
  const { sha256 } = replayConfig.provider;
  const hash = sha256.create();
  const digest = new Uint8Array(sha256.outputLength);
  const length = 4 + ((certificate[6] << 8) | certificate[7]);
  measure.begin(name);
  hash.update(certificate, 4, length);
  hash.digest(digest, 0);
  measure.end(name);
}

/** Names are read by sim/scenarios/chain-verify.ts. */
export function measureChain(): void {
  const asked: Asked[] = [];
  verifyChain({
    signatures: [{ ...ALGORITHM, createVerifier: () => new ListeningVerifier(ALGORITHM.createVerifier(), asked) }],
    sha256: replayConfig.provider.sha256,
  });
  measure.collect();
  measure.begin("chain");
  verifyChain(replayConfig.provider);
  measure.end("chain");
  const remembered = new RememberedSignatures(replayConfig.provider.sha256);
  verifyChain(replayConfig.provider, { remembered });
  measure.collect();
  measure.begin("chain again");
  verifyChain(replayConfig.provider, { remembered });
  measure.end("chain again");
  for (let i = 0; i < asked.length; i++) {
    const { key, digest, signature } = asked[i];
    const verifier = ALGORITHM.createVerifier();
    measure.collect();
    measure.begin(i === 0 ? "signature 1" : "signature 2");
    verifier.begin(key, 0, key.length, digest, 0, digest.length, signature, 0, signature.length);
    finish(verifier);
    measure.end(i === 0 ? "signature 1" : "signature 2");
    if (!verifier.valid()) throw new Error("a signature was refused");
  }
  hashSigned("hash 1", certificates[0]);
  hashSigned("hash 2", certificates[1]);
}
