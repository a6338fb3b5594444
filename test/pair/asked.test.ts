// Every answer is held to what was asked (RFC 9846 §4.2.3, §4.3): what one client did not offer, and another did.
import { expect } from "chai";
import {
  bad_certificate,
  certificate_expired,
  certificate_unknown,
  illegal_parameter,
  unknown_ca,
  unsupported_extension,
} from "../../src/alert.js";
import { setExtension } from "../peer/edit.js";
import { alpnBody } from "../peer/messages.js";
import { AES_128_GCM, CHACHA20_POLY1305 } from "../peer/peer-crypto.js";
import type { MessageName } from "../peer/scripted-server.js";
import { AFTER_LEAF, BEFORE_LEAF, impostorAnchor, otherAnchor, rootAnchor, SERVER_ADDRESS, trustOf } from "./fixture.js";
import { Bench } from "./pair.js";

describe("client: held to what it asked for", function () {
  this.timeout(60000);
  const bench = new Bench();
  const answer = (wanted: MessageName, type: number, body: Uint8Array | readonly number[]) => ({
    mutate: (name: MessageName, bytes: Uint8Array) => (name === wanted ? setExtension(bytes, type, body) : bytes),
  });

  for (const [offered, other] of [
    [AES_128_GCM, CHACHA20_POLY1305],
    [CHACHA20_POLY1305, AES_128_GCM],
  ] as const) {
    const one = () => {
      const { provider } = bench.config();
      return { provider: { ...provider, suites: provider.suites.filter((suite) => suite.id === offered) } };
    };

    it(`suite ${offered.toString(16)} alone is offered and taken`, () => {
      const pair = bench.open({}, one());
      expect(pair.server.clientHello!.suites).to.deep.equal([offered]);
      expect(pair.client.suite!.id).to.equal(offered);
    });

    it(`suite ${other.toString(16)}, which this client knows but did not offer`, () => {
      bench.run({ suite: other }, one()).expectAlert(illegal_parameter, new RegExp(other.toString(16)), false);
    });
  }

  it("ALPN when none was offered", () => {
    const pair = bench.run(answer("encrypted_extensions", 16, alpnBody("http/1.1")));
    pair.expectAlert(unsupported_extension, /16/, true);
    expect(pair.client.alpn).to.equal(null);
  });

  it("ALPN with the name offered", () => {
    expect(bench.open(answer("encrypted_extensions", 16, alpnBody("x")), { alpn: ["x"] }).client.alpn).to.equal("x");
  });

  it("server_name acknowledged where it was sent", () => {
    bench.open(answer("encrypted_extensions", 0, []));
  });

  it("server_name acknowledged where none was sent: an address", () => {
    bench.run(answer("encrypted_extensions", 0, []), { serverName: SERVER_ADDRESS }).expectAlert(unsupported_extension, null, true);
  });

  it("supported_groups in EncryptedExtensions is allowed (§4.3.7)", () => {
    bench.open(answer("encrypted_extensions", 10, [0, 4, 0, 0x1d, 0, 0x17]));
  });

  describe("certificate", () => {
    it("a name out of the wildcard", () => {
      bench.open({}, { serverName: "a.wild.test" });
    });

    it("an address of the certificate", () => {
      bench.open({}, { serverName: SERVER_ADDRESS });
    });

    for (const serverName of ["other.test", "a.b.wild.test", "wild.test", "192.0.2.2", "server.test.evil.test"])
      it(`wrong name: ${serverName}`, () => {
        bench
          .run({}, { serverName })
          .expectAlert([bad_certificate, certificate_unknown], new RegExp(serverName.replace(/\./g, "\\.")), true);
      });

    it("names are compared without case", () => {
      bench.open({}, { serverName: "SERVER.Test" });
    });

    it("no trust anchor at all", () => {
      bench.run({}, { trust: trustOf() }).expectAlert(unknown_ca, null, true);
    });

    it("another root", () => {
      bench.run({}, { trust: trustOf(otherAnchor()) }).expectAlert(unknown_ca, null, true);
    });

    it("a root of the right name with another key", () => {
      bench.run({}, { trust: trustOf(impostorAnchor()) }).expectAlert([bad_certificate, unknown_ca], null, true);
    });

    it("an impostor first, then the root of that name", () => {
      bench.open({}, { trust: trustOf(impostorAnchor(), rootAnchor()) });
    });

    const chain = (...list: readonly Uint8Array[]) => ({ identity: { ...bench.identity, chain: list } });
    const [leaf, intermediate] = bench.identity.chain as [Uint8Array, Uint8Array];

    it("more certificates behind the path (§4.5.1)", () => {
      bench.open(chain(leaf, intermediate, intermediate));
    });

    it("a list of a hundred", () => {
      bench
        .run({ ...chain(leaf, ...new Array<Uint8Array>(99).fill(intermediate)), fragment: 1000 })
        .expectAlert(bad_certificate, null, true);
    });

    it("a certificate of 100 KB of nothing", () => {
      const huge = new Uint8Array(100000);
      huge.set([0x30, 0x83, 0x01, 0x86, 0x9b]);
      bench.run({ ...chain(leaf, huge), fragment: 1500 }).expectAlert(bad_certificate, null, true);
      bench.run({ ...chain(huge), fragment: 1500 }).expectAlert(bad_certificate, null, true);
    });

    it("expired (§6.2: not currently valid)", () => {
      bench.run({}, { clock: { seconds: () => AFTER_LEAF } }).expectAlert(certificate_expired, null, true);
    });

    it("not yet valid (§6.2: not currently valid)", () => {
      bench.run({}, { clock: { seconds: () => BEFORE_LEAF } }).expectAlert(certificate_expired, null, true);
    });

    it("the last second and the first second of the leaf are valid", () => {
      bench.open({}, { clock: { seconds: () => AFTER_LEAF - 1 } });
      bench.open({}, { clock: { seconds: () => BEFORE_LEAF + 1 } });
    });
  });
});
