// External pre-shared keys between our client and our server (RFC 9846 §2.2, §4.3.11).
import { expect } from "chai";
import { PSK_DHE_KE, PSK_KE } from "../../src/config-psk.js";
import { tlsAes256GcmSha384 } from "../../src/crypto/suites/tls-aes-256-gcm-sha384.js";
import { ExternalPsk, PskList, PskLookup } from "../../src/session/external-psk.js";
import { ascii, text } from "../peer/bytes.js";
import { type Both, BothBench, type BothParts, cutOnce, pieces } from "./both.js";
import { p256Retry } from "./both-parts.js";
import { ON_XS, sampled } from "./effort.js";

const IDENTITY = ascii("sensor 7");
const KEY = new Uint8Array(32).fill(0x42);
const OTHER = new Uint8Array(32).fill(0x43);
const OUTSIDE = 2;

/** A client with nothing but a key: no trust, no name. */
const NOTHING = { trust: undefined, serverName: undefined } as unknown as object;
const NO_CERTIFICATE = { identities: [] };

describe("external pre-shared keys", function () {
  this.timeout(120000);
  const bench = new BothBench();
  const psk = new ExternalPsk(IDENTITY, KEY);
  const keys = new PskList([
    { identity: ascii("another"), key: OTHER },
    { identity: IDENTITY, key: KEY },
  ]);
  const ke = new ExternalPsk(IDENTITY, KEY, "SHA-256", PSK_KE);
  const keKeys = new PskList([{ identity: IDENTITY, key: KEY }], "SHA-256", PSK_KE | PSK_DHE_KE);

  function keysOnly(more: BothParts = {}): BothParts {
    return { ...more, client: { psk, ...NOTHING, ...more.client }, server: { psk: keys, host: NO_CERTIFICATE, ...more.server } };
  }

  function talks(both: Both): void {
    both.expectOpen();
    expect(both.client.peerAuthenticated).to.equal(true);
    expect(both.server.peerAuthenticated).to.equal(true);
    expect(both.client.resumed).to.equal(false);
    both.write(both.client, ascii("hello"));
    both.write(both.server, ascii("hallo"));
    expect(text(both.serverReceived)).to.equal("hello");
    expect(text(both.clientReceived)).to.equal("hallo");
  }

  it("psk_dhe_ke, with no certificate and no name on either side", () => {
    const both = bench.joined(keysOnly());
    talks(both);
    expect(both.client.group!.name).to.equal("x25519");
  });

  it("psk_ke: no key exchange at all", () => {
    const both = bench.joined(keysOnly({ client: { psk: ke }, server: { psk: keKeys } }));
    talks(both);
    expect(both.client.group).to.equal(null);
    expect(both.server.group).to.equal(null);
  });

  it("both modes: the server takes the one with key exchange", () => {
    const either = new ExternalPsk(IDENTITY, KEY, "SHA-256", PSK_KE | PSK_DHE_KE);
    expect(bench.opened(keysOnly({ client: { psk: either }, server: { psk: keKeys } })).client.group!.name).to.equal("x25519");
  });

  it("SHA-384", () => {
    const provider = { ...bench.provider, suites: [...bench.provider.suites, tlsAes256GcmSha384] };
    const client = new ExternalPsk(IDENTITY, KEY, "SHA-384");
    const server = new PskList([{ identity: IDENTITY, key: KEY }], "SHA-384");
    const both = bench.joined(keysOnly({ client: { psk: client, provider }, server: { psk: server, provider } }));
    talks(both);
    expect(both.client.suite!.name).to.equal("TLS_AES_256_GCM_SHA384");
  });

  it("a key for another hash than the client's is not this key", () => {
    const provider = { ...bench.provider, suites: [...bench.provider.suites, tlsAes256GcmSha384] };
    const client = new ExternalPsk(IDENTITY, KEY, "SHA-384");
    const both = bench.joined(keysOnly({ client: { psk: client, provider }, server: { provider } }));
    both.expectAlert(both.server, "decrypt_error", /binder/);
  });

  it("after a HelloRetryRequest, the binder covers both ClientHellos", () => {
    talks(bench.joined(keysOnly({ ...p256Retry(bench), ...keysOnly(p256Retry(bench)) })));
  });

  it("after a HelloRetryRequest without server memory", () => {
    const cookies = { key: new Uint8Array(32).fill(7), lifetime: 30 };
    const parts = keysOnly(p256Retry(bench));
    talks(bench.joined({ ...parts, server: { ...parts.server, cookies } }));
  });

  it("every cut of both streams", () => {
    const plain = bench.joined(keysOnly());
    for (const [way, length] of [
      ["toServer", plain.toServer.log.length],
      ["toClient", plain.toClient.log.length],
    ] as const)
      for (const point of sampled(1, length - 1, 5)) bench.opened(keysOnly({ [way]: cutOnce(point) }));
    talks(bench.joined(keysOnly({ toServer: pieces(1), toClient: pieces(1), client: { sliceSteps: 1 }, server: { sliceSteps: 1 } })));
  });

  it("every bit of the ClientHello counts, the binder's too", () => {
    const { length } = bench.joined(keysOnly()).toServer.log;
    const hello = 5; // behind the header of the record, whose version is ignored
    for (const bit of sampled(8 * hello, 8 * Math.min(length, 180) - 1, 30)) {
      const both = bench.join(keysOnly());
      both.toServer.take(both.client);
      const flight = both.toServer.flight;
      if (bit >> 3 >= flight.length) break;
      flight[bit >> 3]! ^= 1 << (bit & 7);
      both.run();
      expect(both.client.state === 1 && both.server.state === 1, `bit ${bit}`).to.equal(false);
    }
  });

  it("small send buffers", () => {
    talks(bench.joined(keysOnly({ client: { sendBuffer: 320 }, server: { sendBuffer: 256 } })));
  });

  describe("look-up of many identities", () => {
    it("one at a time; the answer may come from elsewhere", () => {
      const asked: string[] = [];
      let waits = 3;
      const lookup = new PskLookup((identity) => {
        asked.push(text(identity));
        return waits-- > 0 ? OUTSIDE : KEY;
      });
      talks(bench.joined(keysOnly({ server: { psk: lookup } })));
      expect(asked.length).to.equal(4);
      expect(new Set(asked)).to.deep.equal(new Set(["sensor 7"]));
    });

    it("the server waits, and says so, until the host calls resume()", () => {
      let answer: Uint8Array | typeof OUTSIDE = OUTSIDE;
      const both = bench.joined(keysOnly({ server: { psk: new PskLookup(() => answer) }, resumes: false }));
      expect(both.server.state).to.equal(0);
      expect(both.server.wants & 7).to.equal(0);
      answer = KEY;
      both.server.resume();
      both.run();
      talks(both);
    });
  });

  describe("refused", () => {
    it("an unknown identity and a wrong key: the same alert, the same reason, the same work", () => {
      const of = (identity: Uint8Array, key: Uint8Array): Both => {
        const both = bench.joined(keysOnly({ client: { psk: new ExternalPsk(identity, key) } }));
        both.expectAlert(both.server, "decrypt_error", /binder/);
        return both;
      };
      const wrong = of(IDENTITY, OTHER);
      const unknown = of(ascii("nobody!!"), KEY);
      expect(unknown.server.failure!.reason).to.equal(wrong.server.failure!.reason);
      expect(unknown.toClient.log).to.deep.equal(wrong.toClient.log);
    });

    it("our own identity comes back (Selfie)", () => {
      const own = new PskList([{ identity: IDENTITY, key: KEY }], "SHA-256", PSK_DHE_KE, [IDENTITY]);
      const both = bench.joined(keysOnly({ server: { psk: own } }));
      both.expectAlert(both.server, "illegal_parameter", /comes back/);
    });

    it("a client with psk_ke alone, a server without it", () => {
      const both = bench.joined(keysOnly({ client: { psk: ke } }));
      both.expectAlert(both.server, "handshake_failure", /can be used without one/);
    });

    it("a client without a key, a server with nothing else", () => {
      const both = bench.joined({ server: { psk: keys, host: NO_CERTIFICATE } });
      both.expectAlert(both.server, "handshake_failure", /no pre-shared key/);
    });

    it("a client that trusts its key alone, a server that has a certificate alone", () => {
      const both = bench.joined({ client: { psk, ...NOTHING } });
      both.expectAlert(both.server, "missing_extension", /signature_algorithms/);
    });
  });

  describe("beside certificates", () => {
    it("an unknown identity means a full handshake", () => {
      const both = bench.opened({ client: { psk: new ExternalPsk(ascii("nobody"), KEY) }, server: { psk: keys } });
      expect(both.client.peerAuthenticated).to.equal(true);
      expect(both.server.peerAuthenticated).to.equal(false);
    });

    it("a server that knows no keys: a full handshake", () => {
      expect(bench.opened({ client: { psk } }).server.peerAuthenticated).to.equal(false);
    });

    it("who has the key is asked for no certificate", () => {
      talks(bench.joined({ client: { psk }, server: { psk: keys, host: bench.asked(true) } }));
    });

    it("a client with psk_ke that also trusts certificates sends a share", () => {
      const both = bench.opened({ client: { psk: ke }, server: { psk: new PskList([]) } });
      expect(both.client.group!.name).to.equal("x25519");
    });

    it("the identity is told to who looks on", () => {
      const seen: string[] = [];
      const both = bench.join({ client: { psk }, server: { psk: keys } });
      both.server.certificateTap = { begin() {}, bytes() {}, identified: (by) => seen.push(text(by)) };
      both.run();
      talks(both);
      expect(seen).to.deep.equal(["sensor 7"]);
    });
  });

  describe("configs that cannot work are refused at once", () => {
    const bad: readonly (readonly [string, () => unknown, RegExp])[] = [
      ["an empty identity", () => new ExternalPsk(new Uint8Array(0), KEY), /identity has 0 bytes/],
      ["an identity of 257 bytes", () => new ExternalPsk(new Uint8Array(257), KEY), /257 bytes/],
      ["a short key", () => new ExternalPsk(IDENTITY, new Uint8Array(15)), /key has 15 bytes/],
      ["a hash that is none", () => new ExternalPsk(IDENTITY, KEY, "MD5" as never), /MD5/],
      ["a hash that no suite has", () => bench.join({ client: { psk: new ExternalPsk(IDENTITY, KEY, "SHA-384") } }), /48 bytes/],
      ["a server's the same", () => bench.join({ server: { psk: new PskList([], "SHA-384") } }), /48 bytes/],
      ["no trust and no key", () => bench.join({ client: NOTHING }), /trust is missing/],
      ["trust without a name", () => bench.join({ client: { serverName: undefined as never } }), /serverName is missing/],
    ];
    for (const [name, make, reason] of bad) it(name, () => expect(make).to.throw(RangeError, reason));
  });

  if (!ON_XS)
    it("key log: the lines of a full handshake", () => {
      const labels: string[] = [];
      bench.opened(keysOnly({ client: { keyLog: (label) => labels.push(label) } }));
      expect(labels).to.deep.equal([
        "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
        "SERVER_HANDSHAKE_TRAFFIC_SECRET",
        "CLIENT_TRAFFIC_SECRET_0",
        "SERVER_TRAFFIC_SECRET_0",
      ]);
    });
});
