import { expect } from "chai";
import { ChainVerifier } from "../../../src/x509/chain.js";
import * as der from "../../support/der.js";
import * as pki from "../../support/pki.js";
import { chainConfig, outcome } from "./verify.js";

type Config = Parameters<typeof chainConfig>[1];

/** The outcome of makeChain(options). */
function chain(options: pki.ChainOptions = {}, config: Config = {}): string {
  const made = pki.makeChain(options);
  return outcome(made.chain, chainConfig([made.anchor], config));
}

const HOST = pki.dnsName("device.example");
const bad = "bad_certificate: leaf: ";

describe("x509/chain: the leaf's name", () => {
  const named = (serverName: string, ...names: readonly Uint8Array[]): string => chain({ names }, { serverName });
  const dns = (serverName: string, ...names: readonly string[]): string => named(serverName, ...names.map(pki.dnsName));

  it("match a dNSName, in any case, at any place, with a trailing dot in what is wanted", () => {
    expect(dns("Device.Example.", "DEVICE.example")).to.equal("valid");
    expect(dns("b.example", "a.example", "c.example", "b.example", "d.example")).to.equal("valid");
    expect(dns("localhost", "localhost")).to.equal("valid");
    expect(dns("xn--bcher-kva.example", "xn--bcher-kva.example")).to.equal("valid");
  });

  it("match a wildcard for exactly one whole label, the leftmost", () => {
    expect(dns("a.example.com", "*.example.com")).to.equal("valid");
    expect(dns("LONGER-label.example.com", "*.EXAMPLE.com")).to.equal("valid");
    expect(dns("xn--bcher-kva.example.com", "*.example.com")).to.equal("valid");
    for (const [wanted, name] of [
      ["a.b.example.com", "*.example.com"],
      ["example.com", "*.example.com"],
      ["a.example", "*.example"],
      ["localhost", "*"],
      ["ab.example.com", "a*.example.com"],
      ["a.example.com", "*a.example.com"],
      ["a.b.example.com", "a.*.example.com"],
      ["a.b.example.com", "*.*.example.com"],
      ["a.example.com", "*.examplf.com"],
      ["a.example.com", "**example.com"],
    ] as const) {
      expect(dns(wanted, name), `${wanted} ${name}`).to.equal(`${bad}it is for "${name}", wanted was ${wanted}`);
    }
  });

  it("do not match what only looks similar", () => {
    for (const name of [
      "device.exampl",
      "device.examplee",
      "device.example.",
      ".device.example",
      "xdevice.example",
      "device-example",
      "device.exampl\xc5",
      "\x44evice\x0eexample",
      "",
    ]) {
      expect(dns("device.example", name), name).to.match(
        /^bad_certificate: leaf: it( is for "|s subjectAltName has no DNS name; ).*wanted was device.example$/,
      );
    }
    expect(dns("device.example", "device.example\0.evil.example")).to.equal(
      `${bad}it is for "device.example\\x00.evil.example", wanted was device.example`,
    );
  });

  it("tell the first name the certificate has, escaped and cut", () => {
    expect(dns("device.example", "first.example", "second.example")).to.equal(`${bad}it is for "first.example", wanted was device.example`);
    expect(dns("device.example", "x".repeat(200))).to.equal(`${bad}it is for "${"x".repeat(63)}…", wanted was device.example`);
    expect(dns("device.example", "\n\r\x1b[2J")).to.equal(`${bad}it is for "\\x0a\\x0d\\x1b[2J", wanted was device.example`);
  });

  it("match addresses only with iPAddress, and names never", () => {
    const v6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
    expect(named("192.0.2.7", HOST, pki.ipAddress(192, 0, 2, 7))).to.equal("valid");
    expect(named("2001:db8::7", pki.ipAddress(192, 0, 2, 7), pki.ipAddress(...v6))).to.equal("valid");
    expect(named("[2001:db8:0::7]", pki.ipAddress(...v6))).to.equal("valid");
    expect(named("192.0.2.7", pki.ipAddress(192, 0, 2, 8))).to.equal(`${bad}its subjectAltName has no DNS name; wanted was 192.0.2.7`);
    expect(named("192.0.2.7", pki.dnsName("192.0.2.7"))).to.equal(`${bad}it is for "192.0.2.7", wanted was 192.0.2.7`);
    expect(named("0.0.0.7", pki.ipAddress(...v6))).to.match(/^bad_certificate/);
    expect(named("::ffff:192.0.2.7", pki.ipAddress(192, 0, 2, 7))).to.match(/^bad_certificate/);
    expect(named("192.0.2.example", pki.ipAddress(...der.ascii("192.")))).to.match(/^bad_certificate/);
  });

  it("match no other kind of name, and not the common name", () => {
    const text = der.ascii("device.example");
    for (const n of [1, 6, 8])
      expect(named("device.example", der.implicit(n, text))).to.match(/^bad_certificate: leaf: its subjectAltName has no/);
    expect(named("device.example", der.explicit(4, pki.commonName("device.example")))).to.match(/^bad_certificate/);
    expect(chain({ leaf: { extensions: [pki.basicConstraints(false)] } })).to.equal(
      `${bad}it has no subjectAltName; wanted was device.example`,
    );
  });

  it("of issuers do not count", () => {
    const extensions = [...pki.issuerExtensions(), pki.subjectAltName(HOST)];
    expect(chain({ names: [pki.dnsName("other.example")], issuers: [{ extensions }] })).to.equal(
      `${bad}it is for "other.example", wanted was device.example`,
    );
  });

  it("that are missing, empty or malformed are an error when the verifier is made", () => {
    const make = (more: Config) => () => new ChainVerifier(chainConfig([], more));
    expect(make({ serverName: "" })).to.throw(RangeError, "serverName is empty");
    expect(make({ serverName: "a b" })).to.throw(RangeError, "is not a DNS name");
    const { serverName: _, ...without } = chainConfig([]);
    expect(() => new ChainVerifier(without)).to.throw(RangeError, "serverName is missing");
    expect(make({ maxCertificateLength: 65536 })).to.throw(RangeError, "maxCertificateLength is 65536");
  });
});
