// What a firmware links: the modules that can be reached from those that it names, types left out. Of a feature that it does not name, nothing.
import { join } from "node:path";
import { expect } from "chai";
import { moduleGraph } from "../../sim/module-graph.js";
import { dist } from "../../sim/paths.js";

interface Feature {
  readonly name: string;
  /** The modules that are its own. */
  readonly own: RegExp;
  /** Those that an app or a profile names it by. */
  readonly namedBy: readonly string[];
}

const FEATURES: readonly Feature[] = [
  {
    name: "TLS 1.2",
    own: /-12[./-]/,
    namedBy: ["handshake/client-12.js", "handshake/server-12.js", "suites-12/tls-psk-with-aes-128-ccm.js"],
  },
  { name: "OCSP stapling", own: /x509\/ocsp-|sha1\.js/, namedBy: ["x509/ocsp-stapling.js"] },
  {
    name: "resumption, tickets, external keys",
    own: /src\/session\//,
    namedBy: ["session/resumption.js", "session/tickets.js", "session/external-psk.js", "session/session-cache.js"],
  },
  { name: "exporters", own: /schedule\/exporter\.js/, namedBy: ["schedule/exporter.js"] },
  { name: "authentication after the handshake", own: /handshake\/post-handshake-auth\.js/, namedBy: ["handshake/post-handshake-auth.js"] },
  { name: "remembered signatures", own: /x509\/remembered\.js/, namedBy: ["x509/remembered.js"] },
  { name: "STARTTLS", own: /src\/starttls\//, namedBy: ["starttls/smtp.js", "starttls/imap-server.js"] },
  { name: "a pool of buffers", own: /connection-pool\.js/, namedBy: ["connection-pool.js"] },
  { name: "virtual servers", own: /virtual-hosts\.js/, namedBy: ["virtual-hosts.js"] },
  { name: "RSA", own: /(crypto\/xs|keys)\/rsa-/, namedBy: ["crypto/xs/rsa-pss-rsae-sha256.js", "keys/rsa-key.js"] },
  { name: "P-384", own: /p384/, namedBy: ["crypto/xs/p384-ecdh.js", "keys/p384-key.js"] },
  {
    name: "RSA key exchange and pre-shared keys of TLS 1.2",
    own: /handshake\/(rsa|psk|ecdhe-psk)-/,
    namedBy: ["handshake/rsa-client-12.js", "handshake/rsa-server-12.js", "handshake/psk-client-12.js", "handshake/psk-server-12.js"],
  },
  {
    name: "CBC",
    own: /record\/(cbc|encrypt-then|mac-then|protection-12-cbc)/,
    namedBy: ["suites-12/tls-ecdhe-ecdsa-with-aes-128-cbc-sha.js", "record/mac-then-encrypt.js"],
  },
  { name: "certificates", own: /src\/x509\/|peer-auth|messages\/certificate-request/, namedBy: ["client.js", "x509/anchors.js"] },
  { name: "a server's side", own: /handshake\/(server-|retry-cookie)|messages\/(stapled|certificate-status)/, namedBy: ["server.js"] },
  { name: "a client's side", own: /handshake\/client-/, namedBy: ["client.js"] },
];

interface Firmware {
  readonly name: string;
  readonly entries: readonly string[];
  /** The features that it names. */
  readonly has: readonly string[];
}

const CLIENT = ["src/client.js", "src/profiles/iot-client.js", "hosts/moddable/tls-socket.js"];
const SERVER = ["src/server.js", "src/profiles/iot-server.js", "hosts/moddable/listener.js"];

const FIRMWARES: readonly Firmware[] = [
  { name: "a client's, TLS 1.3", entries: CLIENT, has: ["a client's side", "certificates"] },
  { name: "the smallest client's", entries: ["src/client.js", "src/profiles/small-client.js"], has: ["a client's side", "certificates"] },
  {
    name: "a client's without certificates",
    entries: ["src/client-psk.js", "src/profiles/psk-client.js", "src/session/external-psk.js"],
    has: ["a client's side", "resumption, tickets, external keys"],
  },
  { name: "a server's, TLS 1.3", entries: SERVER, has: ["a server's side", "certificates"] },
  { name: "both, TLS 1.3", entries: [...CLIENT, ...SERVER], has: ["a client's side", "a server's side", "certificates"] },
  {
    name: "every primitive, TLS 1.3",
    entries: ["src/client.js", "src/server.js", "src/profiles/full.js"],
    has: ["a client's side", "a server's side", "certificates", "RSA", "P-384"],
  },
  {
    name: "a client's, with TLS 1.2",
    entries: [...CLIENT, "src/profiles/iot-client-12.js"],
    has: ["a client's side", "certificates", "TLS 1.2"],
  },
  {
    name: "a server's, with TLS 1.2",
    entries: [...SERVER, "src/profiles/iot-server-12.js"],
    has: ["a server's side", "certificates", "TLS 1.2"],
  },
];

const linked = (entries: readonly string[]): readonly string[] => moduleGraph(entries.map((entry) => join(dist, entry)));

describe("what is linked", () => {
  for (const { name, entries, has } of FIRMWARES)
    describe(name, () => {
      const modules = linked(entries);
      for (const feature of FEATURES)
        if (!has.includes(feature.name))
          it(`nothing of ${feature.name}`, () => {
            expect(modules.filter((path) => feature.own.test(path.slice(dist.length)))).to.deep.equal([]);
          });
    });

  // Else the lines above would hold whatever is linked.
  describe("where it is named", () => {
    for (const { name, own, namedBy } of FEATURES)
      for (const entry of namedBy)
        it(`${name}: by ${entry}`, () => {
          expect(linked([`src/${entry}`]).some((path) => own.test(path.slice(dist.length)))).to.equal(true);
        });

    for (const { name, entries, has } of FIRMWARES)
      it(`${name}: what it names is there`, () => {
        const modules = linked(entries);
        for (const feature of FEATURES)
          if (has.includes(feature.name))
            expect(
              modules.some((path) => feature.own.test(path)),
              feature.name,
            ).to.equal(true);
      });
  });
});
