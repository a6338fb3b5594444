// NSS, the stack of Firefox, both ways: strict where others are not, and with record_size_limit.
import { expect } from "chai";
import {
  anchorsFromFiles,
  type ConnectOptions,
  client12,
  connect,
  ExternalPsk,
  identityFromFiles,
  PSK_DHE_KE,
  PskList,
  SessionIds,
  server12,
  systemRandom,
  TicketKeys,
  Tickets,
} from "../../hosts/node/index.js";
import { chachaPoly1305 } from "../../hosts/node/noble/aeads.js";
import { postHandshakeAuth } from "../../src/handshake/post-handshake-auth.js";
import type { RealServer } from "../servers/real-server.js";
import { KeyTypes } from "./key-types.js";
import { Nss, nssTools } from "./nss-peers.js";
import { opensslVersion } from "./openssl-ca.js";
import { type ThimbleServer, type ThimbleServerOptions, thimbleServer } from "./thimble-server.js";

const REQUEST = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n";
const KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
/** What NSS is held to: our client offers both. */
const VERSIONS = { "TLS 1.3": "tls1.3:tls1.3", "TLS 1.2": "tls1.2:tls1.2" } as const;

describe("NSS", function () {
  this.timeout(30_000);
  let types: KeyTypes;
  let nss: Nss;
  let real: RealServer | null = null;
  let ours: ThimbleServer | null = null;

  before(function () {
    if (opensslVersion().version === null) console.log("    skipped: openssl 3 not found");
    if (opensslVersion().version === null || !nssTools()) return void this.skip();
    types = new KeyTypes();
    nss = new Nss(types);
  });
  after(() => types?.remove());
  afterEach(async () => {
    await real?.stop();
    ours?.stop();
    real = ours = null;
  });

  describe("our client and selfserv", () => {
    async function selfserv(...args: string[]): Promise<number> {
      const { port, ...server } = await nss.server(...args);
      real = server;
      return port;
    }

    interface Talk {
      readonly text: string;
      readonly suite: string;
      readonly group: string | null;
      readonly resumed: boolean;
      readonly session: Buffer | undefined;
      readonly exported: string;
    }

    async function talk(port: number, options: Partial<ConnectOptions> = {}): Promise<Talk> {
      const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ca: types.roots, tls12: client12, ...options });
      let text = "";
      let exported = "";
      socket.on("secureConnect", () => {
        exported = socket.exportKeyingMaterial(20, "EXPORTER-test", Buffer.from("context")).toString("hex");
        socket.write(REQUEST);
      });
      socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
      await new Promise<void>((done, failed) => {
        socket.on("error", failed);
        socket.on("end", done);
      });
      const { suite, group, resumed } = socket.connection;
      const session = socket.getSession();
      socket.destroy();
      return { text, suite: suite?.name ?? "", group: group?.name ?? null, resumed, session, exported };
    }

    for (const [name, range] of Object.entries(VERSIONS)) {
      it(`${name}: full, resumed, and by the same exported bytes`, async () => {
        const port = await selfserv("-V", range, "-u", "-G", "-x", "EXPORTER-test:20:context");
        const first = await talk(port);
        expect(first.text).to.match(/^HTTP\/1\.0 200 OK/);
        expect(first.resumed).to.equal(false);
        const second = await talk(port, { session: first.session as Buffer });
        expect([second.resumed, /200 OK/.test(second.text)]).to.deep.equal([true, true]);
        const keying = () => (real as RealServer).output().replaceAll(/[\s:]/g, "").toLowerCase();
        const until = Date.now() + 2000;
        while (!keying().includes(second.exported) && Date.now() < until) await new Promise((later) => setTimeout(later, 20));
        for (const { exported } of [first, second]) expect(keying()).to.contain(exported);
      });

      it(`${name}: a client certificate, and one by RSA`, async () => {
        const port = await selfserv("-V", range, "-r", "-r");
        for (const type of ["p256", "rsa"] as const) {
          const { cert, key } = types.pair("client", type);
          expect((await talk(port, { cert, key })).text).to.contain("200 OK");
        }
        await talk(port).then(
          () => expect.fail("a client without a certificate"),
          (error: Error) => expect(error.message).to.match(/certificate|alert/),
        );
      });

      it(`${name}: records of 512 bytes and 16 KB; the server keeps to record_size_limit`, async () => {
        const port = await selfserv("-V", range, "-g", "4");
        for (const receiveBuffer of [600, 20_000]) {
          const records: number[] = [];
          const trace = (line: string) => {
            if (line.startsWith("< application_data")) records.push(Number(/(\d+) bytes/.exec(line)?.[1]));
          };
          const { text } = await talk(port, { receiveBuffer, trace });
          expect(text.length).to.be.greaterThan(16_384);
          expect(Math.max(...records)).to.be.within(Math.min(receiveBuffer, 16_384) - 32, Math.min(receiveBuffer, 16_640));
        }
      });

      it(`${name}: a group that has to be asked for`, async () => {
        const port = await selfserv("-V", range, "-I", "P384");
        const { group } = await talk(port);
        expect(group).to.equal("secp384r1");
      });
    }

    it("asked for a certificate after the handshake", async () => {
      const port = await selfserv("-V", "tls1.3:tls1.3", "-E", "-r", "-r", "-r", "-r");
      const { cert, key } = types.pair("client", "p256");
      expect((await talk(port, { cert, key, postHandshakeAuth })).text).to.contain("200 OK");
      expect((real as RealServer).output()).to.contain("Subject: CN=thimble client-p256");
    });

    it("a pre-shared key", async () => {
      const port = await selfserv("-V", "tls1.3:tls1.3", "-z", `0x${KEY}:sensor-7`);
      const psk = new ExternalPsk(Buffer.from("sensor-7"), Buffer.from(KEY, "hex"), "SHA-256", PSK_DHE_KE);
      expect((await talk(port, { psk })).text).to.contain("200 OK");
    });
  });

  describe("tstclnt and our server", () => {
    async function serve(type: "p256" | "rsa", options: ThimbleServerOptions = {}): Promise<number> {
      const { certFile, keyFile } = type === "rsa" ? types.forBoth() : types.pair("server", type);
      ours = await thimbleServer({ chainFile: certFile, leafFile: certFile, keyFile }, { tls12: server12, ...options });
      return ours.port;
    }
    const seen = () => (ours as ThimbleServer).seen;

    for (const [name, range] of Object.entries(VERSIONS))
      for (const type of ["p256", "rsa"] as const)
        it(`${name}: ${type}, large and small buffers, a group to be asked for`, async () => {
          for (const options of [{}, { receiveBuffer: 700 }, { receiveBuffer: 20_000 }]) {
            const port = await serve(type, options);
            for (const more of [[], ["-I", "P384,P256"]]) {
              const output = await nss.client(port, REQUEST, "-V", range, ...more);
              expect(output, JSON.stringify(options)).to.contain("HTTP/1.0 200 OK").and.to.contain("thimble");
            }
            ours?.stop();
          }
        });

    it("both versions offered, with an extension of encrypted ClientHellos that means nothing", async () => {
      const port = await serve("p256");
      expect(await nss.client(port, REQUEST, "-V", "tls1.2:tls1.3", "-i", "100"))
        .to.contain("SSL version 3.4")
        .and.to.contain("200 OK");
      expect(seen()[0]?.connection.version).to.equal(0x0304);
    });

    for (const [name, range] of Object.entries(VERSIONS))
      it(`${name}: a client certificate`, async () => {
        const clientAuthentication = { trust: anchorsFromFiles(types.rootsFile), required: true };
        const { certFile, keyFile } = types.pair("server", "p256");
        const host = { identities: [identityFromFiles(certFile, keyFile)], clientAuthentication };
        const port = await serve("p256", { host });
        for (const type of ["p256", "rsa"] as const)
          expect(await nss.client(port, REQUEST, "-V", range, "-n", `client-${type}`), type).to.contain("200 OK");
        expect(seen().map(({ connection }) => connection.peerAuthenticated)).to.deep.equal([true, true]);
      });

    for (const [name, range] of Object.entries(VERSIONS))
      it(`${name}: resumed by ticket`, async () => {
        const tickets = new Tickets(new TicketKeys(chachaPoly1305, systemRandom));
        const port = await serve("p256", { tickets, sessionIds: new SessionIds(4) });
        await nss.client(port, REQUEST, "-V", range, "-u", "-L", "3");
        expect(seen().map(({ connection }) => connection.resumed)).to.deep.equal([false, true, true]);
      });

    it("a pre-shared key", async () => {
      const psk = new PskList([{ identity: Buffer.from("sensor-7"), key: Buffer.from(KEY, "hex") }], "SHA-256", PSK_DHE_KE);
      const port = await serve("p256", { psk });
      expect(await nss.client(port, REQUEST, "-V", "tls1.3:tls1.3", "-z", `0x${KEY}:sensor-7`)).to.contain("200 OK");
      expect(seen()[0]?.connection.peerAuthenticated).to.equal(true);
    });
  });
});
