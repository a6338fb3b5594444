// Our client's pre-shared keys with a scripted server that does right, and one that does not (RFC 9846 §4.3.11).
import { expect } from "chai";
import { handshake_failure, illegal_parameter, unexpected_message, unsupported_extension } from "../../src/alert.js";
import type { ClientConfig } from "../../src/config.js";
import { PSK_DHE_KE, PSK_KE } from "../../src/config-psk.js";
import { tlsAes256GcmSha384 } from "../../src/crypto/suites/tls-aes-256-gcm-sha384.js";
import { ExternalPsk } from "../../src/session/external-psk.js";
import { ascii, concat, u16 } from "../peer/bytes.js";
import { dropExtension, editExtensions, extensionsOf, setExtension } from "../peer/edit.js";
import { extension, HANDSHAKE_TYPES } from "../peer/messages.js";
import { AES_256_GCM, GROUP_P256 } from "../peer/peer-crypto.js";
import type { FlightName, MessageName, ScriptedServerOptions } from "../peer/scripted-server.js";
import { sampled } from "./effort.js";
import { Bench, byteByByte, cutAt, type Pair } from "./pair.js";
import { TYPES, wellFormed } from "./well-formed.js";

const T = HANDSHAKE_TYPES;
const KEY = new Uint8Array(32).fill(0x42);
const NOTHING = { trust: undefined, serverName: undefined } as unknown as Partial<ClientConfig>;

describe("client: pre-shared keys and what a server makes of them", function () {
  this.timeout(120000);
  const bench = new Bench();
  const external = new ExternalPsk(ascii("sensor 7"), KEY);
  const ke = new ExternalPsk(ascii("sensor 7"), KEY, "SHA-256", PSK_KE);
  const either = new ExternalPsk(ascii("sensor 7"), KEY, "SHA-256", PSK_KE | PSK_DHE_KE);
  const taken = { key: KEY };

  function run(server: Partial<ScriptedServerOptions>, client: Partial<ClientConfig> = {}): Pair {
    return bench.run({ psk: taken, ...server }, { psk: external, ...client });
  }

  const change = (name: MessageName, edit: (bytes: Uint8Array) => Uint8Array | readonly Uint8Array[]): Partial<ScriptedServerOptions> => ({
    mutate: (which, bytes) => (which === name ? edit(bytes) : bytes),
  });

  it("the binder is what RFC 9846 says, the peer computes it by itself", () => {
    run({}).expectOpen();
    run({ psk: { key: KEY, withoutExchange: true } }, { psk: either }).expectOpen();
    run({ psk: { key: KEY, withoutExchange: true } }, { psk: ke, ...NOTHING }).expectOpen();
  });

  it("pre_shared_key is the last extension, with one mode; no certificates and no group are offered where none could be used", () => {
    const list = (client: Partial<ClientConfig>, server: Partial<ScriptedServerOptions> = {}) =>
      extensionsOf(run(server, client).server.clientHellos[0]!).map((one) => one.type);
    const all = list({});
    expect(all[all.length - 1]).to.equal(41);
    expect(all).to.include.members([45, 13, 10, 51]);
    expect(list({ ...NOTHING })).to.not.include(13);
    const alone = list({ psk: ke, ...NOTHING }, { psk: { key: KEY, withoutExchange: true } });
    expect(alone).to.not.include.members([13]);
    expect(alone).to.not.include.members([10]);
    expect(alone).to.not.include.members([51]);
  });

  it("without keys and sessions nothing is said of them", () => {
    const types = extensionsOf(bench.open().server.clientHellos[0]!).map((one) => one.type);
    expect(types).to.not.include(41);
    expect(types).to.not.include(45);
  });

  it("after a HelloRetryRequest", () => {
    const groups = { provider: bench.config().provider };
    run({ helloRetry: { cookie: ascii("a cookie") } }, groups).expectOpen();
  });

  it("a HelloRetryRequest that comes before the host says that the first ClientHello was sent: the second waits for its room", () => {
    const pair = bench.pair({ psk: taken, helloRetry: { cookie: new Uint8Array(60) } }, { psk: external });
    const { client, server } = pair;
    const first = client.txPending();
    const answer = server.receiveRecords(client.io.slice(client.txOffset, client.txOffset + first));
    pair.deliver(concat(...answer));
    expect(client.txPending()).to.equal(first);
    client.sent(first);
    expect(client.txOffset + client.txPending()).to.be.at.most(client.io.length);
    pair.run();
    pair.expectOpen();
  });

  it("every cut of the server's bytes", () => {
    const length = run({}).delivered;
    for (const point of sampled(1, length - 1, 6)) bench.open({ psk: taken }, { psk: external }, cutAt(point));
    bench.open({ psk: taken, fragment: 3, coalesce: false }, { psk: external, sliceSteps: 1 }, byteByByte);
  });

  it("the server takes no key: a full handshake, and its certificate is verified", () => {
    const pair = bench.open({}, { psk: external });
    expect(pair.client.peerAuthenticated).to.equal(true);
    bench.run({}, { psk: external, clock: { seconds: () => 5e9 } }).expectAlert(45, null, true);
  });

  it("a suite with another hash, and so without the key", () => {
    const provider = { ...bench.config().provider, suites: [...bench.config().provider.suites, tlsAes256GcmSha384] };
    bench.open({ suite: AES_256_GCM }, { psk: external, provider });
    bench.open({ suite: AES_256_GCM, helloRetry: { cookie: ascii("x") } }, { psk: external, provider });
  });

  describe("refused", () => {
    it("an index that was not offered", () => {
      for (const index of [1, 2, 255, 65535])
        run({ psk: { key: KEY, index, anyBinder: true } }).expectAlert(illegal_parameter, new RegExp(`identity ${index}`), false);
    });

    it("a key for another hash than the suite's", () => {
      const provider = { ...bench.config().provider, suites: [...bench.config().provider.suites, tlsAes256GcmSha384] };
      run({ suite: AES_256_GCM, psk: { key: KEY, anyBinder: true } }, { provider }).expectAlert(illegal_parameter, /another hash/, false);
    });

    it("no key_share where only psk_dhe_ke was offered", () => {
      run({ psk: { key: KEY, withoutExchange: true } }).expectAlert(illegal_parameter, /psk_ke was not offered/, false);
    });

    it("a key_share where none was offered", () => {
      const share = (bytes: Uint8Array) => setExtension(bytes, 51, concat(u16(0x1d), u16(32), new Uint8Array(32).fill(9)));
      run({ psk: { key: KEY, withoutExchange: true }, ...change("server_hello", share) }, { psk: ke, ...NOTHING }).expectAlert(
        unsupported_extension,
        /extension 51/,
        false,
      );
    });

    it("no key taken, and nothing else that could prove the server", () => {
      const drop = (bytes: Uint8Array) => dropExtension(bytes, 41);
      run(change("server_hello", drop), NOTHING).expectAlert(handshake_failure, /did not take/, false);
    });

    it("pre_shared_key that was not offered", () => {
      const add = (bytes: Uint8Array) => setExtension(bytes, 41, [0, 0]);
      bench.run(change("server_hello", add)).expectAlert(unsupported_extension, /extension 41/, false);
    });

    it("pre_shared_key twice", () => {
      const twice = (bytes: Uint8Array) => editExtensions(bytes, (list) => [...list, extension(41, [0, 0])]);
      run(change("server_hello", twice)).expectAlert(illegal_parameter, /twice/, false);
    });

    it("pre_shared_key of a wrong length", () => {
      for (const body of [[], [0], [0, 0, 0]])
        run(change("server_hello", (bytes) => setExtension(bytes, 41, body))).expectAlert(50, null, false);
    });

    it("pre_shared_key and psk_key_exchange_modes in other messages", () => {
      for (const type of [41, 45])
        run(change("encrypted_extensions", (bytes) => setExtension(bytes, type, [0, 0]))).expectAlert(
          illegal_parameter,
          /may not stand/,
          true,
        );
      run({ helloRetry: { cookie: ascii("x") }, ...change("hello_retry_request", (bytes) => setExtension(bytes, 41, [0, 0])) }).expectAlert(
        illegal_parameter,
        /may not stand/,
        false,
      );
    });

    it("another key on the server's side: its Finished cannot be right, not even opened", () => {
      const pair = run({ psk: { key: new Uint8Array(32), anyBinder: true } });
      expect(pair.client.failure!.alert).to.equal("bad_record_mac");
    });
  });

  describe("a CertificateRequest or a certificate beside a key that was taken", () => {
    const before: readonly FlightName[] = ["server_hello", "encrypted_extensions"];
    for (const [name, flight] of [
      ["CertificateRequest", [...before, "certificate_request", "finished"]],
      ["Certificate", [...before, "certificate", "certificate_verify", "finished"]],
      ["CertificateVerify", [...before, "certificate_verify", "finished"]],
    ] as const)
      it(name, () => run({ flight }).expectAlert(unexpected_message, /WAIT_FINISHED/, true));
  });

  describe("WAIT_FINISHED with a key: every message that may not come", () => {
    for (const [name, type] of TYPES)
      if (type !== T.finished)
        it(`${name} (${type})`, () => {
          const wrong = wellFormed(type, bench.identity.chain);
          run({ transcript: "original", mutate: (which, bytes) => (which === "finished" ? [wrong, bytes] : bytes) }).expectAlert(
            unexpected_message,
            null,
            true,
          );
        });
  });

  it("P-256 asked for in a HelloRetryRequest", () => {
    const { provider } = bench.config();
    expect(provider.groups.every((one) => one.id !== GROUP_P256)).to.equal(true);
    run({ helloRetry: { group: GROUP_P256 } }).expectAlert(illegal_parameter, /not offered/, false);
  });
});
