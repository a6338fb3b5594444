import { expect } from "chai";
import { InvalidArgumentError } from "commander";
import { certificatesFrom } from "../../../hosts/node/certificates.js";
import { parseAddress, parseAlpn, parseSeconds, parseSize } from "../../../hosts/node/cli/arguments.js";
import { parsePem } from "../../../hosts/node/pem.js";

/** Not a certificate, but a whole DER SEQUENCE. */
const DER = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05);
const PEM = "-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n";

describe("hosts/node files", () => {
  it("reads PEM with comments around the blocks, CRLF and several blocks", () => {
    const blocks = parsePem(`# a comment\n${PEM}\nSubject: x\n${PEM.replaceAll("\n", "\r\n")}`, "f");
    expect(blocks.map(({ label, line }) => [label, line])).to.deep.equal([
      ["CERTIFICATE", 2],
      ["CERTIFICATE", 7],
    ]);
    for (const { der } of blocks) expect([...der]).to.deep.equal([...DER]);
  });

  const damaged: [string, string, string][] = [
    ["junk in a block", PEM.replace("MAMC", "MA!C"), "f, line 2: not base64 inside the block CERTIFICATE"],
    ["no END", PEM.replace(/-----END.*/, ""), "f: the block CERTIFICATE of line 1 has no END"],
    ["another END", PEM.replace("END CERTIFICATE", "END X509 CRL"), "f, line 3: END X509 CRL closes BEGIN CERTIFICATE of line 1"],
    ["END alone", PEM.slice(PEM.indexOf("MAMC")), "f, line 2: END CERTIFICATE without its BEGIN"],
    [
      "BEGIN twice",
      PEM.replace("MAMC", "-----BEGIN CERTIFICATE-----\nMAMC"),
      "f, line 2: a second BEGIN before the END of the block that began in line 1",
    ],
    ["a damaged boundary", PEM.replace("CERTIFICATE-----", "CERTIFICATE---"), "f, line 1: a damaged PEM boundary"],
    ["base64 cut", PEM.replace("AQU=", "AQU"), "f, block of line 1: damaged base64"],
    ["base64 not canonical", PEM.replace("AQU=", "AQV="), "f, block of line 1: damaged base64"],
    ["data after the padding", PEM.replace("AQU=", "AQU=\nAAAA"), "f, line 3: not base64 inside the block CERTIFICATE"],
    ["an empty block", PEM.replace("MAMCAQU=\n", ""), "f, block of line 1: damaged base64"],
    [
      "headers",
      PEM.replace("MAMC", "Proc-Type: 4,ENCRYPTED\nMAMC"),
      "f, line 2: header fields in a PEM block (an encrypted key?) are not supported",
    ],
  ];
  for (const [what, text, message] of damaged)
    it(`refuses PEM with ${what}`, () => expect(() => parsePem(text, "f")).to.throw(Error, message));

  const notCertificates: [string, string | Uint8Array, string][] = [
    ["an empty file", "\n", "f: is empty; it must hold a certificate (PEM or DER)"],
    ["text", "hello", "f: holds no certificate (no -----BEGIN CERTIFICATE-----, and not DER)"],
    ["a private key", PEM.replaceAll("CERTIFICATE", "EC PRIVATE KEY"), "f, line 1: holds a EC PRIVATE KEY; give the certificate alone"],
    [
      "a request",
      PEM.replaceAll("CERTIFICATE", "CERTIFICATE REQUEST"),
      "f, line 1: holds a CERTIFICATE REQUEST where a CERTIFICATE is needed",
    ],
    ["DER cut off", DER.slice(0, 4), "f: the DER certificate is cut off: 4 bytes of 5"],
    ["bytes behind DER", Uint8Array.of(...DER, 0), "f: 1 bytes follow the DER certificate"],
    ["PEM of something else", PEM.replace("MAMCAQU=", "BAMCAQU="), "f, line 1: not a DER certificate"],
  ];
  for (const [what, data, message] of notCertificates)
    it(`refuses ${what} as a certificate`, () => expect(() => certificatesFrom(data, "f")).to.throw(Error, message));

  it("takes PEM text, PEM bytes and DER", () => {
    for (const data of [PEM, new TextEncoder().encode(PEM), DER])
      expect(certificatesFrom(data, "f").map((der) => [...der])).to.deep.equal([[...DER]]);
  });
});

describe("hosts/node arguments", () => {
  it("HOST:PORT", () => {
    expect(parseAddress("example.com:443")).to.deep.equal({ host: "example.com", port: 443 });
    expect(parseAddress("[::1]:65535")).to.deep.equal({ host: "::1", port: 65535 });
    expect(parseAddress("10.0.0.1:1")).to.deep.equal({ host: "10.0.0.1", port: 1 });
    expect(() => parseAddress("::1:443")).to.throw(InvalidArgumentError, "write an IPv6 address in brackets: [::1]:443");
    for (const bad of ["example.com", ":443", "[]:443", ""])
      expect(() => parseAddress(bad)).to.throw(InvalidArgumentError, "write HOST:PORT");
    for (const bad of ["a:", "a:0", "a:65536", "a:x", "a:-1", "a:1e3", "[::1]:"])
      expect(() => parseAddress(bad)).to.throw(InvalidArgumentError, "the port must be");
  });

  it("numbers and names", () => {
    expect(parseSeconds("0.5")).to.equal(0.5);
    for (const bad of ["", "0", "-1", "1e9", "x", "Infinity"]) expect(() => parseSeconds(bad)).to.throw(InvalidArgumentError);
    expect(parseSize("2048")).to.equal(2048);
    for (const bad of ["", "0", "63", "2k", "1e4", "9999999"]) expect(() => parseSize(bad)).to.throw(InvalidArgumentError);
    expect(parseAlpn("h2,http/1.1")).to.deep.equal(["h2", "http/1.1"]);
    for (const bad of ["", "h2,", "x".repeat(256)]) expect(() => parseAlpn(bad)).to.throw(InvalidArgumentError);
  });
});
