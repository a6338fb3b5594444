// HelloRetryRequest (RFC 9846 §4.2.4): a second ClientHello that is the first but for what was asked.
import { expect } from "chai";
import { decode_error, illegal_parameter, unexpected_message, unsupported_extension } from "../../src/alert.js";
import { secp256r1 } from "../../src/crypto/xs/p256-ecdh.js";
import { ascii, concat, equal, hex, text } from "../peer/bytes.js";
import { parseClientHello } from "../peer/client-hello.js";
import { addExtension, SERVER_HELLO, setExtension, setU16 } from "../peer/edit.js";
import { alpnBody, keyShareEntry } from "../peer/messages.js";
import { GROUP_P256, GROUP_X25519 } from "../peer/peer-crypto.js";
import { Bench, byteByByte, type Pair } from "./pair.js";
import { testProvider } from "./provider.js";

const COOKIE = ascii("a cookie of the server");

describe("client: HelloRetryRequest", function () {
  this.timeout(60000);
  const bench = new Bench();

  it("a cookie comes back, and nothing else changes (§4.3.2)", () => {
    const pair = bench.open({ helloRetry: { cookie: COOKIE }, echo: true }, { alpn: ["a"] });
    const [first, second] = pair.server.clientHellos.map(parseClientHello);
    expect(equal(first!.random, second!.random)).to.equal(true);
    expect(equal(first!.sessionId, second!.sessionId)).to.equal(true);
    expect(second!.suites).to.deep.equal(first!.suites);
    expect(hex(second!.extensions.get(44)!)).to.equal(`00${COOKIE.length.toString(16)}${hex(COOKIE)}`);
    for (const [type, body] of first!.extensions)
      if (type !== 44) expect(hex(second!.extensions.get(type)!), `extension ${type}`).to.equal(hex(body));
    expect([...second!.extensions.keys()].filter((type) => type !== 44)).to.deep.equal([...first!.extensions.keys()]);
    pair.write(ascii("x"));
    expect(text(pair.received)).to.equal("x");
  });

  it("one change_cipher_spec in all, before the second ClientHello or before the last flight (Appendix E.4); record versions", () => {
    const { server } = bench.open({ helloRetry: { cookie: COOKIE } });
    expect(server.changeCipherSpecs).to.equal(1);
    expect(server.incoming.versions[0]).to.be.oneOf([0x0301, 0x0303]);
    expect(new Set(server.incoming.versions.slice(1))).to.deep.equal(new Set([0x0303]));
  });

  it("byte by byte, in small records", () => {
    bench.open({ helloRetry: { cookie: COOKIE }, fragment: 30 }, {}, byteByByte);
  });

  const damaged = (change: (bytes: Uint8Array) => Uint8Array): Pair =>
    bench.run(
      { helloRetry: { cookie: COOKIE }, mutate: (name, bytes) => (name === "hello_retry_request" ? change(bytes) : bytes) },
      { alpn: ["a"] },
    );

  it("with an extension that nobody asked for (§4.3)", () =>
    damaged((m) => addExtension(m, 0x1234, [])).expectAlert(unsupported_extension, null, false));
  it("with ALPN, which belongs to EncryptedExtensions (§4.3)", () =>
    damaged((m) => addExtension(m, 16, alpnBody("a"))).expectAlert(illegal_parameter, null, false));
  it("with a suite that was not offered (§4.2.4)", () =>
    damaged((m) => setU16(m, SERVER_HELLO.suite, 0x1302)).expectAlert(illegal_parameter, null, false));

  it("a second HelloRetryRequest (§4.2.4)", () => {
    let retry: Uint8Array = new Uint8Array(0);
    const pair = bench.run({
      helloRetry: { cookie: COOKIE },
      mutate: (name, bytes) => {
        if (name === "hello_retry_request") retry = bytes;
        return name === "server_hello" ? retry : bytes;
      },
    });
    pair.expectAlert(unexpected_message, null, false);
  });

  it("a ServerHello of another suite than the HelloRetryRequest's (§4.2.4)", () => {
    const pair = bench.run({
      helloRetry: { cookie: COOKIE },
      suite: 0x1301,
      mutate: (name, bytes) => (name === "server_hello" ? setU16(bytes, SERVER_HELLO.suite, 0x1303) : bytes),
    });
    pair.expectAlert(illegal_parameter, null, false);
  });

  it("a ServerHello without supported_versions behind it (§4.2.4: the version may not change)", () => {
    const pair = bench.run({
      helloRetry: { cookie: COOKIE },
      mutate: (name, bytes) => (name === "server_hello" ? setU16(bytes, SERVER_HELLO.extensions + 6, 0x0303) : bytes),
    });
    pair.expectAlert(illegal_parameter, null, false);
  });

  it("an empty cookie (§4.3.2: cookie<1..2^16-1>)", () => {
    const pair = bench.run({ helloRetry: { cookie: new Uint8Array(0) } });
    expect(pair.client.state).to.equal(3);
    expect(pair.client.failure!.alert).to.be.oneOf(["decode_error", "illegal_parameter"]);
  });

  it("a cookie that does not fit in the send buffer: one clear error", () => {
    const pair = bench.run({ helloRetry: { cookie: new Uint8Array(700) } });
    expect(pair.client.state).to.equal(3);
    expect(pair.client.failure!.reason).to.match(/cookie|sendBuffer/);
  });

  describe("another group", () => {
    const client = () => {
      const provider = testProvider();
      return { provider: { ...provider, groups: [...provider.groups, secp256r1] } };
    };
    const helloRetry = { group: GROUP_P256 };

    it("a share of it comes, alone (§4.3.8)", () => {
      const pair = bench.open({ helloRetry, echo: true }, client());
      const [first, second] = pair.server.clientHellos.map(parseClientHello);
      expect(first!.groups).to.deep.equal([GROUP_X25519, GROUP_P256]);
      expect([...first!.keyShares.keys()]).to.deep.equal([GROUP_X25519]);
      expect([...second!.keyShares.keys()]).to.deep.equal([GROUP_P256]);
      expect(second!.keyShares.get(GROUP_P256)).to.have.length(65);
      expect(pair.client.group!.id).to.equal(GROUP_P256);
      expect(equal(first!.random, second!.random)).to.equal(true);
      pair.write(ascii("x"));
      expect(text(pair.received)).to.equal("x");
    });

    it("with a cookie, in slices", () => {
      bench.open({ helloRetry: { group: GROUP_P256, cookie: COOKIE } }, { ...client(), sliceSteps: 20 });
    });

    const answered = (key: Uint8Array, group = GROUP_P256) =>
      bench.run(
        { helloRetry, mutate: (name, m) => (name === "server_hello" ? setExtension(m, 51, keyShareEntry(group, key)) : m) },
        client(),
      );

    it("a ServerHello with the first group all the same (§4.3.8)", () => {
      answered(new Uint8Array(32).fill(9), GROUP_X25519).expectAlert(illegal_parameter, null, false);
    });

    it("points of P-256 that are none (§4.3.8.2)", () => {
      const point = bench.crypto.publicKey(GROUP_P256, new Uint8Array(32).fill(7));
      const off = point.slice();
      off[64] = off[64]! ^ 1;
      const compressed = concat([2], point.slice(1, 33));
      const hybrid = concat([6], point.slice(1));
      const coordinate = concat([4], new Uint8Array(32).fill(255), point.slice(33));
      const zero = concat([4], new Uint8Array(64));
      for (const bad of [off, compressed, hybrid, coordinate, zero, new Uint8Array([0]), point.slice(0, 64), concat(point, [0])])
        answered(bad).expectAlert([illegal_parameter, decode_error], null, false);
    });
  });
});
