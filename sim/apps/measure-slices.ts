// The longest slice of each public-key operation of the profile full: begin, each step and the fetching of the result are counted one by one.
import measure from "sim:measure";
import { ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, rsa_pss_rsae_sha512 } from "../../src/constants.js";
import { DONE, type KeyExchange, type NamedGroup, type SignatureAlgorithm } from "../../src/crypto/provider.js";
import { chacha20Poly1305 } from "../../src/crypto/xs/chacha20-poly1305.js";
import { ecdsaSecp256r1Sha256 } from "../../src/crypto/xs/ecdsa-secp256r1-sha256.js";
import { ecdsaSecp384r1Sha384 } from "../../src/crypto/xs/ecdsa-secp384r1-sha384.js";
import { ecdsaSecp521r1Sha512 } from "../../src/crypto/xs/ecdsa-secp521r1-sha512.js";
import { ed25519 } from "../../src/crypto/xs/ed25519.js";
import { secp256r1 } from "../../src/crypto/xs/p256-ecdh.js";
import { secp384r1 } from "../../src/crypto/xs/p384-ecdh.js";
import { rsaPssRsaeSha256 } from "../../src/crypto/xs/rsa-pss-rsae-sha256.js";
import { rsaPssRsaeSha512 } from "../../src/crypto/xs/rsa-pss-rsae-sha512.js";
import { sha256 } from "../../src/crypto/xs/sha256.js";
import { sha384 } from "../../src/crypto/xs/sha384.js";
import { sha512 } from "../../src/crypto/xs/sha512.js";
import { x25519 } from "../../src/crypto/xs/x25519.js";
import type { Signer } from "../../src/identity.js";
import { p256Keys } from "../../src/keys/p256-key.js";
import { p384Keys } from "../../src/keys/p384-key.js";
import { parsePrivateKey } from "../../src/keys/private-key.js";
import { rsaKeys } from "../../src/keys/rsa-key.js";
import { digestOf } from "./bench.js";
import { insecureFixedRandom } from "./fixed-random.js";
import { P256_DIGEST, P256_POINT, P256_SIGNATURE, X25519_PEER } from "./primitives.js";
import * as vector from "./vectors.js";
import * as rsa from "./vectors-rsa.js";

const DIGEST_512 = digestOf(sha512, vector.CONTENT);

function steps(name: string, work: { step(budget: number): number }): void {
  let result: number;
  do {
    measure.begin(name);
    result = work.step(1);
    measure.end(name);
  } while (result !== DONE);
}

function exchange(name: string, group: NamedGroup, peer: Uint8Array): void {
  const out = new Uint8Array(group.publicLength);
  const one: KeyExchange = group.create();
  measure.begin(name);
  one.beginGenerate(insecureFixedRandom);
  measure.end(name);
  steps(name, one);
  one.writePublicKey(out, 0);
  measure.begin(name);
  one.beginAgree(peer, 0, peer.length);
  measure.end(name);
  steps(name, one);
  measure.begin(name);
  const valid = one.writeSecret(out, 0);
  measure.end(name);
  if (!valid) throw new Error(`${name}: the peer's key was refused`);
}

function verify(name: string, algorithm: SignatureAlgorithm, key: Uint8Array, signature: Uint8Array, digest: Uint8Array): void {
  const verifier = algorithm.createVerifier();
  measure.begin(name);
  verifier.begin(key, 0, key.length, digest, 0, digest.length, signature, 0, signature.length);
  measure.end(name);
  steps(name, verifier);
  if (!verifier.valid()) throw new Error(`${name}: the signature was refused`);
}

function sign(name: string, signer: Signer, scheme: number): void {
  const out = new Uint8Array(512);
  measure.begin(name);
  signer.begin(scheme, vector.CONTENT, 0, vector.CONTENT.length, insecureFixedRandom);
  measure.end(name);
  steps(name, signer);
  measure.begin(name);
  signer.writeSignature(out, 0);
  measure.end(name);
}

/** What a full receive buffer holds: opening it, and taking it into the transcript. */
function record(length: number): void {
  const bytes = new Uint8Array(8 + length + 16 + 12);
  const key = chacha20Poly1305.create(1);
  key.setKey(false, bytes, 0);
  key.seal(bytes, bytes.length - 12, bytes, 3, 5, bytes, 8, length);
  measure.begin("open");
  const good = key.open(bytes, bytes.length - 12, bytes, 3, 5, bytes, 8, length);
  measure.end("open");
  if (!good) throw new Error("the record was refused");
  const hash = sha256.create();
  measure.begin("hash");
  hash.update(bytes, 8, length);
  measure.end("hash");
}

record(2048 - 8 - 16);
exchange("x25519", x25519, X25519_PEER);
exchange("p256Ecdh", secp256r1, P256_POINT);
exchange("p384Ecdh", secp384r1, vector.P384_POINT);
verify("p256Verify", ecdsaSecp256r1Sha256, P256_POINT, P256_SIGNATURE, P256_DIGEST);
verify("p384Verify", ecdsaSecp384r1Sha384, vector.P384_POINT, vector.P384_SIGNATURE, digestOf(sha384, vector.CONTENT));
verify("p521Verify", ecdsaSecp521r1Sha512, vector.P521_POINT, vector.P521_SIGNATURE, DIGEST_512);
verify("ed25519Verify", ed25519, vector.ED25519_KEY, vector.ED25519_SIGNATURE, vector.CONTENT);
verify("rsa2048Verify", rsaPssRsaeSha256, vector.RSA_KEY, vector.RSA_PSS_SIGNATURE, digestOf(sha256, vector.CONTENT));
verify("rsa3072Verify", rsaPssRsaeSha512, rsa.RSA_KEY_3072, rsa.RSA_SIGNATURE_3072, DIGEST_512);
verify("rsa4096Verify", rsaPssRsaeSha512, rsa.RSA_KEY_4096, rsa.RSA_SIGNATURE_4096, DIGEST_512);
verify("rsa8192Verify", rsaPssRsaeSha512, rsa.RSA_KEY_8192, rsa.RSA_SIGNATURE_8192, DIGEST_512);
sign("p256Sign", p256Keys.createSigner(parsePrivateKey(vector.P256_PRIVATE_KEY)), ecdsa_secp256r1_sha256);
sign("p384Sign", p384Keys.createSigner(parsePrivateKey(vector.P384_PRIVATE_KEY)), ecdsa_secp384r1_sha384);
sign("rsa2048Sign", rsaKeys.createSigner(parsePrivateKey(vector.RSA_PRIVATE_KEY)), rsa_pss_rsae_sha512);
sign("rsa4096Sign", rsaKeys.createSigner(parsePrivateKey(rsa.RSA_PRIVATE_KEY_4096)), rsa_pss_rsae_sha512);
