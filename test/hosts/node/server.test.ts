import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { get } from "node:https";
import { join } from "node:path";
import { expect } from "chai";
import { client12, connect, createServer, identityFrom, type ServerOptions, server12, type TLSSocket } from "../../../hosts/node/index.js";
import type { HostLookup, VirtualHost } from "../../../src/config.js";
import { OUTSIDE } from "../../../src/crypto/provider.js";
import type { SigningKey } from "../../../src/identity.js";
import { clientError, echo, ServerFixture, whole } from "./server-fixture.js";
import type { TestCA } from "./test-ca.js";

describe("hosts/node createServer", () => {
  let fixture: ServerFixture;
  let ca: TestCA;

  before(() => {
    fixture = new ServerFixture();
    ca = fixture.ca;
  });

  after(() => ca.remove());

  afterEach(() => fixture.end());

  it("serves Node's client: names, protocol, suite, group", async () => {
    const { port } = await fixture.serve({ alpn: ["b", "a"] }, (socket) => {
      const { servername, alpnProtocol, authorized, encrypted, remoteAddress } = socket;
      const told = [servername, alpnProtocol, authorized, encrypted, remoteAddress, socket.getProtocol()];
      socket.end(JSON.stringify([...told, socket.getCipher()?.name, socket.getEphemeralKeyInfo()?.name]));
    });
    const socket = fixture.client(port, { ALPNProtocols: ["a", "c"], ecdhCurve: "X25519", ciphers: "TLS_CHACHA20_POLY1305_SHA256" });
    expect(JSON.parse(String(await whole(socket)))).to.deep.equal([
      "localhost",
      "a",
      false,
      true,
      "127.0.0.1",
      "TLSv1.3",
      "TLS_CHACHA20_POLY1305_SHA256",
      "x25519",
    ]);
    expect(socket.authorized).to.equal(true);
    expect(socket.alpnProtocol).to.equal("a");
  });

  for (const [version, versions] of [
    ["TLSv1.3", {}],
    ["TLSv1.2", { tls12: client12, tls13: false }],
  ] as const)
    it(`${version}: one session opens several connections, its Buffer stays as it was`, async () => {
      const { port } = await fixture.serve({ tls12: server12 }, (socket) => {
        socket.once("data", (bytes: Buffer) => socket.end(bytes));
      });
      const talk = async (word: string, session?: Buffer) => {
        const options = { ...versions, ...(session === undefined ? {} : { session }) };
        const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ca: readFileSync(ca.rootFile), ...options });
        socket.on("error", () => undefined);
        socket.write(word);
        socket.resume();
        await once(socket, "close");
        return { reused: socket.isSessionReused(), session: socket.getSession() };
      };
      const { session } = await talk("one");
      const before = Buffer.from(session as Buffer);
      expect([(await talk("two", session)).reused, (await talk("three", session)).reused]).to.deep.equal([true, true]);
      expect(before.equals(session as Buffer)).to.equal(true);
    });

  it("carries megabytes both ways, and waits for a slow reader", async () => {
    const { port } = await fixture.serve({ allowHalfOpen: true }, echo);
    const data = randomBytes(3_000_000);
    const socket = fixture.client(port);
    socket.pause();
    socket.end(data);
    await new Promise((done) => setTimeout(done, 200));
    expect((await whole(socket)).equals(data)).to.equal(true);
  });

  it("stops reading where the app does not read", async () => {
    let held: TLSSocket | null = null;
    const { port } = await fixture.serve({}, (socket) => {
      held = socket;
    });
    const socket = fixture.client(port);
    await once(socket, "secureConnect");
    const pushed = new Promise<boolean>((done) => {
      const chunk = Buffer.alloc(65_536);
      let sent = 0;
      const more = () => {
        while (socket.write(chunk)) {
          sent += chunk.length;
          if (sent > 64 << 20) return done(true);
        }
        setTimeout(() => done(false), 300);
      };
      more();
    });
    expect(await pushed).to.equal(false);
    expect((held as TLSSocket | null)?.readableLength).to.be.below(200_000);
  });

  it("is what Node's http server stands on", async () => {
    const http = createHttpServer((request, response) =>
      response.end(`hello ${request.url} ${(request.socket as unknown as TLSSocket).servername}`),
    );
    http.keepAliveTimeout = 200;
    const { port } = await fixture.serve({ allowHalfOpen: true, alpn: ["http/1.1"] }, (socket) => http.emit("connection", socket));
    for (const path of ["/a", "/b"]) {
      const [response] = await once(
        get({ port, host: "127.0.0.1", ca: readFileSync(ca.rootFile), servername: "localhost", path }),
        "response",
      );
      expect(String(await whole(response))).to.equal(`hello ${path} localhost`);
    }
  });

  it("speaks with thimble's own client", async () => {
    const { port } = await fixture.serve({ allowHalfOpen: true }, echo);
    const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ca: readFileSync(ca.rootFile), allowHalfOpen: true });
    fixture.sockets.push(socket);
    socket.end("to and fro");
    expect(String(await whole(socket))).to.equal("to and fro");
  });

  it("small buffers and slices", async () => {
    const { port } = await fixture.serve({ receiveBuffer: 2048, sendBuffer: 512, sliceSteps: 20, allowHalfOpen: true }, echo);
    const socket = fixture.client(port);
    socket.setMaxSendFragment(512);
    const data = randomBytes(50_000);
    socket.end(data);
    expect((await whole(socket)).equals(data)).to.equal(true);
  });

  it("slices by time", async () => {
    const { port } = await fixture.serve({ sliceMilliseconds: 5, allowHalfOpen: true }, echo);
    const socket = connect({ host: "127.0.0.1", servername: "localhost", port, ca: readFileSync(ca.rootFile), sliceMilliseconds: 5 });
    fixture.sockets.push(socket);
    const data = randomBytes(50_000);
    socket.end(data);
    expect((await whole(socket)).equals(data)).to.equal(true);
    expect(() => connect({ host: "127.0.0.1", port, ca: readFileSync(ca.rootFile), sliceMilliseconds: -1 })).to.throw(RangeError);
  });

  describe("virtual servers", () => {
    const named = (name: string) => ({ cert: ca.text(`${name}.pem`) + ca.text("inter.pem"), key: ca.text(`${name}.key`), alpn: [name] });
    const say = (socket: TLSSocket) => socket.end(`${socket.servername ?? "none"} ${socket.alpnProtocol}`);
    const ask = async (port: number, servername: string): Promise<string> => {
      const socket = fixture.client(port, { servername, ALPNProtocols: ["one", "any", "rest"] });
      let failure = "";
      socket.on("error", (error: Error & { code?: string }) => {
        failure = error.code ?? "";
      });
      let subject = "";
      socket.on("secureConnect", () => {
        subject = String(socket.getPeerCertificate().subject.CN);
      });
      const text = await whole(socket).catch(() => "");
      return failure === "" ? `${text} ${subject}` : failure;
    };

    before(() => {
      ca.leaf("one", ["DNS:one.example"]);
      ca.leaf("any", ["DNS:*.example", "DNS:two.example"]);
      ca.leaf("rest", ["DNS:rest.test", "IP:127.0.0.1"]);
    });

    it("exact, wildcard, default", async () => {
      const hosts = { "one.example": named("one"), "*.example": named("any") };
      const { port } = await fixture.serve({ hosts, ...named("rest") }, say);
      expect(await ask(port, "one.example")).to.equal("one.example one one");
      expect(await ask(port, "two.example")).to.equal("two.example any any");
      expect(await ask(port, "rest.test")).to.equal("rest.test rest rest");
      expect(await ask(port, "")).to.equal("none rest rest");
    });

    it("without a default an unknown name is refused", async () => {
      const server = createServer({ hosts: { "one.example": named("one") } });
      const port = await fixture.listen(server);
      const failed = clientError(server);
      expect(await ask(port, "other.example")).to.match(/UNRECOGNIZED_NAME/);
      expect(await failed).to.include({ alert: "unrecognized_name" });
    });
  });

  it("a look-up and a key elsewhere: the handshake waits for operationDone()", async () => {
    const { certificates, key } = identityFrom(ca.chain, ca.key);
    let host: VirtualHost | null = null;
    const elsewhere: SigningKey = {
      schemes: key.schemes,
      maxSignature: key.maxSignature,
      createSigner() {
        const signer = key.createSigner();
        let signed = false;
        return {
          begin(...content) {
            signer.begin(...content);
            setTimeout(() => {
              signed = true;
              server.operationDone();
            }, 30);
          },
          step: (budget) => (signed ? signer.step(budget) : OUTSIDE),
          writeSignature: (out, offset) => signer.writeSignature(out, offset),
        };
      },
    };
    const hosts: HostLookup = {
      find(name) {
        if (host !== null) return host;
        setTimeout(() => {
          expect(name).to.equal("localhost");
          host = { identities: [{ certificates, key: elsewhere }] };
          server.operationDone();
        }, 30);
        return OUTSIDE;
      },
    };
    const server = createServer({ hosts, allowHalfOpen: true }, echo);
    const socket = fixture.client(await fixture.listen(server));
    socket.end("from elsewhere");
    expect(String(await whole(socket))).to.equal("from elsewhere");
  });

  describe("client authentication", () => {
    const withCert = (name: string) => ({ cert: ca.text(`${name}.pem`) + ca.text("inter.pem"), key: ca.text(`${name}.key`) });
    const clientCa = () => readFileSync(ca.rootFile);

    before(() => ca.leaf("device", [], "clientAuth"));

    it("required and given", async () => {
      const { port } = await fixture.serve({ clientCa: clientCa(), requireClientCert: true }, (socket) =>
        socket.end(String(socket.authorized)),
      );
      expect(String(await whole(fixture.client(port, withCert("device"))))).to.equal("true");
    });

    it("required and not given, or of another authority: refused with the reason", async () => {
      const { port, server } = await fixture.serve({ clientCa: clientCa(), requireClientCert: true }, echo);
      const none = clientError(server);
      fixture.client(port);
      expect((await none).message).to.match(/certificate_required: .*the client sent none/);
      const other = await fixture.serve({ clientCa: readFileSync(ca.strangerFile), requireClientCert: true }, echo);
      const unknown = clientError(other.server);
      fixture.client(other.port, withCert("device"));
      expect(await unknown).to.include({ alert: "unknown_ca", origin: "self" });
    });

    it("asked: both are served", async () => {
      const { port } = await fixture.serve({ clientCa: clientCa() }, (socket) =>
        socket.end(`${socket.authorized} ${socket.getPeerX509Certificate()?.subject ?? "nobody"} ${socket.getPeerCertificates().length}`),
      );
      expect(String(await whole(fixture.client(port)))).to.equal("false nobody 0");
      expect(String(await whole(fixture.client(port, withCert("device"))))).to.match(/^true CN=.* 2$/);
    });
  });

  it("an idle client is closed", async () => {
    let failure: Error | null = null;
    const { port } = await fixture.serve({ idleTimeout: 150 }, (socket) => {
      socket.on("error", (error) => {
        failure = error;
      });
    });
    const socket = fixture.client(port);
    await once(socket, "secureConnect");
    expect(String(await whole(socket))).to.equal("");
    expect((failure as Error | null)?.message).to.equal("timed_out: nothing was sent or received for 0.15 s");
  });

  it("close() takes no new clients, drops silent ones, and lets the others end", async () => {
    const { port, server } = await fixture.serve({ allowHalfOpen: true }, echo);
    const silent = await fixture.tcp(port);
    const socket = fixture.client(port);
    await once(socket, "secureConnect");
    const closed = once(server, "close");
    server.close();
    await once(silent, "close");
    socket.end("last");
    expect(String(await whole(socket))).to.equal("last");
    await closed;
  });

  it("says what is wrong before it listens", () => {
    const text = (name: string) => readFileSync(join(ca.folder, name), "utf8");
    const wrong: [Partial<ServerOptions>, RegExp][] = [
      [{}, /give `cert` and `key`/],
      [{ hosts: {} }, /give `cert` and `key`/],
      [{ cert: ca.chain }, /`cert` without its `key`/],
      [{ key: ca.key }, /`key` without its `cert`/],
      [{ identities: [] }, /`identities` is empty/],
      [{ cert: ca.chain, key: text("root.key") }, /key.*does not (belong|match|fit)/i],
      [{ cert: "", key: ca.key }, /cert: is empty/],
      [{ cert: ca.key, key: ca.key }, /cert, line 1: holds a PRIVATE KEY/],
      [{ cert: ca.chain, key: ca.chain }, /key: holds no private key|key.*CERTIFICATE/],
      [{ cert: "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----", key: ca.key }, /cert, line 2: not base64/],
      [{ ...fixture.own(), alpn: [] }, /`alpn` is empty/],
      [{ ...fixture.own(), alpn: ["x".repeat(256)] }, /alpn: name 0 has 256/],
      [{ ...fixture.own(), requireClientCert: true }, /`requireClientCert` needs `clientCa`/],
      [{ ...fixture.own(), clientCa: [] }, /clientCa: no certificate given/],
      [{ ...fixture.own(), hosts: { "Upper.example": fixture.own() } }, /Upper\.example/],
      [{ ...fixture.own(), hosts: { "a.example": {} } }, /hosts\["a\.example"\].*`identities` is empty/],
      [{ ...fixture.own(), hosts: { "a.example": { cert: ca.chain, key: text("root.key") } } }, /hosts\["a\.example"\]: key/],
      [{ ...fixture.own(), maxHandshakes: 0 }, /`maxHandshakes` is 0/],
      [{ ...fixture.own(), handshakeTimeout: -1 }, /`handshakeTimeout` is -1/],
      [{ ...fixture.own(), receiveBuffer: 10 }, /receiveBuffer is 10/],
      [{ ...fixture.own(), cookies: { key: new Uint8Array(5), lifetime: 10 } }, /cookies\.key has 5 bytes/],
    ];
    for (const [options, message] of wrong) expect(() => createServer(options as ServerOptions), String(message)).to.throw(message);
  });
});
