// Client authentication on the server's side (RFC 9846 §4.4.2, §4.5): asked for, required, refused with the reason.
import { expect } from "chai";
import {
  bad_certificate,
  certificate_expired,
  certificate_required,
  decode_error,
  decrypt_error,
  illegal_parameter,
  internal_error,
  unknown_ca,
  unsupported_certificate,
} from "../../src/alert.js";
import type { TrustAnchor } from "../../src/x509/trust.js";
import { concat, hex } from "../peer/bytes.js";
import type { ProofParts } from "../peer/client-options.js";
import { withBody } from "../peer/edit.js";
import { extension } from "../peer/messages.js";
import type { PeerIdentity } from "../peer/scripted-server.js";
import { AFTER_CLIENT, BEFORE_CLIENT, clientAnchor, clientAuthority, clientIdentity } from "./client-fixture.js";
import { ON_XS } from "./effort.js";
import { impostorAnchor, otherAnchor, rootAnchor, trustOf } from "./fixture.js";
import { byteByByte, OPEN, ServerBench, type ServerParts } from "./server-pair.js";

describe("server: client authentication", function () {
  this.timeout(120000);
  const bench = new ServerBench();
  const identity = clientIdentity();
  const [leaf, intermediate] = identity.chain as [Uint8Array, Uint8Array];
  const KINDS: readonly (readonly [string, ServerParts])[] = [
    ["asked", { host: bench.asked(false) }],
    ["required", { host: bench.asked(true) }],
  ];

  it("the CertificateRequest: an empty context, the schemes that can be verified, no authorities unless told", () => {
    const { client } = bench.open({ identity }, { host: bench.asked() });
    const request = client.certificateRequest!;
    expect(request.schemes).to.deep.equal([0x0403]);
    expect(request.authorities).to.deep.equal([]);
    expect([...request.extensions.keys()]).to.deep.equal([13]);
  });

  it("authorities are named where they are told (§4.3.4)", () => {
    const host = bench.asked(true, { authorities: [clientAuthority(), new Uint8Array([0x30, 0])] });
    const { client } = bench.open({ identity }, { host });
    expect(client.certificateRequest!.authorities.map(hex)).to.deep.equal([hex(clientAuthority()), "3000"]);
  });

  it("a client that sends none: open where it was asked, certificate_required where it must", () => {
    expect(bench.open({ identity: null }, { host: bench.asked(false) }).server.state).to.equal(OPEN);
    bench.run({ identity: null }, { host: bench.asked(true) }).expectAlert(certificate_required, /certificate|Certificate/i, true);
    bench.run({ identity: null, fragment: 3 }, { host: bench.asked(true) }, byteByByte).expectAlert(certificate_required, null, true);
  });

  it("an empty Certificate with a context (§4.5.1)", () => {
    for (const [, parts] of KINDS)
      bench
        .run({ identity: null, mutate: (name, m) => (name === "certificate" ? withBody(m, [1, 7, 0, 0, 0]) : m) }, parts)
        .expectAlert([illegal_parameter, decode_error], /context/, true);
  });

  for (const [kind, parts] of KINDS)
    describe(kind, () => {
      const chain = (...list: readonly Uint8Array[]): { identity: PeerIdentity } => ({ identity: { ...identity, chain: list } });
      const trusting = (...anchors: readonly TrustAnchor[]): ServerParts => ({
        host: bench.asked(kind === "required", { trust: trustOf(...anchors) }),
      });

      it("leaf and intermediate", () => bench.open({ identity }, parts));
      it("more certificates behind the path (§4.5.1)", () => bench.open(chain(leaf, intermediate, intermediate), parts));
      it("among several roots", () => bench.open({ identity }, trusting(otherAnchor(), rootAnchor(), clientAnchor())));
      it("the intermediate is missing", () => bench.run(chain(leaf), parts).expectAlert(unknown_ca, null, true));
      it("another root", () => bench.run({ identity }, trusting(otherAnchor())).expectAlert(unknown_ca, null, true));
      it("no root at all", () => bench.run({ identity }, trusting()).expectAlert(unknown_ca, null, true));
      it("a certificate of the right kind of another root", () =>
        bench.run({ identity: bench.identity }, parts).expectAlert([unknown_ca, unsupported_certificate], null, true));
      it("a certificate for servers only: its extKeyUsage lacks clientAuth", () =>
        bench
          .run({ identity: bench.identity }, trusting(rootAnchor()))
          .expectAlert(unsupported_certificate, /[kK]ey[uU]sage|purpose|client/i, true));
      it("a certificate for servers only, signed by a root of that name with another key", () =>
        bench
          .run({ identity: bench.identity }, trusting(impostorAnchor()))
          .expectAlert([bad_certificate, unsupported_certificate, unknown_ca], null, true));
      it("the intermediate as leaf", () =>
        bench.run(chain(intermediate), parts).expectAlert([bad_certificate, unsupported_certificate, decrypt_error], null, true));

      it("expired, not yet valid, and the seconds at both ends", () => {
        const at = (seconds: number): ServerParts => ({ ...parts, clock: { seconds: () => seconds } });
        bench.run({ identity }, at(AFTER_CLIENT)).expectAlert(certificate_expired, null, true);
        bench.run({ identity }, at(BEFORE_CLIENT)).expectAlert(certificate_expired, null, true);
        bench.open({ identity }, at(AFTER_CLIENT - 2));
        bench.open({ identity }, at(BEFORE_CLIENT + 1));
      });

      it("the clock is not set: the client is refused, not let in", () => {
        const pair = bench.run({ identity }, { ...parts, clock: { seconds: () => -1 } });
        expect(pair.failure!.description).to.equal(internal_error);
      });

      it("a list of a hundred", () => {
        bench
          .run({ ...chain(leaf, ...new Array<Uint8Array>(99).fill(intermediate)), fragment: 1000 }, parts)
          .expectAlert(bad_certificate, null, true);
      });

      it("a certificate of 100 KB of nothing", () => {
        const huge = new Uint8Array(ON_XS ? 20000 : 100000);
        huge.set([0x30, 0x83, 0x01, 0x86, 0x9b]);
        bench.run({ ...chain(leaf, huge), fragment: 1500 }, parts).expectAlert(bad_certificate, null, true);
        bench.run({ ...chain(huge), fragment: 1500 }, parts).expectAlert(bad_certificate, null, true);
      });

      it("a Certificate of 16 MB is refused, not stored", () => {
        const pair = bench.run(
          {
            identity,
            mutate: (name, m) =>
              name === "certificate" ? concat([11, 255, 255, 255, 0, 255, 255, 251, 255, 255, 240], new Uint8Array(600)) : m,
          },
          parts,
        );
        pair.expectAlert([bad_certificate, decode_error, illegal_parameter], null, true);
      });

      const PROOFS: readonly (readonly [string, ProofParts, number])[] = [
        ["another key", { privateKey: new Uint8Array(32).fill(9) }, decrypt_error],
        ["the server's context string: a signature turned back", { side: "server" }, decrypt_error],
        ["another transcript", { hash: new Uint8Array(32) }, decrypt_error],
        ["a scheme that was not asked for", { scheme: 0x0804 }, illegal_parameter],
        ["a scheme for certificates only", { scheme: 0x0401 }, illegal_parameter],
        ["ecdsa_secp384r1_sha384 with a P-256 key", { scheme: 0x0503 }, illegal_parameter],
      ];
      for (const [name, proof, alert] of PROOFS)
        it(`CertificateVerify: ${name} (§4.5.2)`, () => {
          const pair = bench.run({ identity, proof }, parts);
          pair.expectAlert(alert, null, true);
          expect(pair.server.appData()).to.equal(0);
        });

      it("a scheme that we take in certificates, but never in a CertificateVerify (§4.3.3)", () => {
        const { provider } = bench;
        const own = { ...provider.signatures[0]!, scheme: 0x0401, name: "rsa_pkcs1_sha256", signsHandshake: false };
        const more = { ...parts, provider: { ...provider, signatures: [...provider.signatures, own] } };
        bench.run({ identity, proof: { scheme: 0x0401 } }, more).expectAlert(illegal_parameter, /401/, true);
      });

      it("extensions that were not asked for, in the Certificate (§4.3)", () => {
        bench.run({ identity, certificateExtensions: [[extension(5, [1, 0, 0, 1, 0])]] }, parts).expectAlert(110, /5/, true);
        bench.run({ identity, certificateExtensions: [[], [extension(18, [0, 0])]] }, parts).expectAlert(110, /18/, true);
      });

      it("application data with the last flight of a client that is refused is never given out", () => {
        const pair = bench.run(
          { identity, proof: { hash: new Uint8Array(32) }, opened: (client) => client.write(new Uint8Array(50).fill(65)) },
          parts,
        );
        expect(pair.received).to.have.length(0);
        expect(pair.server.state).to.equal(3);
      });
    });
});
