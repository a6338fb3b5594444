// The scripted client of the server's suites, held against a real server: what it takes for right is what OpenSSL says.
import { constants, createPublicKey, verify, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { expect } from "chai";
import { ascii, text } from "../peer/bytes.js";
import { extension } from "../peer/messages.js";
import {
  AES_128_CCM,
  AES_128_CCM_8,
  AES_128_GCM,
  AES_256_GCM,
  CHACHA20_POLY1305,
  GROUP_P256,
  GROUP_P384,
  GROUP_X25519,
} from "../peer/peer-crypto.js";
import { ScriptedClient, type ScriptedClientOptions } from "../peer/scripted-client.js";
import { type Leaf, OpensslCa, opensslVersion, pemToDer, privateKeyOf } from "./openssl-ca.js";
import { opensslServer, type Running } from "./servers.js";

describe("scripted client with openssl s_server", function () {
  this.timeout(20000);
  let ca: OpensslCa;
  let leaf: Leaf;
  let server: Running | null = null;

  before(function () {
    const { version, reason } = opensslVersion();
    if (version === null) {
      console.log(`    skipped: ${reason}`);
      this.skip();
    }
    ca = new OpensslCa();
    leaf = ca.leaf();
  });

  after(() => ca?.remove());

  afterEach(async () => {
    await server?.stop();
    server = null;
  });

  /** Talks with `s_server -rev`: writes a line and waits until it comes back turned around, or the connection ends. */
  async function run(options: ScriptedClientOptions, args: string[] = [], mode = ["-rev"]): Promise<ScriptedClient> {
    server = await opensslServer(ca, leaf, [...mode, ...args]);
    const client = new ScriptedClient({
      seed: "interop",
      ...options,
      opened: (peer) => {
        options.opened?.(peer);
        peer.write(ascii("abc thimble\n"));
      },
    });
    const socket = connect(server.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.on("connect", () => socket.write(client.take()));
    socket.on("data", (bytes: Buffer) => {
      const answer = client.receive(new Uint8Array(bytes));
      if (!socket.writableEnded) socket.write(answer);
      if (text(client.received).includes("elbmiht cba")) {
        client.close();
        if (!socket.writableEnded) socket.end(client.take());
      }
    });
    await once(socket, "close");
    return client;
  }

  function good(client: ScriptedClient): void {
    expect(client.problems).to.deep.equal([]);
    expect(client.connected).to.equal(true);
    expect(text(client.received)).to.contain("elbmiht cba");
  }

  const SUITES: readonly (readonly [string, number])[] = [
    ["TLS_AES_128_GCM_SHA256", AES_128_GCM],
    ["TLS_AES_256_GCM_SHA384", AES_256_GCM],
    ["TLS_CHACHA20_POLY1305_SHA256", CHACHA20_POLY1305],
    ["TLS_AES_128_CCM_SHA256", AES_128_CCM],
    ["TLS_AES_128_CCM_8_SHA256", AES_128_CCM_8],
  ];
  const GROUPS: readonly (readonly [string, number])[] = [
    ["X25519", GROUP_X25519],
    ["P-256", GROUP_P256],
    ["P-384", GROUP_P384],
  ];

  for (const [name, suite] of SUITES)
    it(name, async () => {
      const client = await run({ suites: [suite] }, ["-ciphersuites", name]);
      good(client);
      expect(client.suite).to.equal(suite);
    });

  for (const [name, group] of GROUPS) {
    it(`group ${name}`, async () => {
      const client = await run({ groups: [group] });
      good(client);
      expect(client.serverHello!.group).to.equal(group);
    });

    it(`group ${name}, asked for by a HelloRetryRequest`, async () => {
      const client = await run({ groups: [group], shares: [], suites: [AES_256_GCM, AES_128_GCM] });
      good(client);
      expect(client.helloRetry!.group).to.equal(group);
      expect(client.changeCipherSpecs).to.equal(1);
    });
  }

  it("HelloRetryRequest because of another group", async () => {
    const client = await run({ groups: [GROUP_X25519, GROUP_P256] }, ["-groups", "P-256"]);
    good(client);
    expect(client.helloRetry!.group).to.equal(GROUP_P256);
  });

  it("HelloRetryRequest with a cookie, from a server without memory", async () => {
    const client = await run({ changeCipherSpec: false, opened: (peer) => peer.close() }, ["-stateless"], []);
    expect(client.problems).to.deep.equal([]);
    expect(client.helloRetry!.cookie).to.not.equal(null);
    expect(client.connected).to.equal(true);
  });

  it("SNI, ALPN, GREASE, unknown extensions, padding, small records, no compatibility mode", async () => {
    const client = await run(
      {
        serverName: "localhost",
        alpn: ["h2", "http/1.1"],
        grease: true,
        extensions: [extension(0x1234, [1, 2, 3])],
        lastExtensions: [extension(21, new Uint8Array(200))],
        sessionId: new Uint8Array(0),
        fragment: 50,
        padding: 20,
      },
      ["-alpn", "http/1.1", "-no_middlebox"],
    );
    good(client);
    expect(client.alpn).to.equal("http/1.1");
    expect(client.changeCipherSpecs).to.equal(0);
  });

  it("tickets, where they may be sent; a KeyUpdate of each kind", async () => {
    const client = await run({
      extensions: [extension(45, [1, 1])],
      opened: (peer) => {
        peer.keyUpdate(0);
        peer.keyUpdate(1);
      },
    });
    good(client);
    expect(client.tickets).to.equal(2);
    expect(client.keyUpdates).to.equal(1);
  });

  describe("client authentication", () => {
    const identity = () => ({ chain: pemToDer(leaf.chainFile), privateKey: privateKeyOf(leaf.keyFile) });
    const asked = () => ["-Verify", "3", "-CAfile", ca.rootFile, "-verify_return_error", "-purpose", "any"];

    it("a certificate and its signature", async () => {
      const client = await run({ identity: identity() }, ["-Verify", "3", "-CAfile", ca.rootFile]);
      expect(client.problems).to.deep.equal([]);
      expect(client.certificateRequest!.schemes).to.include(0x0403);
      expect(client.connected).to.equal(true);
    });

    it("an empty Certificate where one is asked for", async () => {
      good(await run({ identity: null }, ["-verify", "3", "-CAfile", ca.rootFile]));
    });

    it("an empty Certificate where one is needed: certificate_required", async () => {
      const client = await run({ identity: null }, asked());
      expect(client.alerts.map((one) => one.description)).to.deep.equal([116]);
    });

    for (const [name, proof, alert] of [
      ["another key", { privateKey: new Uint8Array(32).fill(9) }, 51],
      ["the server's context string", { side: "server" }, 51],
      ["another transcript", { hash: new Uint8Array(32) }, 51],
      ["a scheme that does not fit the key", { scheme: 0x0804 }, 47],
    ] as const)
      it(`a signature with ${name}`, async () => {
        const client = await run({ identity: identity(), proof }, ["-Verify", "3", "-CAfile", ca.rootFile]);
        expect(client.alerts.map((one) => one.description)).to.deep.equal([alert]);
      });
  });

  it("a signature of another kind is checked by the test's own means: RSA-PSS", async () => {
    const files = ca.selfSigned("rsa:2048");
    const client = await run(
      {
        schemes: [0x0804],
        verify: (der, _scheme, content, signature) =>
          verify(
            "sha256",
            content,
            {
              key: createPublicKey(new X509Certificate(der).publicKey.export({ type: "spki", format: "pem" })),
              padding: constants.RSA_PKCS1_PSS_PADDING,
              saltLength: 32,
            },
            signature,
          ),
      },
      ["-cert", files.leafFile, "-key", files.keyFile],
    );
    good(client);
    expect(client.scheme).to.equal(0x0804);
  });

  it("a ClientHello of TLS 1.2 only is refused by a server of TLS 1.3 only: protocol_version", async () => {
    const client = await run({ versions: null, suites: [0xc02f] }, ["-tls1_3"]);
    expect(client.alerts.map((one) => one.description)).to.deep.equal([70]);
  });
});
