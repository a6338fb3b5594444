// The scripted peer is what thimble is judged by; here it is judged itself, by OpenSSL's client.
import { type ChildProcess, spawn } from "node:child_process";
import { type AddressInfo, createServer, type Server } from "node:net";
import { expect } from "chai";
import { ascii, text } from "../peer/bytes.js";
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
import { ScriptedServer, type ScriptedServerOptions } from "../peer/scripted-server.js";
import { type Leaf, OpensslCa, opensslVersion, pemToDer, privateKeyOf } from "./openssl-ca.js";

describe("scripted peer with openssl s_client", function () {
  this.timeout(20000);
  let ca: OpensslCa;
  let leaf: Leaf;
  let listener: Server | null = null;
  let child: ChildProcess | null = null;

  before(function () {
    const { version, reason } = opensslVersion();
    if (version === null) {
      console.log(`skipped: ${reason}`);
      this.skip();
    }
    ca = new OpensslCa();
    leaf = ca.leaf();
  });

  after(() => ca?.remove());

  afterEach(() => {
    child?.kill();
    listener?.close();
  });

  /** Runs s_client against the peer and writes `send`, at once or when `marker` came out; "bye" ends it. */
  async function run(
    options: Partial<ScriptedServerOptions>,
    args: string[],
    send: string,
    marker = "",
  ): Promise<{ server: ScriptedServer; output: string }> {
    const identity = { chain: pemToDer(leaf.chainFile), privateKey: privateKeyOf(leaf.keyFile) };
    const server = new ScriptedServer({ identity, echo: true, ...options });
    listener = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (bytes) => {
        socket.write(server.receive(bytes));
        if (text(server.received).includes("bye")) {
          server.close();
          socket.end(server.take());
        }
      });
    });
    await new Promise<void>((done) => listener!.listen(0, "127.0.0.1", done));
    const { port } = listener.address() as AddressInfo;
    child = spawn("openssl", [
      "s_client",
      "-connect",
      `127.0.0.1:${port}`,
      "-CAfile",
      ca.rootFile,
      "-verify_return_error",
      "-ign_eof",
      ...args,
    ]);
    let output = "";
    let said = marker === "";
    child.stdout!.on("data", (chunk: Buffer) => {
      output += chunk.toString("latin1");
      if (!said && output.includes(marker)) {
        said = true;
        child!.stdin!.write(send);
      }
    });
    child.stderr!.on("data", (chunk: Buffer) => {
      output += chunk.toString("latin1");
    });
    if (said) child.stdin!.write(send);
    await new Promise<void>((done) => child!.on("close", () => done()));
    return { server, output };
  }

  const SUITES =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256";
  for (const suite of [AES_128_GCM, AES_256_GCM, CHACHA20_POLY1305, AES_128_CCM, AES_128_CCM_8])
    for (const [name, group] of [
      ["X25519", GROUP_X25519],
      ["P-256", GROUP_P256],
      ["P-384", GROUP_P384],
    ] as const)
      it(`suite ${suite.toString(16)}, group ${name}`, async () => {
        const { server, output } = await run({ suite, group }, ["-groups", name, "-ciphersuites", SUITES, "-quiet"], "hello bye\n");
        expect(server.problems).to.deep.equal([]);
        expect(server.connected).to.equal(true);
        expect(output).to.contain("hello bye");
        expect(server.closeNotify).to.equal(true);
      });

  it("ALPN, small records, padding, tickets, a key update of each kind", async () => {
    const { server, output } = await run(
      {
        alpn: ["http/1.1"],
        fragment: 7,
        padding: 11,
        tickets: 2,
        connected: (peer) => {
          peer.keyUpdate(0);
          peer.write(ascii("one "));
          peer.keyUpdate(1);
          peer.write(ascii("two "));
        },
      },
      ["-alpn", "h2,http/1.1"],
      "hello bye\n",
      "two ",
    );
    expect(server.problems).to.deep.equal([]);
    expect(output).to.contain("ALPN protocol: http/1.1").and.to.contain("one two");
    expect(server.keyUpdates).to.equal(1);
  });

  it("HelloRetryRequest with group and cookie", async () => {
    const { server, output } = await run(
      { helloRetry: { group: GROUP_P256, cookie: ascii("cookie") } },
      ["-groups", "X25519:P-256", "-quiet"],
      "bye\n",
    );
    expect(server.problems).to.deep.equal([]);
    expect(server.clientHellos).to.have.length(2);
    expect(output).to.contain("bye");
  });

  it("CertificateRequest, answered with an empty Certificate", async () => {
    const { server } = await run({ certificateRequest: {} }, ["-quiet"], "bye\n");
    expect(server.problems).to.deep.equal([]);
    expect(server.connected).to.equal(true);
  });
});
