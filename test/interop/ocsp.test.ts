// OCSP stapling with real responses (`openssl ocsp`), real servers (OpenSSL, GnuTLS) and real clients (OpenSSL, GnuTLS, Node, curl).
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { expect } from "chai";
import { anchorsFromFiles, connect, createServer, ocspStapling, type Server, type ServerOptions } from "../../hosts/node/index.js";
import { makeClient12 } from "../../hosts/node/legacy12.js";
import { xsProvider } from "../../hosts/node/provider-xs.js";
import { client12, server12 } from "../../hosts/node/tls12.js";
import { rsaSuites12 } from "../../src/profiles/suites-12-legacy.js";
import { gnutlsEcho } from "./echo-peers.js";
import { KEY_KINDS, OcspCa } from "./ocsp-ca.js";
import { type Leaf, opensslVersion } from "./openssl-ca.js";
import { run } from "./run.js";
import { nodeServer, opensslServer, type Running } from "./servers.js";

type Options = Partial<Parameters<typeof connect>[0]>;

/** Both sides speak TLS 1.3 unless an option says this. */
const ONLY_12 = { tls12: client12, tls13: false } as const;
const ONLY_12_SERVER = { tls12: server12, tls13: false } as const;

const DAY = 86400;
const later = (days: number): Options => ({ clock: { seconds: () => Math.floor(Date.now() / 1000) + days * DAY } });

function has(program: string): boolean {
  return spawnSync(program, ["--version"]).status === 0;
}

describe("OCSP stapling and others", function () {
  this.timeout(60000);
  let ca: OcspCa;
  let leaf: Leaf;
  const running: { stop(): unknown }[] = [];

  before(function () {
    const { version, reason } = opensslVersion();
    if (version === null) {
      console.log(`    skipped: ${reason}`);
      this.skip();
    }
    ca = new OcspCa();
    leaf = ca.leaf();
  });

  after(() => ca?.remove());

  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
  });

  /** Connects to a port; "good, …" with what was stapled, "none", or the failure. */
  function ask(port: number, by: OcspCa, options: Options = {}): Promise<string> {
    return new Promise((done) => {
      const trust = anchorsFromFiles(by.rootFile);
      const socket = connect({ host: "127.0.0.1", port, servername: "localhost", trust, ocsp: "ask", ...options });
      socket.on("error", (error) => done(error.message));
      socket.on("secureConnect", () => {
        const { ocsp } = socket;
        done(ocsp === null ? "none" : `good, ${ocsp.delegated ? "by a responder" : "by the issuer"}`);
        socket.destroy();
      });
    });
  }

  /** The same, from an `openssl s_server` that staples the file. */
  async function stapled(file: string | null, options: Options = {}, by = ca, who = leaf, more: readonly string[] = []): Promise<string> {
    const server: Running = await opensslServer({ intermediateFile: by.issuerFile } as never, who, [
      ...(file === null ? [] : ["-status_file", file]),
      ...more,
    ]);
    running.push(server);
    return ask(server.port, by, options);
  }

  describe("openssl s_server, responses by openssl ocsp", () => {
    for (const provider of ["noble", "xs"] as const)
      for (const kind of Object.keys(KEY_KINDS))
        it(`${kind}: issuer and responder, by name and by key, provider ${provider}`, async () => {
          const other = new OcspCa(kind, kind);
          const otherLeaf = other.leaf();
          const options: Options = provider === "xs" ? { provider: xsProvider } : {};
          const digest = kind === "P-384" ? "sha384" : "sha256";
          try {
            for (const [signer, text] of [
              ["issuer", "good, by the issuer"],
              ["responder", "good, by a responder"],
            ] as const)
              for (const by of [[], ["-resp_key_id"]]) {
                const answer = ["-ndays", "2", "-rmd", digest, ...by];
                expect(await stapled(other.response(otherLeaf, { signer, answer }), options, other, otherLeaf), `${signer} ${by}`).to.equal(
                  text,
                );
              }
          } finally {
            other.remove();
          }
        });

    it("RSA-PSS", async () => {
      const other = new OcspCa("RSA-2048", "RSA-2048");
      try {
        const who = other.leaf();
        const answer = ["-ndays", "2", "-rsigopt", "rsa_padding_mode:pss", "-rsigopt", "rsa_pss_saltlen:digest"];
        expect(await stapled(other.response(who, { answer }), {}, other, who)).to.equal("good, by a responder");
      } finally {
        other.remove();
      }
    });

    it("a CertID of SHA-256; a nonce; no certificates in it", async () => {
      expect(await stapled(ca.response(leaf, { request: ["-sha256"] }))).to.equal("good, by a responder");
      expect(await stapled(ca.response(leaf, { request: ["-nonce"] }))).to.equal("good, by a responder");
      expect(await stapled(ca.response(leaf, { signer: "issuer", answer: ["-resp_no_certs", "-ndays", "2"] }))).to.equal(
        "good, by the issuer",
      );
      expect(await stapled(ca.response(leaf, { answer: ["-resp_no_certs", "-ndays", "2"] }))).to.match(/its responderID is neither/);
    });

    it("revoked and unknown", async () => {
      expect(await stapled(ca.response(leaf, { status: "revoked" }))).to.match(
        /certificate_revoked: leaf: it was revoked at 2025-01-01T00:00:00Z/,
      );
      expect(await stapled(ca.response(leaf, { status: "unknown" }))).to.match(/bad_certificate_status_response: .* status is unknown/);
    });

    it("expired, and of the future", async () => {
      const file = ca.response(leaf);
      expect(await stapled(file, later(1))).to.equal("good, by a responder");
      expect(await stapled(file, later(3))).to.match(/bad_certificate_status_response: .* it expired at/);
      expect(await stapled(file, later(-0.5))).to.match(/is not valid before/);
      const open = ca.response(leaf, { answer: [] });
      expect(await stapled(open)).to.equal("good, by a responder");
      expect(await stapled(open, later(2))).to.match(/has no nextUpdate, so it holds 86400 seconds/);
    });

    it("of another leaf, and of another issuer", async () => {
      expect(await stapled(ca.response(ca.leaf()))).to.match(/bad_certificate_status_response: .* none of its certIDs is the leaf's/);
      const other = new OcspCa();
      try {
        expect(await stapled(other.response(leaf))).to.match(/bad_certificate_status_response: .* issuerKeyHash/);
      } finally {
        other.remove();
      }
    });

    it("a signature that is wrong, of SHA-1, by somebody without the right to sign", async () => {
      expect(await stapled(ca.response(leaf, { answer: ["-ndays", "2", "-badsig"] }))).to.match(
        /its signature does not verify with the key of its responder/,
      );
      expect(await stapled(ca.response(leaf, { answer: ["-ndays", "2", "-rmd", "sha1"] }))).to.match(
        /signature algorithm 1.2.840.10045.4.1 is not supported/,
      );
      expect(await stapled(ca.response(leaf, { signer: "stranger" }))).to.match(/its extKeyUsage does not have OCSPSigning/);
    });

    it("none; must-staple", async () => {
      expect(await stapled(null)).to.equal("none");
      expect(await stapled(null, { ocsp: "require" })).to.match(/an OCSP response is required, and none is stapled/);
      const strict = ca.leaf("tlsfeature=status_request");
      expect(await stapled(null, {}, ca, strict)).to.match(
        /its TLS feature extension asks for a stapled OCSP response, and none is stapled/,
      );
      expect(await stapled(null, { ocsp: "off" }, ca, strict)).to.equal("none");
      expect(await stapled(ca.response(strict), { ocsp: "require" }, ca, strict)).to.equal("good, by a responder");
    });

    it("checks of one's own are heeded", async () => {
      expect(await stapled(null, { checks: { verify: () => "not today" } })).to.match(/bad_certificate: refused by verify\(\): not today/);
      expect(await stapled(null, { checks: { status: ocspStapling({ required: true }) } })).to.match(/an OCSP response is required/);
    });

    it("options", () => {
      expect(() => connect({ host: "localhost", port: 1, trust: anchorsFromFiles(ca.rootFile), ocsp: "maybe" as "ask" })).to.throw(
        "connect: `ocsp` must be off, ask or require, not maybe",
      );
    });
  });

  describe("TLS 1.2, openssl s_server", () => {
    it("good, revoked, expired, none; must-staple", async () => {
      for (const options of [ONLY_12, { ...ONLY_12, provider: xsProvider }]) {
        for (const signer of ["issuer", "responder"] as const)
          expect(await stapled(ca.response(leaf, { signer }), { ...options, ocsp: "require" })).to.equal(
            `good, by ${signer === "issuer" ? "the" : "a"} ${signer}`,
          );
        expect(await stapled(ca.response(leaf, { status: "revoked" }), options)).to.match(/certificate_revoked: leaf: it was revoked/);
        expect(await stapled(ca.response(leaf), { ...options, ...later(3) })).to.match(/bad_certificate_status_response: .* it expired at/);
        expect(await stapled(null, options)).to.equal("none");
        expect(await stapled(null, { ...options, ocsp: "require" })).to.match(/an OCSP response is required, and none is stapled/);
      }
      const strict = ca.leaf("tlsfeature=status_request");
      expect(await stapled(null, ONLY_12, ca, strict)).to.match(/its TLS feature extension asks for/);
      expect(await stapled(ca.response(strict), ONLY_12, ca, strict)).to.equal("good, by a responder");
    });

    it("a client of both versions; keys of another kind", async () => {
      for (const kind of ["P-384", "RSA-2048"]) {
        const other = new OcspCa(kind, kind);
        try {
          const who = other.leaf();
          const file = other.response(who, { answer: ["-ndays", "2", "-rmd", "sha384"] });
          expect(await stapled(file, { tls12: client12, ocsp: "require" }, other, who, ["-tls1_2"])).to.equal("good, by a responder");
        } finally {
          other.remove();
        }
      }
    });

    it("RSA key exchange", async () => {
      const who = ca.decryptingLeaf();
      const options: Options = { tls12: makeClient12({ suites: rsaSuites12, insecureLegacy: ["rsa-kx"] }), tls13: false, ocsp: "require" };
      const suite = ["-cipher", "AES128-GCM-SHA256"];
      expect(await stapled(ca.response(who), options, ca, who, suite)).to.equal("good, by a responder");
      expect(await stapled(ca.response(who, { status: "revoked" }), options, ca, who, suite)).to.match(/certificate_revoked/);
      expect(await stapled(null, options, ca, who, suite)).to.match(/an OCSP response is required, and none is stapled/);
    });
  });

  it("Node's server, TLS 1.2", async () => {
    for (const [file, text] of [
      [ca.response(leaf), "good, by a responder"],
      [null, "none"],
    ] as const) {
      const server = await nodeServer(
        leaf,
        { maxVersion: "TLSv1.2" },
        () => {},
        (_certificate, _issuer, callback) => callback(null, file === null ? null : readFileSync(file)),
      );
      running.push(server);
      expect(await ask(server.port, ca, ONLY_12)).to.equal(text);
    }
  });

  for (const [version, options, priority] of [
    ["TLS 1.3", {}, "NORMAL"],
    ["TLS 1.2", ONLY_12, "NORMAL:-VERS-ALL:+VERS-TLS1.2"],
  ] as const)
    it(`gnutls-serv, ${version}`, async function () {
      if (!has("gnutls-serv")) {
        console.log("    skipped: gnutls-serv not found");
        this.skip();
      }
      for (const [file, text] of [
        [ca.response(leaf), /^good, by a responder$/],
        [ca.response(leaf, { status: "revoked" }), /certificate_revoked/],
      ] as const) {
        const files = ["--x509certfile", leaf.chainFile, "--x509keyfile", leaf.keyFile];
        const more = ["--ocsp-response", file, "--ignore-ocsp-response-errors", "--priority", priority];
        const server = await gnutlsEcho([...files, ...more]);
        running.push(server);
        expect(await ask(server.port, ca, options)).to.match(text);
      }
    });

  describe("our server", () => {
    async function serve(ocsp: Uint8Array | (() => Uint8Array | null), more: Partial<ServerOptions> = {}): Promise<number> {
      const certificate = { cert: readFileSync(leaf.chainFile), key: readFileSync(leaf.keyFile), ocsp };
      const server: Server = createServer({ ...certificate, ...more }, (socket) => {
        socket.on("error", () => {});
        socket.end("hello\n");
      });
      server.on("tlsClientError", () => {});
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      running.push({ stop: () => server.close() });
      return (server.address() as { port: number }).port;
    }

    for (const [version, options] of [
      ["TLS 1.3", {}],
      ["TLS 1.2", ONLY_12_SERVER],
    ] as const)
      it(`openssl s_client -status, ${version}`, async () => {
        const port = await serve(readFileSync(ca.response(leaf)), options);
        const args = (status: readonly string[]) => ["s_client", "-connect", `127.0.0.1:${port}`, "-CAfile", ca.rootFile, ...status];
        const asked = await run("openssl", args(["-status"]));
        expect(asked.output).to.include("OCSP Response Status: successful").and.to.include("Cert Status: good");
        expect((await run("openssl", args([]))).output).to.not.include("OCSP Response Status");
      });

    for (const [version, options] of [
      ["TLS 1.3", {}],
      ["TLS 1.2", ONLY_12_SERVER],
    ] as const)
      it(`gnutls-cli, which checks it, ${version}`, async function () {
        if (!has("gnutls-cli")) {
          console.log("    skipped: gnutls-cli not found");
          this.skip();
        }
        const args = (port: number) => [
          "--x509cafile",
          ca.rootFile,
          "-p",
          `${port}`,
          "--sni-hostname",
          "localhost",
          "--verify-hostname",
          "localhost",
          "127.0.0.1",
        ];
        const good = await run("gnutls-cli", args(await serve(readFileSync(ca.response(leaf)), options)));
        expect(good.output)
          .to.match(/Options:.*OCSP status request/)
          .and.to.include("certificate is trusted");
        const revoked = await run("gnutls-cli", args(await serve(readFileSync(ca.response(leaf, { status: "revoked" })), options)));
        expect(revoked.output).to.match(/revoked/);
      });

    for (const [version, options] of [
      ["TLS 1.3", {}],
      ["TLS 1.2", ONLY_12_SERVER],
    ] as const)
      it(`curl --cert-status, which checks it, ${version}`, async function () {
        if (!has("curl")) {
          console.log("    skipped: curl not found");
          this.skip();
        }
        const args = (port: number) => [
          "--cert-status",
          "--http0.9",
          "-sS",
          "--cacert",
          ca.rootFile,
          "--resolve",
          `localhost:${port}:127.0.0.1`,
          `https://localhost:${port}/`,
        ];
        const good = await run("curl", args(await serve(readFileSync(ca.response(leaf)), options)));
        expect(good.output).to.equal("hello\n");
        const revoked = await run("curl", args(await serve(readFileSync(ca.response(leaf, { status: "revoked" })), options)));
        expect(revoked.code).to.equal(91);
      });

    for (const [version, options] of [
      ["TLS 1.3", {}],
      ["TLS 1.2", ONLY_12_SERVER],
    ] as const)
      it(`Node, and a response that is renewed, ${version}`, async () => {
        const files: (Uint8Array | null)[] = [readFileSync(ca.response(leaf)), null, readFileSync(ca.response(leaf))];
        let calls = 0;
        const port = await serve(() => files[calls++]!, options);
        for (const file of files) {
          const socket = connectTls({
            port,
            host: "127.0.0.1",
            servername: "localhost",
            ca: readFileSync(ca.rootFile),
            requestOCSP: true,
          } as ConnectionOptions);
          const [response] = await once(socket, "OCSPResponse");
          expect(response === null ? null : Buffer.compare(response, file!)).to.equal(file === null ? null : 0);
          socket.destroy();
        }
        expect(calls).to.equal(3);
      });

    it("our client", async () => {
      for (const [client, server] of [
        [{}, {}],
        [ONLY_12, ONLY_12_SERVER],
      ])
        expect(await ask(await serve(readFileSync(ca.response(leaf)), server), ca, { ocsp: "require", ...client })).to.equal(
          "good, by a responder",
        );
    });

    it("a response without its certificate", () => {
      expect(() => createServer({ ocsp: new Uint8Array(1), identities: [] })).to.throw("`ocsp` without `cert` and `key`");
    });
  });
});
