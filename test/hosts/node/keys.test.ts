import { execFileSync } from "node:child_process";
import { constants, createHash, createPublicKey, verify, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { identityFrom, identityFromFiles, privateKeyFrom } from "../../../hosts/node/keys.js";
import { systemRandom } from "../../../hosts/node/system.js";
import { DONE } from "../../../src/crypto/provider.js";
import { sha256 } from "../../../src/crypto/xs/sha256.js";
import type { Identity, SigningKey } from "../../../src/identity.js";
import { identityFrom as deviceIdentityFrom } from "../../../src/keys/identity-from.js";
import { p256Keys } from "../../../src/keys/p256-key.js";
import { p384Keys } from "../../../src/keys/p384-key.js";
import { parsePrivateKey } from "../../../src/keys/private-key.js";
import { rsaKeys } from "../../../src/keys/rsa-key.js";

const TYPES: Readonly<Record<string, readonly string[]>> = {
  p256: ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
  p384: ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
  rsa: ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
  rsa3072: ["RSA", "-pkeyopt", "rsa_keygen_bits:3072"],
  ed25519: ["ED25519"],
  p521: ["EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
};

const HASHES: Readonly<Record<number, string>> = {
  1027: "sha256",
  1283: "sha384",
  2052: "sha256",
  2053: "sha384",
  2054: "sha512",
  1025: "sha256",
  1281: "sha384",
  1537: "sha512",
};

describe("hosts/node keys", function () {
  this.timeout(60000);

  const folder = mkdtempSync(join(tmpdir(), "thimble-keys-"));
  const at = (name: string): string => join(folder, name);
  const text = (name: string): string => readFileSync(at(name), "latin1");
  const openssl = (...args: string[]): Buffer => execFileSync("openssl", args, { stdio: ["ignore", "pipe", "pipe"] });

  before(() => {
    writeFileSync(at("openssl.cnf"), "[req]\ndistinguished_name=dn\n[dn]\n");
    for (const [name, type] of Object.entries(TYPES)) {
      openssl("genpkey", "-algorithm", ...type, "-out", at(`${name}.key`));
      openssl("req", "-x509", "-key", at(`${name}.key`), "-subj", `/CN=${name}`, "-config", at("openssl.cnf"), "-out", at(`${name}.pem`));
    }
    openssl("ec", "-in", at("p256.key"), "-out", at("p256.sec1"));
    writeFileSync(at("p256.params"), openssl("ecparam", "-name", "prime256v1").toString() + text("p256.sec1"));
    openssl("ec", "-in", at("p384.key"), "-outform", "DER", "-out", at("p384.der"));
    openssl("rsa", "-in", at("rsa.key"), "-traditional", "-out", at("rsa.pkcs1"));
    openssl("rsa", "-in", at("rsa.key"), "-traditional", "-outform", "DER", "-out", at("rsa.der"));
    openssl("pkey", "-in", at("ed25519.key"), "-outform", "DER", "-out", at("ed25519.der"));
    openssl("x509", "-in", at("p256.pem"), "-outform", "DER", "-out", at("p256.crt"));
    openssl("pkcs8", "-topk8", "-in", at("p256.key"), "-passout", "pass:secret", "-out", at("encrypted.key"));
    openssl("pkcs8", "-topk8", "-in", at("p256.key"), "-passout", "pass:secret", "-outform", "DER", "-out", at("encrypted.der"));
    openssl("rsa", "-in", at("rsa.key"), "-traditional", "-aes128", "-passout", "pass:secret", "-out", at("encrypted.pkcs1"));
    openssl("pkey", "-in", at("p256.key"), "-pubout", "-out", at("p256.pub"));
    openssl("genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048", "-out", at("pss.key"));
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", at("small.key"));
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", at("other.key"));
    writeFileSync(at("empty"), "\n");
    writeFileSync(at("junk.key"), `some words\n\n# and a comment\r\n${text("p256.key")}more words\n`);
    writeFileSync(at("chain.pem"), `subject=/CN=p256\n${text("p256.pem")}\nissuer\n${text("p384.pem")}`);
    writeFileSync(at("both.key"), text("p256.pem") + text("p256.key"));
    writeFileSync(at("two.key"), text("p256.key") + text("other.key"));
    writeFileSync(at("label.key"), text("p256.key").replaceAll("PRIVATE KEY", "RSA PRIVATE KEY"));
    writeFileSync(at("damaged.key"), text("p256.key").replace(/^(M[^\n]{20})./m, "$1!"));
    writeFileSync(at("ssh.key"), text("p256.key").replaceAll("PRIVATE KEY", "OPENSSH PRIVATE KEY"));
    const cut = readFileSync(at("rsa.der"));
    writeFileSync(at("cut.der"), cut.subarray(0, cut.length - 3));
  });

  after(() => rmSync(folder, { recursive: true }));

  function signed(key: SigningKey, scheme: number, content: Uint8Array): Uint8Array {
    const signer = key.createSigner();
    const embedded = new Uint8Array(content.length + 4).fill(3);
    embedded.set(content, 2);
    signer.begin(scheme, embedded, 2, content.length, systemRandom);
    embedded.fill(9);
    for (let i = 0; signer.step(50) !== DONE; i++) if (i > 10000) throw new Error("does not end");
    const out = new Uint8Array(key.maxSignature + 2);
    const length = signer.writeSignature(out, 1);
    expect(length).to.be.at.most(key.maxSignature);
    return out.slice(1, 1 + length);
  }

  /** Whether node:crypto accepts what an identity's signer makes with each of its schemes. */
  function checkSigner(identity: Identity): void {
    const key = createPublicKey(
      new X509Certificate(identity.certificates[0] as Uint8Array).publicKey.export({ type: "spki", format: "pem" }),
    );
    const content = new TextEncoder().encode("what is signed");
    for (const scheme of identity.key.schemes) {
      const signature = signed(identity.key, scheme, content);
      const options =
        scheme >> 8 === 8 && scheme !== 0x0807
          ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
          : { key, dsaEncoding: "der" as const, padding: constants.RSA_PKCS1_PADDING };
      expect(verify(HASHES[scheme] ?? null, content, options, signature), scheme.toString(16)).to.equal(true);
      content[0]! ^= 1;
      expect(verify(HASHES[scheme] ?? null, content, options, signature)).to.equal(false);
      content[0]! ^= 1;
    }
  }

  const RSA_SCHEMES = [0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601];
  const pairs: [string, string, number[]][] = [
    ["p256.pem", "p256.key", [0x0403]],
    ["p256.crt", "p256.sec1", [0x0403]],
    ["p256.pem", "p256.params", [0x0403]],
    ["chain.pem", "junk.key", [0x0403]],
    ["p256.pem", "both.key", [0x0403]],
    ["p384.pem", "p384.key", [0x0503]],
    ["p384.pem", "p384.der", [0x0503]],
    ["rsa.pem", "rsa.key", RSA_SCHEMES],
    ["rsa.pem", "rsa.pkcs1", RSA_SCHEMES],
    ["rsa.pem", "rsa.der", RSA_SCHEMES],
    ["rsa3072.pem", "rsa3072.key", RSA_SCHEMES],
    ["ed25519.pem", "ed25519.key", [0x0807]],
    ["ed25519.pem", "ed25519.der", [0x0807]],
  ];
  for (const [certificate, key, schemes] of pairs) {
    it(`reads ${certificate} and ${key}, and signs`, () => {
      const identity = identityFromFiles(at(certificate), at(key));
      expect(identity.key.schemes).to.deep.equal(schemes);
      expect(identity.certificates.length).to.equal(certificate === "chain.pem" ? 2 : 1);
      checkSigner(identity);
    });
  }

  it("hashes the issuers' names", () => {
    const [hash] = identityFromFiles(at("p256.pem"), at("p256.key")).issuers as readonly Uint8Array[];
    // Name { RDN { commonName = UTF8String "p256" } }
    const name = Buffer.from("300f310d300b06035504030c0470323536", "hex");
    expect(Buffer.from(hash as Uint8Array).toString("hex")).to.equal(createHash("sha256").update(name).digest("hex"));
  });

  it("has the device's signers make signatures that node:crypto accepts, with keys of OpenSSL", () => {
    for (const [certificate, key] of [
      ["p256.pem", "p256.key"],
      ["p384.pem", "p384.key"],
      ["rsa.pem", "rsa.key"],
      ["rsa3072.pem", "rsa3072.key"],
    ] as const) {
      const { certificates } = identityFromFiles(at(certificate), at(key));
      const parsed = privateKeyFrom(text(key), key);
      checkSigner(deviceIdentityFrom({ certificates, key: parsed.bytes, keys: [p256Keys, p384Keys, rsaKeys], sha256 }));
    }
  });

  it("makes signers that sign once for each begin, and do not know of each other", () => {
    const { key } = identityFromFiles(at("p256.pem"), at("p256.key"));
    const signer = key.createSigner();
    expect(() => signer.writeSignature(new Uint8Array(80), 0)).to.throw(RangeError, "there is no signature");
    expect(() => signer.begin(0x0804, new Uint8Array(1), 0, 1, systemRandom)).to.throw(RangeError, "this key cannot sign with scheme 2052");
    signer.begin(0x0403, new Uint8Array(5), 0, 5, systemRandom);
    signed(key, 0x0403, new Uint8Array(6));
    expect(signer.step(1)).to.equal(DONE);
    expect(signer.writeSignature(new Uint8Array(80), 0)).to.be.greaterThan(60);
    expect(() => signer.writeSignature(new Uint8Array(80), 0)).to.throw(RangeError, "there is no signature");
  });

  const refused: [string, string, string, string][] = [
    ["a key file that is not there", "p256.pem", "missing.key", "{key}: cannot be read (ENOENT)"],
    ["a certificate file that is not there", "missing.pem", "p256.key", "{cert}: cannot be read (ENOENT)"],
    ["an empty key file", "p256.pem", "empty", "{key}: is empty; it must hold a private key (PEM or DER)"],
    ["a certificate as key", "p256.pem", "p256.pem", "{key}: holds no private key (only CERTIFICATE)"],
    [
      "a DER certificate as key",
      "p256.pem",
      "p256.crt",
      "{key}: not a private key that can be used: this is no private key (a certificate or a public key?)",
    ],
    ["a public key", "p256.pem", "p256.pub", "{key}: holds no private key (only PUBLIC KEY)"],
    ["a key as certificate", "p256.key", "p256.key", "{cert}, line 1: holds a PRIVATE KEY; give the certificate alone"],
    ["text", "p256.pem", "openssl.cnf", "{key}: holds no private key (no -----BEGIN PRIVATE KEY-----, and not DER)"],
    ["an encrypted key", "p256.pem", "encrypted.key", "{key}, line 1: the private key is encrypted; decrypt it first"],
    ["an encrypted DER key", "p256.pem", "encrypted.der", "{key}: not a private key that can be used: it is encrypted; decrypt it first"],
    ["an encrypted key of the old form", "rsa.pem", "encrypted.pkcs1", "{key}: the private key is encrypted; decrypt it first"],
    ["two keys", "p256.pem", "two.key", "{key}, line 6: a second private key; the first is in line 1"],
    [
      "a wrong label",
      "p256.pem",
      "label.key",
      "{key}, line 1: what stands under the label RSA PRIVATE KEY is a key of another form (pkcs8)",
    ],
    ["another format", "p256.pem", "ssh.key", "{key}, line 1: OPENSSH PRIVATE KEY is not supported; convert it"],
    ["a damaged key", "p256.pem", "damaged.key", "{key}, line 2: not base64 inside the block PRIVATE KEY"],
    ["a key cut off", "rsa.pem", "cut.der", "{key}: not a private key that can be used: the key is cut off"],
    ["RSA-PSS keys", "rsa.pem", "pss.key", "{key}, line 1: not a private key that can be used: its algorithm is none of RSA"],
    [
      "small RSA keys",
      "rsa.pem",
      "small.key",
      "{key}, line 1: not a private key that can be used: its modulus has 1024 bits, 2048 to 8192 are allowed",
    ],
    [
      "P-521",
      "p521.pem",
      "p521.key",
      "{key}, line 1: not a private key that can be used: its algorithm is none of RSA (rsaEncryption), P-256, P-384, Ed25519",
    ],
    ["another key", "p256.pem", "other.key", "{cert}, {key}: the private key does not belong to the first certificate"],
    ["a key of another type", "p256.pem", "rsa.key", "{cert}, {key}: the private key is RSA, the key of the first certificate is P-256"],
    ["another RSA key", "rsa.pem", "rsa3072.key", "{cert}, {key}: the private key does not belong to the first certificate"],
    [
      "an Ed25519 key for a P-384 certificate",
      "p384.pem",
      "ed25519.key",
      "{cert}, {key}: the private key is Ed25519, the key of the first certificate is P-384",
    ],
  ];
  for (const [what, certificate, key, message] of refused) {
    it(`refuses ${what}`, () => {
      const wanted = message.replace("{cert}", at(certificate)).replace("{key}", at(key));
      try {
        identityFromFiles(at(certificate), at(key));
        expect.fail("it was taken");
      } catch (error) {
        expect((error as Error).message.slice(0, wanted.length)).to.equal(wanted);
        expect((error as Error).message).to.not.include("\n");
      }
    });
  }

  it("takes PEM and DER in memory", () => {
    expect(identityFrom(text("p256.pem"), text("p256.key")).key.schemes).to.deep.equal([0x0403]);
    expect(identityFrom(readFileSync(at("p256.crt")), readFileSync(at("p256.sec1"))).key.schemes).to.deep.equal([0x0403]);
    expect(() => identityFrom(text("p256.pem"), text("other.key"))).to.throw(
      Error,
      "certificate, private key: the private key does not belong",
    );
    expect(parsePrivateKey(readFileSync(at("ed25519.der"))).form).to.equal("pkcs8");
  });
});
