// Client authentication after the handshake (RFC 9846 §4.7.2): the scripted server asks and checks every answer.
import { expect } from "chai";
import type { Hash } from "../../src/crypto/provider.js";
import { postHandshakeAuth } from "../../src/handshake/post-handshake-auth.js";
import { ascii, text } from "../peer/bytes.js";
import { HANDSHAKE_TYPES, message } from "../peer/messages.js";
import { clientIdentity } from "./client-fixture.js";
import { ON_XS } from "./effort.js";
import { Bench, byteByByte, CLOSED, FAILED, OPEN, type Pair } from "./pair.js";
import { identityOf, type SignerParts } from "./signer.js";

const CONTEXT = ascii("first");
const POST_HANDSHAKE_AUTH = 49;

describe("client: authentication after the handshake", function () {
  this.timeout(60000);
  const bench = new Bench();
  const identities = (parts: SignerParts = {}) => [identityOf(bench.crypto, clientIdentity(), parts)];
  const config = (parts: SignerParts = {}) => ({ postHandshakeAuth, identities: identities(parts) });

  function ask(pair: Pair, context = CONTEXT): void {
    pair.server.requestCertificate(context);
    pair.run();
  }

  function failed(pair: Pair, alert: string, reason: RegExp): void {
    expect(pair.client.state).to.equal(FAILED);
    expect(pair.client.failure!.alert).to.equal(alert);
    expect(pair.client.failure!.reason).to.match(reason);
  }

  it("the extension is offered only where the config says so", () => {
    expect(bench.open({}, config()).server.clientHello!.extensions.has(POST_HANDSHAKE_AUTH)).to.equal(true);
    expect(bench.open({}, { identities: identities() }).server.clientHello!.extensions.has(POST_HANDSHAKE_AUTH)).to.equal(false);
  });

  it("without it a CertificateRequest is unexpected_message", () => {
    const pair = bench.open({}, { identities: identities() });
    ask(pair);
    failed(pair, "unexpected_message", /message of type 13/);
  });

  it("Certificate with the request's context, CertificateVerify, Finished over the handshake and the request; then data both ways", () => {
    const pair = bench.open({ echo: true }, config());
    ask(pair);
    expect(pair.server.problems).to.deep.equal([]);
    expect(pair.server.proved).to.deep.equal(["certificate"]);
    expect(pair.write(ascii("after"))).to.equal(true);
    expect(text(pair.received)).to.equal("after");
  });

  it("again and again, each over the handshake alone; with KeyUpdates of both sides in between", () => {
    const pair = bench.open({ echo: true }, config());
    for (let i = 0; i < 4; i++) {
      ask(pair, new Uint8Array([i, 1]));
      pair.server.keyUpdate(1);
      pair.run();
      pair.client.updateKeys(true);
      pair.run();
      expect(pair.write(ascii("x"))).to.equal(true);
    }
    expect(pair.server.problems).to.deep.equal([]);
    expect(pair.server.proved).to.deep.equal(["certificate", "certificate", "certificate", "certificate"]);
    expect(text(pair.received)).to.equal("xxxx");
  });

  it("an empty Certificate and a Finished where nothing fits", () => {
    for (const more of [{ postHandshakeAuth }, config({ schemes: [0x0804] })]) {
      const pair = bench.open({}, more);
      ask(pair);
      expect(pair.server.problems).to.deep.equal([]);
      expect(pair.server.proved).to.deep.equal(["none"]);
      expect(pair.client.state).to.equal(OPEN);
    }
  });

  it("SHA-256 contexts of 1 and 255 bytes, one byte at a time, in slices, through a send buffer of 256 bytes", () => {
    for (const length of [1, 255])
      for (const more of [{}, { sliceSteps: 1 }, { sendBuffer: 320 }]) {
        const pair = bench.open({ fragment: ON_XS ? 100 : 20 }, { ...config({ steps: 3 }), ...more }, ON_XS ? undefined : byteByByte);
        ask(pair, new Uint8Array(length).fill(7));
        expect(pair.server.problems).to.deep.equal([]);
        expect(pair.server.proved).to.deep.equal(["certificate"]);
      }
  });

  it("while the answer waits for a key elsewhere: data is read, nothing is written, a KeyUpdate that is asked for waits", () => {
    const pair = bench.open({}, config({ outside: 1000 }));
    pair.server.requestCertificate(CONTEXT);
    pair.flushServer();
    pair.server.write(ascii("meanwhile"));
    pair.server.keyUpdate(1);
    pair.flushServer();
    pair.run();
    expect(text(pair.received)).to.equal("meanwhile");
    expect(pair.client.writeSpace()).to.equal(0);
    expect(pair.client.write(new Uint8Array(1), 0, 1)).to.equal(0);
    expect(pair.server.keyUpdates).to.equal(0);
    for (let i = 0; i < 1100; i++) pair.client.resume();
    pair.run();
    expect(pair.server.problems).to.deep.equal([]);
    expect(pair.server.proved).to.deep.equal(["certificate"]);
    expect(pair.server.keyUpdates).to.equal(1);
    expect(pair.write(ascii("x"))).to.equal(true);
  });

  it("closeWrite() while an answer is under way: close_notify comes behind it; after it no request is answered", () => {
    const pair = bench.open({}, config({ outside: 50 }));
    pair.server.requestCertificate(CONTEXT);
    pair.flushServer();
    pair.run();
    pair.client.closeWrite();
    for (let i = 0; i < 60; i++) pair.client.resume();
    pair.run();
    expect(pair.server.proved).to.deep.equal(["certificate"]);
    expect(pair.server.closeNotify).to.equal(true);
    ask(pair, ascii("second"));
    expect(pair.server.problems).to.deep.equal([]);
    expect(pair.server.proved).to.have.length(1);
    pair.server.close();
    pair.run();
    expect(pair.client.state).to.equal(CLOSED);
  });

  describe("what is refused", () => {
    it("an empty context, the context of the request before, a context in the handshake", () => {
      const empty = bench.open({}, config());
      ask(empty, new Uint8Array(0));
      failed(empty, "illegal_parameter", /empty certificate_request_context/);
      const twice = bench.open({}, config());
      ask(twice);
      ask(twice);
      failed(twice, "illegal_parameter", /of the request before/);
      failed(bench.run({ certificateRequest: { context: CONTEXT } }, config()), "illegal_parameter", /in the handshake/);
    });

    it("another request before the first was answered", () => {
      const pair = bench.open({}, config({ outside: 1000 }));
      pair.server.requestCertificate(CONTEXT);
      pair.flushServer();
      ask(pair, ascii("second"));
      failed(pair, "unexpected_message", /one is answered at a time/);
    });

    it("requests without end, with no data in between", () => {
      const pair = bench.open({}, config());
      for (let i = 0; i < 40 && pair.client.state === OPEN; i++) ask(pair, new Uint8Array([1, i]));
      failed(pair, "unexpected_message", /flood/);
      expect(pair.server.proved).to.have.length(32);
    });

    const bad: readonly (readonly [string, readonly number[], string])[] = [
      ["cut off in its context", [5, 1, 2], "decode_error"],
      ["no extensions at all", [1, 9, 0, 0], "missing_extension"],
      ["trailing bytes", [1, 9, 0, 8, 0, 13, 0, 4, 0, 2, 4, 3, 0], "decode_error"],
      ["signature_algorithms twice", [1, 9, 0, 16, 0, 13, 0, 4, 0, 2, 4, 3, 0, 13, 0, 4, 0, 2, 4, 3], "illegal_parameter"],
    ];
    for (const [name, body, alert] of bad)
      it(name, () => {
        const pair = bench.open({}, config());
        pair.server.send("certificate_request", message(HANDSHAKE_TYPES.certificate_request, Uint8Array.from(body)));
        pair.server.out.flush();
        pair.run();
        failed(pair, alert, /CertificateRequest/);
      });
  });

  it("what is kept of the handshake is zeroed at the end", () => {
    const { client } = bench.open({}, config());
    const { base } = (client as unknown as { flow: { base: Hash } }).flow;
    const empty = new Uint8Array(32);
    client.close();
    base.save(empty, 0);
    expect([...empty].some((byte) => byte !== 0)).to.equal(false);
  });
});
