// One operation between begin and end, in flash as the primitives themselves. Names are read by sim/scenarios/primitives.ts.
import measure from "sim:measure";
import {
  type AeadAlgorithm,
  DONE,
  type HashAlgorithm,
  type KeyExchange,
  type NamedGroup,
  type Verifier,
} from "../../src/crypto/provider.js";
import type { Signer } from "../../src/identity.js";
import { insecureFixedRandom } from "./fixed-random.js";

/** Where payloads begin in records: at a multiple of 4, behind the header of 5. */
const AT = 8;
const HEADER = 3;

export function roomFor(): Uint8Array {
  return new Uint8Array(AT + 4096 + 16 + 12);
}

/** Names: of 4,096, of 1,024 and of 64 bytes. */
type Names = readonly [string, string, string];

export function benchAead(names: Names, algorithm: AeadAlgorithm, buffer: Uint8Array): void {
  const key = algorithm.create(1);
  key.setKey(false, buffer, 0);
  for (let i = 0, length = 4096; i < 3; i++, length = i === 1 ? 1024 : 64) {
    measure.begin(names[i]);
    key.seal(buffer, buffer.length - 12, buffer, HEADER, 5, buffer, AT, length);
    measure.end(names[i]);
  }
}

export function benchHash(names: Names, algorithm: HashAlgorithm, buffer: Uint8Array): void {
  const state = algorithm.create();
  for (let i = 0, length = 4096; i < 3; i++, length = i === 1 ? 1024 : 64) {
    state.reset();
    measure.begin(names[i]);
    state.update(buffer, AT, length);
    state.digest(buffer, 0);
    measure.end(names[i]);
  }
}

function finish(work: { step(budget: number): number }): void {
  while (work.step(Infinity) !== DONE);
}

export function benchExchange(keygen: string, shared: string, group: NamedGroup, peer: Uint8Array, out: Uint8Array): void {
  const exchange = group.create();
  measure.collect();
  measure.begin(keygen);
  exchange.beginGenerate(insecureFixedRandom);
  finish(exchange);
  exchange.writePublicKey(out, 0);
  measure.end(keygen);
  agree(shared, exchange, peer, out);
}

function agree(name: string, exchange: KeyExchange, peer: Uint8Array, out: Uint8Array): void {
  measure.collect();
  measure.begin(name);
  exchange.beginAgree(peer, 0, peer.length);
  finish(exchange);
  const valid = exchange.writeSecret(out, 0);
  measure.end(name);
  if (!valid) throw new Error(`${name}: the peer's key was refused`);
}

/** The making of the verifier does not count. */
export function benchVerify(name: string, verifier: Verifier, key: Uint8Array, digest: Uint8Array, signature: Uint8Array): void {
  measure.collect();
  measure.begin(name);
  verifier.begin(key, 0, key.length, digest, 0, digest.length, signature, 0, signature.length);
  finish(verifier);
  measure.end(name);
  if (!verifier.valid()) throw new Error(`${name}: the signature was refused`);
}

/** With the hash of what is signed. */
export function benchSign(name: string, signer: Signer, scheme: number, content: Uint8Array, out: Uint8Array): void {
  measure.collect();
  measure.begin(name);
  signer.begin(scheme, content, 0, content.length, insecureFixedRandom);
  finish(signer);
  signer.writeSignature(out, 0);
  measure.end(name);
}

export function digestOf(algorithm: HashAlgorithm, content: Uint8Array): Uint8Array {
  const digest = new Uint8Array(algorithm.outputLength);
  const hash = algorithm.create();
  hash.update(content, 0, content.length);
  hash.digest(digest, 0);
  return digest;
}
