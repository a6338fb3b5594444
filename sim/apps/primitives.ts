// One operation of each primitive between begin and end, in flash as the primitives themselves. Names are read by sim/scenarios/primitives.ts.
import measure from "sim:measure";
import { type AeadKey, DONE, type Hash, type KeyExchange, type Verifier } from "../../src/crypto/provider.js";
import { aes128Gcm } from "../../src/crypto/xs/aes-gcm.js";
import { chacha20Poly1305 } from "../../src/crypto/xs/chacha20-poly1305.js";
import { ecdsaSecp256r1Sha256 } from "../../src/crypto/xs/ecdsa-secp256r1-sha256.js";
import { secp256r1 } from "../../src/crypto/xs/p256-ecdh.js";
import { sha256 } from "../../src/crypto/xs/sha256.js";
import { x25519 } from "../../src/crypto/xs/x25519.js";
import { insecureFixedRandom } from "./fixed-random.js";
import { fromHex } from "./hex.js";

const P256_POINT = fromHex(
  "04a9527f6b73046fff38797bdb4d0eb3f4eb524e3e909f9bfedfa556116a1465b3bb6ace4c7ea8fa0abde2e11480de9797a571ad736fb32664bb6be5d96eb19fef",
);
const DIGEST = fromHex("da62dfd88d3c7561df673e1409844014c4f94537f3c773e73a24ddfe6a3f218b");
const SIGNATURE = fromHex(
  "3045022100fa050856a29911fb94877994c6229b61d5eda3a9256e69531c91987b79bc2c930220690f38368e711ba03c5eae61e13b4216a8291c2833b3336f013004320c5fb8d8",
);
const X25519_PEER = fromHex("fdf2123fd5fee3695cfbbd026c2c4cd98568e91b9c8120b94448e783eeda3e08");

/** Where payloads begin in records: at a multiple of 4, behind the header of 5. */
const AT = 8;
const HEADER = 3;

function seal(name: string, key: AeadKey, buffer: Uint8Array, length: number): void {
  measure.begin(name);
  key.seal(buffer, buffer.length - 12, buffer, HEADER, 5, buffer, AT, length);
  measure.end(name);
}

function hash(name: string, state: Hash, buffer: Uint8Array, length: number): void {
  state.reset();
  measure.begin(name);
  state.update(buffer, AT, length);
  state.digest(buffer, 0);
  measure.end(name);
}

function finish(work: { step(budget: number): number }): void {
  while (work.step(Infinity) !== DONE);
}

function generate(name: string, exchange: KeyExchange, out: Uint8Array): void {
  measure.collect();
  measure.begin(name);
  exchange.beginGenerate(insecureFixedRandom);
  finish(exchange);
  exchange.writePublicKey(out, 0);
  measure.end(name);
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

function verify(name: string, verifier: Verifier): void {
  measure.collect();
  measure.begin(name);
  verifier.begin(P256_POINT, 0, P256_POINT.length, DIGEST, 0, DIGEST.length, SIGNATURE, 0, SIGNATURE.length);
  finish(verifier);
  measure.end(name);
  if (!verifier.valid()) throw new Error(`${name}: the signature was refused`);
}

export function measurePrimitives(): void {
  const buffer = new Uint8Array(AT + 4096 + 16 + 12);
  const chacha = chacha20Poly1305.create(null);
  chacha.setKey(buffer, 0);
  seal("chacha20poly1305 4096", chacha, buffer, 4096);
  seal("chacha20poly1305 1024", chacha, buffer, 1024);
  seal("chacha20poly1305 64", chacha, buffer, 64);
  const aes = aes128Gcm.create(null);
  aes.setKey(buffer, 0);
  seal("aes128gcm 4096", aes, buffer, 4096);
  seal("aes128gcm 1024", aes, buffer, 1024);
  seal("aes128gcm 64", aes, buffer, 64);
  const sha = sha256.create();
  hash("sha256 4096", sha, buffer, 4096);
  hash("sha256 1024", sha, buffer, 1024);
  hash("sha256 64", sha, buffer, 64);
  const exchange = x25519.create();
  generate("x25519 keygen", exchange, buffer);
  agree("x25519 shared", exchange, X25519_PEER, buffer);
  const ecdh = secp256r1.create();
  generate("p256 keygen", ecdh, buffer);
  agree("p256 ecdh", ecdh, P256_POINT, buffer);
  verify("p256 verify", ecdsaSecp256r1Sha256.createVerifier());
}
