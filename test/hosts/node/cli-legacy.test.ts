// --insecure-legacy of connect and serve: what it lets in, and that it is off by default.
import { connect, type TLSSocket } from "node:tls";
import { expect } from "chai";
import { decryptionIdentity } from "../../../hosts/node/decryption-key.js";
import { makeServer12 } from "../../../hosts/node/legacy12.js";
import { KeyTypes } from "../../interop/key-types.js";
import { type Served, thimble, thimbleServe } from "./thimble-command.js";

describe("thimble with --insecure-legacy", function () {
  this.timeout(60_000);
  let types: KeyTypes;
  let own: string[];
  let rsa: string[];
  const served: Served[] = [];

  before(() => {
    types = new KeyTypes();
    const { certFile, keyFile } = types.pair("server", "p256");
    own = ["--cert", certFile, "--key", keyFile, "--echo", "--max-version", "1.2"];
    rsa = ["--rsa-kx-cert", types.decrypting.certFile, "--rsa-kx-key", types.decrypting.keyFile];
  });

  after(() => types.remove());

  afterEach(async () => {
    for (const one of served.splice(0)) await one.stop();
  });

  async function serve(...args: string[]): Promise<number> {
    const one = await thimbleServe([...own, ...args]);
    served.push(one);
    return one.port;
  }

  /** The suite that Node's client gets with these, or the error's code. */
  function suiteOf(port: number, ciphers: string): Promise<string> {
    return new Promise((done) => {
      const socket: TLSSocket = connect({
        port,
        host: "127.0.0.1",
        servername: "localhost",
        ca: types.roots,
        ciphers,
        maxVersion: "TLSv1.2",
      });
      socket.on("secureConnect", () => {
        done(socket.getCipher().standardName);
        socket.end();
      });
      socket.on("error", (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    });
  }

  const RSA = "AES128-GCM-SHA256:@SECLEVEL=0";
  const CBC = "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0";
  const BOTH = "AES256-SHA:@SECLEVEL=0";
  const REFUSED = "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE";

  it("a server lets in what was named, and nothing else", async () => {
    const plain = await serve();
    for (const ciphers of [RSA, CBC, BOTH]) expect(await suiteOf(plain, ciphers), ciphers).to.equal(REFUSED);
    const cbc = await serve("--insecure-legacy", "cbc");
    expect(await suiteOf(cbc, CBC)).to.equal("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA");
    for (const ciphers of [RSA, BOTH]) expect(await suiteOf(cbc, ciphers), ciphers).to.equal(REFUSED);
    const rsaKx = await serve("--insecure-legacy", "rsa-kx", ...rsa);
    expect(await suiteOf(rsaKx, RSA)).to.equal("TLS_RSA_WITH_AES_128_GCM_SHA256");
    for (const ciphers of [CBC, BOTH]) expect(await suiteOf(rsaKx, ciphers), ciphers).to.equal(REFUSED);
    const both = await serve("--insecure-legacy", "rsa-kx,cbc", ...rsa);
    expect(await suiteOf(both, BOTH)).to.equal("TLS_RSA_WITH_AES_256_CBC_SHA");
    // What is better goes first.
    expect(await suiteOf(both, "ALL:@SECLEVEL=0")).to.match(/^TLS_ECDHE_ECDSA_WITH_(AES_128_GCM|CHACHA20)/);
  });

  it("connect offers what was named, with both providers", async () => {
    const port = await serve("--insecure-legacy", "rsa-kx,cbc", ...rsa);
    const ca = ["--ca", types.rootsFile, "--max-version", "1.2"];
    for (const provider of ["noble", "xs"])
      for (const suite of ["TLS_RSA_WITH_AES_128_CBC_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"]) {
        const args = ["connect", `localhost:${port}`, ...ca, "--provider", provider, "--ciphers", suite];
        expect(await thimble([...args, "--insecure-legacy", "rsa-kx,cbc"], "to and fro\n"), suite).to.deep.equal({
          code: 0,
          stdout: Buffer.from("to and fro\n"),
          stderr: "",
        });
        const run = await thimble(args, "x");
        expect(run.code).to.equal(2);
        expect(run.stderr).to.contain(`--ciphers: "${suite}" is unknown`);
      }
  });

  it("connect tells what kept the secret", async () => {
    const port = await serve("--insecure-legacy", "rsa-kx", ...rsa);
    const args = ["connect", `localhost:${port}`, "--ca", types.rootsFile, "--insecure-legacy", "rsa-kx", "-v"];
    const lineOf = async (ciphers: string) => {
      const { stderr } = await thimble([...args, "--ciphers", ciphers], "x\n");
      return stderr.split("\n").find((line) => line.startsWith("group "));
    };
    expect(await lineOf("TLS_RSA_WITH_AES_128_GCM_SHA256")).to.equal("group none: the secret was encrypted to the server's RSA key");
    expect(await lineOf("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")).to.equal("group x25519");
  });

  it("each virtual server decrypts with its own certificate, others with that for all", async () => {
    const { certFile, keyFile } = types.pair("server", "p256");
    const [a, b] = [types.decryptingFor("a.test"), types.decryptingFor("b.test")];
    const vhosts = ["a.test", "b.test", "c.test"].flatMap((name) => ["--vhost", `${name}=${certFile},${keyFile}`]);
    const named = [
      ...["--insecure-legacy", "rsa-kx", ...vhosts],
      ...["--rsa-kx-vhost", `a.test=${a.certFile},${a.keyFile}`, "--rsa-kx-vhost", `b.test=${b.certFile},${b.keyFile}`],
    ];
    const shownTo = (port: number, servername: string): Promise<string> =>
      new Promise((done) => {
        const only12 = { ca: types.roots, ciphers: RSA, maxVersion: "TLSv1.2", checkServerIdentity: () => undefined } as const;
        const socket: TLSSocket = connect({ port, host: "127.0.0.1", servername, ...only12 });
        socket.on("secureConnect", () => {
          done(socket.getPeerCertificate().subjectaltname ?? "");
          socket.end();
        });
        socket.on("error", (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
      });
    const port = await serve(...named);
    for (const name of ["a.test", "b.test"]) expect(await shownTo(port, name)).to.equal(`DNS:${name}`);
    for (const name of ["c.test", "localhost"]) expect(await shownTo(port, name), name).to.equal(REFUSED);
    const shared = await serve(...named, ...rsa);
    expect(await shownTo(shared, "b.test")).to.equal("DNS:b.test");
    for (const name of ["c.test", "localhost"]) expect(await shownTo(shared, name), name).to.match(/^DNS:localhost/);
  });

  it("says what cannot be", async () => {
    for (const [args, text] of [
      [["--insecure-legacy", "rc4"], /"rc4" is none of rsa-kx, cbc, cbc-mac-then-encrypt/],
      [["--insecure-legacy", "rsa-kx"], /rsa-kx needs a certificate of its own, with keyEncipherment and without digitalSignature/],
      [["--insecure-legacy", "cbc", ...rsa], /--rsa-kx-cert is for --insecure-legacy rsa-kx alone/],
      [["--rsa-kx-vhost", "a.test=a.pem,a.key"], /--rsa-kx-vhost a.test: there is no --vhost a.test/],
      [
        ["--vhost", `a.test=${own[1]},${own[3]}`, "--rsa-kx-vhost", `a.test=${rsa[1]},${rsa[3]}`],
        /--rsa-kx-vhost is for --insecure-legacy rsa-kx alone/,
      ],
      [
        ["--insecure-legacy", "rsa-kx", "--vhost", `a.test=${own[1]},${own[3]}`, "--rsa-kx-vhost", `a.test=${own[1]},${own[3]}`],
        /no RSA key/,
      ],
      [["--insecure-legacy", "rsa-kx", ...rsa.slice(0, 2)], /--rsa-kx-cert and --rsa-kx-key belong together/],
      [
        [
          "--insecure-legacy",
          "rsa-kx",
          "--rsa-kx-cert",
          types.pair("server", "rsa").certFile,
          "--rsa-kx-key",
          types.pair("server", "rsa").keyFile,
        ],
        /does not have keyEncipherment/,
      ],
    ] as const) {
      const run = await thimble(["serve", "--port", "0", ...own, ...args]);
      expect(run.code, args.join(" ")).to.equal(2);
      expect(run.stderr).to.match(text);
    }
  });

  it("--psk is TLS 1.2's where TLS 1.3 is ruled out, with and without certificates", async () => {
    const psk = ["--psk", "sensor 7:00112233445566778899aabbccddeeff", "--max-version", "1.2"];
    const one = await thimbleServe(["--echo", ...psk]);
    served.push(one);
    for (const more of [[], ["--ca", types.rootsFile], ["--ciphers", "TLS_PSK_WITH_AES_128_CCM"]])
      expect(await thimble(["connect", `localhost:${one.port}`, ...psk, ...more], "to and fro\n"), more.join(" ")).to.deep.equal({
        code: 0,
        stdout: Buffer.from("to and fro\n"),
        stderr: "",
      });
    expect(one.run.stderr).to.contain("TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256").and.contain("TLS_PSK_WITH_AES_128_CCM,");
    const wrong = await thimble([
      "connect",
      `localhost:${one.port}`,
      "--psk",
      "sensor 7:00112233445566778899aabbccddee00",
      "--max-version",
      "1.2",
    ]);
    expect(wrong.code).to.equal(1);
    expect(wrong.stderr).to.contain("bad_record_mac");
  });

  it("a decrypting key must belong to its certificate, and be RSA", () => {
    const { cert } = types.decrypting;
    expect(() => decryptionIdentity(cert, types.pair("server", "rsa").key)).to.throw(RangeError, /does not belong/);
    expect(() => decryptionIdentity(cert, types.pair("server", "p256").key)).to.throw(RangeError, /no RSA key/);
    const identity = decryptionIdentity(cert, types.decrypting.key);
    expect([identity.key.constantTime, identity.key.modulusLength]).to.deep.equal([true, 256]);
    expect(() => makeServer12({ insecureLegacy: ["rsa-kx"] })).to.throw(RangeError, /a certificate of its own/);
  });

  it("node:crypto gives the raw block, with its zeros, and zeros for what no ciphertext can be", () => {
    const { key } = decryptionIdentity(types.decrypting.cert, types.decrypting.key);
    const random = { fill: (bytes: Uint8Array, o: number, n: number) => void bytes.fill(0, o, o + n) };
    const blockOf = (ciphertext: Uint8Array): Uint8Array => {
      const decrypter = key.createDecrypter();
      decrypter.begin(ciphertext, 0, ciphertext.length, random);
      decrypter.step(1);
      const block = new Uint8Array(256).fill(7);
      decrypter.writeBlock(block, 0);
      return block;
    };
    const one = new Uint8Array(256);
    one[255] = 1;
    expect(blockOf(one)).to.deep.equal(one);
    for (const bytes of [
      new Uint8Array(256),
      new Uint8Array(256).fill(0xff),
      new Uint8Array(255).fill(1),
      new Uint8Array(257),
      new Uint8Array(0),
    ])
      expect(blockOf(bytes)).to.deep.equal(new Uint8Array(256));
  });
});
