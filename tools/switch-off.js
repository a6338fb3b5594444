// `npm run test:features`: each row of README's feature table is switched off in the built source, one at a time, and its tests must then fail.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What is switched off: a text of a built file and what stands in its place; and the tests that must notice. */
const ROWS = [
  ["any splitting of the byte stream", "handshake/handshake.js", "message.left -= there;", "message.left = 0;", "pair/happy"],
  [
    "TLS_CHACHA20_POLY1305_SHA256",
    "crypto/suites/tls-chacha20-poly1305-sha256.js",
    "TLS_CHACHA20_POLY1305_SHA256,",
    "0x1399,",
    "pair/both-suites",
  ],
  ["TLS_AES_128_GCM_SHA256", "crypto/suites/tls-aes-128-gcm-sha256.js", "TLS_AES_128_GCM_SHA256,", "0x1399,", "pair/both-suites"],
  ["TLS_AES_256_GCM_SHA384", "crypto/suites/tls-aes-256-gcm-sha384.js", "TLS_AES_256_GCM_SHA384,", "0x1399,", "pair/both-suites"],
  ["TLS_AES_128_CCM_SHA256", "crypto/suites/tls-aes-128-ccm-sha256.js", "TLS_AES_128_CCM_SHA256,", "0x1399,", "pair/both-suites"],
  ["TLS_AES_128_CCM_8_SHA256", "crypto/suites/tls-aes-128-ccm-8-sha256.js", "TLS_AES_128_CCM_8_SHA256,", "0x1399,", "pair/both-suites"],
  ["secp384r1", "schedule/key-schedule-13.js", "Math.max(length, LONGEST_SHARED)", "length", "pair/both-suites"],
  ["the peer's signature", "handshake/peer-auth-13.js", "!verifier.valid()", "false", "pair/damage"],
  ["own signature", "handshake/proof-13.js", "signer.writeSignature(message, 8)", "70", "pair/server-happy"],
  ["certificates: dates", "x509/judge.js", "now > notAfter", "false", "unit/x509/chain"],
  ["paths in any order", "x509/chain.js", "this.park(null, this.isPinned(reader.pins?.bytes));", "", "unit/x509/chain-shapes"],
  ["name constraints", "x509/name-constraints.js", "else if (result !== OUTSIDE)", "else if (false)", "unit/x509/name-constraints"],
  ["OCSP: asked", "extensions/status-request.js", "if (status === undefined)", "if (true)", "pair/ocsp"],
  ["OCSP: signature", "x509/ocsp-stapling.js", "const valid = verifier.valid();", "const valid = true;", "unit/x509/ocsp"],
  ["OCSP: revoked", "x509/ocsp-stapling.js", "if (this.certStatus === GOOD)", "if (true)", "unit/x509/ocsp"],
  ["OCSP: must-staple", "x509/ocsp-reader.js", "this.mustStaple = true;", ";", "unit/x509/ocsp"],
  ["OCSP: a server staples", "extensions/status-request.js", "context.wantsStatus = true;", ";", "pair/ocsp"],
  ["OCSP: checked in TLS 1.2", "handshake/client-12-status.js", "if (h.status.begin() !== DONE)", "if (false)", "pair/ocsp-12"],
  ["OCSP: needed in TLS 1.2", "x509/following-status.js", "this.of().endEntry();", ";", "pair/ocsp-12"],
  ["OCSP: a server staples in TLS 1.2", "handshake/server-12-hello.js", "if (response !== null)", "if (false)", "pair/ocsp-12"],
  ["remembered signatures", "x509/remembered.js", "if (memory.has(entry))", "if (false)", "pair/remembered"],
  ["HelloRetryRequest", "handshake/client-13-hello.js", "offer.group = groups[i];", "", "pair/retry"],
  ["cookies", "handshake/retry-cookie.js", "!equalBytes(cookie, end, expected, 0, MAC_LENGTH)", "false", "pair/server-retry"],
  ["SNI and virtual servers", "virtual-hosts.js", "names[i] === name", "false", "pair/server-hosts"],
  ["ALPN", "extensions/alpn.js", "context.alpnIndex = i;", "", "pair/asked"],
  ["client certificates", "handshake/server-13-auth.js", ".required)", ".never)", "pair/server-auth"],
  ["keys elsewhere", "handshake/proof-13.js", "h.blocked = result !== PENDING;", "", "pair/both-features"],
  ["record_size_limit", "handshake/common-13.js", "records.maxFragment = sizeLimit - 1;", ";", "pair/record-limits"],
  ["max_fragment_length", "handshake/common-13.js", "records.maxFragment = fragmentLength;", ";", "pair/record-limits"],
  ["KeyUpdate of the peer", "handshake/post-handshake-13.js", "this.nextGeneration(true);", "", "pair/floods"],
  ["KeyUpdate before a limit", "connection.js", "post.updateKeys(false);", "", "pair/key-limits"],
  ["half-close, cut-off", "connection.js", "this.stop(this.cutOff(flow));", ";", "pair/close"],
  ["long handshake records", "connection-state.js", "records.stream(open)", "false", "pair/streamed"],
  ["nothing before the tag", "handshake/handshake.js", "reader.hold?.();", ";", "pair/streamed"],
  ["errors are held back", "connection.js", "this.holdBack(error);", "this.stop(error);", "pair/streamed-refused"],
  ["lent memory", "record/record-layer.js", "lender.lend(needed)", "null", "pair/lender"],
  ["early data passed over", "record/record-reader.js", "if (!this.isEarly(length))", "", "pair/early-data"],
  ["change_cipher_spec before an alert", "connection.js", "flow?.beforeAlert();", "", "pair/alerts"],
  ["parking", "record/record-layer.js", "this.io = io;", "", "pair/park"],
  ["one handshake at a time", "connection-pool.js", "return this.owner === waiter;", "return true;", "unit/hosts/pool"],
  ["authentication after the handshake", "handshake/client-13.js", "postHandshakeAuth !== undefined", "false", "pair/post-handshake-auth"],
  ["exporters", "handshake/handshake-13.js", "this.negotiated.exported = exported;", "", "pair/exporter"],
  ["a plan's buffers", "planner/plan.js", "bufferBytes(receiveBuffer, sendBuffer)", "0", "unit/planner/plan"],
  ["a plan's connections", "planner/plan.js", "const others = connections - 1;", "const others = 0;", "unit/planner/plan"],
  ["a plan's choices", "planner/plan.js", "bytesOf(use) > bytesOf(most)", "false", "unit/planner/plan"],
  ["slices", "connection.js", "turn > 0 && !flow.atOnce", "false", "pair/slices"],
  ["sessions resumed by a client", "session/resumption.js", "this.mayUse(saved)", "false", "pair/resumption"],
  [
    "tickets of a server",
    "session/session-rules.js",
    "whole && isEnough(session, state) && this.isYoung(session, state)",
    "false",
    "pair/resumption",
  ],
  ["ticket keys that change", "session/ticket-keys.js", "this.rotate(now);", ";", "unit/session/ticket-keys"],
  [
    "external keys of a client",
    "handshake/client-13-psk.js",
    "return external === undefined ? null : [external];",
    "return null;",
    "pair/psk",
  ],
  ["a key alone, no certificates", "client-psk.js", 'checkKey("psk", config.psk.hashLength, config.provider);', ";", "pair/psk-alone"],
  ["external keys of a server", "handshake/server-13-psk.js", "const key = psk.find(bytes, at, length);", "const key = null;", "pair/psk"],
  ["binders are checked", "handshake/server-13-psk.js", "!equalBytes(bytes, at + 1, secrets, digest, length)", "false", "pair/psk-server"],
  ["NewSessionTicket is ignored", "handshake/post-handshake-13.js", "type: new_session_ticket", "type: 99", "pair/floods"],
  ["TLS 1.2: any splitting", "handshake/handshake.js", "message.left -= there;", "message.left = 0;", "pair/client-12"],
  ["TLS 1.2: Certificate ends with its last check", "handshake/handshake.js", "!this.reader.waiting", "false", "pair/order-12"],
  [
    "TLS 1.2: its place in the hello",
    "handshake/client-13-hello.js",
    "tls12 !== null && hello.selectedVersion === 0",
    "false",
    "pair/client-12",
  ],
  ["TLS 1.2: the server's choice", "handshake/server-13-hello.js", "!h.offersTLS13 && tls12 !== null", "false", "pair/server-12"],
  [
    "TLS 1.2: explicit nonces",
    "record/protection-12.js",
    "io[header + HEADER_LENGTH + i] = this.keys",
    "this.x = this.keys",
    "pair/both-12",
  ],
  ["TLS 1.2: signature of ServerKeyExchange", "handshake/peer-auth-12.js", "!verifier.valid()", "false", "pair/client-12"],
  ["TLS 1.2: algorithms that were not offered", "handshake/peer-auth-12.js", "offered ? found : null", "signatures[0]", "pair/client-12"],
  [
    "TLS 1.2: Finished",
    "handshake/peer-auth-12.js",
    "!equalBytes(bytes, verifyData",
    "false && !equalBytes(bytes, verifyData",
    "pair/server-12",
  ],
  ["TLS 1.2: change_cipher_spec in its place", "handshake/handshake-12.js", "this.state === S.WAIT_CCS", "true", "pair/order-12"],
  [
    "TLS 1.2: downgrade sentinel of the server",
    "handshake/server-12-hello.js",
    "if (h.both)\n        markDowngrade",
    "if (false)\n        markDowngrade",
    "pair/server-12",
  ],
  ["TLS 1.2: downgrade sentinel seen", "handshake/client-12-hello.js", "refuseDowngrade(hello);", "void 0;", "pair/client-12"],
  ["TLS 1.2: fallback SCSV", "handshake/server-12-hello.js", "TLS_FALLBACK_SCSV))", "0x5699))", "pair/server-12"],
  [
    "TLS 1.2: extended master secret",
    "handshake/client-12-hello.js",
    "(seen & EXTENDED_MASTER_SECRET_BIT) !== 0",
    "false",
    "pair/client-12",
  ],
  [
    "TLS 1.2: secure renegotiation",
    "extensions/hello-12.js",
    "whenMissing() {\n        throw",
    "whenMissing() {\n        return;\n        throw",
    "pair/client-12",
  ],
  [
    "TLS 1.2: renegotiation refused",
    "handshake/post-handshake-12.js",
    "records.putRecord(alert, 2, WARNING, no_renegotiation);",
    "void 0;",
    "pair/server-order-12",
  ],
  ["TLS 1.2: client certificates", "handshake/server-12-auth.js", ".required)", ".never)", "pair/server-12"],
  ["TLS 1.2: a client's signature", "handshake/proof-12.js", "h.sinks = NO_SINKS;", "proof.scheme = 0;", "pair/client-12"],
  [
    "TLS 1.2: record_size_limit",
    "handshake/common-12.js",
    "records.maxFragment = Math.min(sizeLimit, records.maxFragment);",
    ";",
    "pair/server-12",
  ],
  ["TLS 1.2: an end before a cipher's limit", "connection.js", "!post.renewsKeys", "false", "pair/both-12"],
  ["TLS 1.2: RSA key exchange", "crypto/xs/rsa-encrypt.js", "block[1] = 2;", "block[1] = 1;", "pair/legacy-12"],
  ["TLS 1.2: a random secret for a wrong one", "crypto/pre-master-secret.js", "(wrong | (0 - wrong)) >> 31", "0", "pair/legacy-12"],
  ["TLS 1.2: keyEncipherment", "handshake/client-12-auth.js", "h.suite.kx === KX_RSA", "false", "pair/legacy-12"],
  ["TLS 1.2: keys that decrypt never sign", "keys/decryption-identity.js", "(usage & SIGNS) !== 0", "false", "pair/legacy-12"],
  ["TLS 1.2: constant-time decryption", "handshake/rsa-server-12.js", "!key.constantTime &&", "false &&", "pair/legacy-12"],
  ["TLS 1.2: PSK", "handshake/psk-secret-12.js", "secret.set(key, 4 + other.length);", "", "interop/legacy"],
  ["TLS 1.2: ECDHE_PSK", "handshake/psk-secret-12.js", "secret.set(other, 2);", "", "interop/legacy"],
  ["TLS 1.2: unknown identities", "handshake/psk-server-12.js", "key === null ? this.randomKey()", "key === null ? null", "pair/legacy-12"],
  [
    "TLS 1.2: RSA key exchange, another secret each time",
    "handshake/rsa-server-12.js",
    "random.fill(this.secret, 0, PRE_MASTER_LENGTH);",
    ";",
    "pair/legacy-12",
  ],
  [
    "TLS 1.2: RSA key exchange, virtual servers",
    "handshake/rsa-server-12.js",
    "insecureRsa = this.shared",
    "unnamed: insecureRsa = this.shared",
    "pair/rsa-hosts-12",
  ],
  [
    "TLS 1.2: RSA key exchange, no key that signs",
    "handshake/rsa-server-12.js",
    "if (haveOneKey(",
    "if (false && haveOneKey(",
    "pair/rsa-hosts-12",
  ],
  [
    "TLS 1.2: RSA keys sign with PKCS#1 v1.5",
    "keys/rsa-key.js",
    "new Pkcs1Scheme(rsa_pkcs1_sha256, sha256, SHA256_INFO),",
    "",
    "pair/rsa-signer-12",
  ],
  ["TLS 1.2: CBC", "record/cbc-cipher-12.js", "this.macKeyLength = mac.outputLength;", "this.macKeyLength = 16;", "interop/legacy"],
  ["TLS 1.2: the MAC of encrypt-then-MAC", "record/encrypt-then-mac.js", "!equalBytes(", "false && !equalBytes(", "unit/record/cbc"],
  ["TLS 1.2: the MAC of MAC-then-encrypt", "record/cbc-opening.js", "(content & good) | ~good", "content", "unit/record/cbc"],
  ["TLS 1.2: the padding of MAC-then-encrypt", "record/cbc-opening.js", "good &= same(wrong, 0);", "", "unit/record/cbc"],
  ["TLS 1.2: encrypt-then-MAC is insisted on", "handshake/common-12.js", "if (allowed === null)", "if (false)", "interop/legacy"],
  ["TLS 1.2: exporters need extended master secret", "handshake/handshake-12.js", "&& this.extended", "", "pair/both-12"],
  ["TLS 1.2: a session resumed", "handshake/resume-client-12.js", "this.resumed = true;", ";", "pair/resumption-12"],
  ["TLS 1.2: tickets of a server", "handshake/resume-server-12.js", "this.ticketLength >= 0", "false", "pair/resumed-server-12"],
  ["TLS 1.2: tickets of a client", "extensions/session-ticket.js", "w.copy(identity, 0, identity.length);", ";", "pair/resumed-client-12"],
  ["TLS 1.2: session IDs of a server", "session/session-ids.js", "sessions.set(", "void [].concat(", "pair/resumed-server-12"],
  ["TLS 1.2: session IDs of a client", "handshake/resume-client-12.js", "h.extended && !promised", "false", "pair/resumed-client-12"],
  ["TLS 1.2: a session's suite", "handshake/resume-client-12.js", "h.suite.id !== offered.suite12", "false", "pair/resumed-client-12"],
  [
    "TLS 1.2: a session's suite, on the server",
    "handshake/resume-server-12.js",
    "offersSuite(",
    "constructor.bind(",
    "pair/resumed-server-12",
  ],
  [
    "TLS 1.2: a session keeps its extended master secret",
    "handshake/resume-client-12.js",
    "if (!h.extended)\n            throw",
    "if (false)\n            throw",
    "pair/resumed-client-12",
  ],
  [
    "TLS 1.2: … and is offered with it",
    "handshake/resume-server-12.js",
    "if (!h.extendedMasterSecret)",
    "if (false)",
    "pair/resumed-server-12",
  ],
  [
    "TLS 1.2: a day, on the client",
    "session/resumption.js",
    "Math.min(rules.totalAge, DAY)",
    "rules.totalAge",
    "pair/resumption-limits-12",
  ],
  [
    "TLS 1.2: a day, on the server",
    "session/session-rules.js",
    "Math.min(this.totalAge, DAY)",
    "this.totalAge",
    "pair/resumption-limits-12",
  ],
  [
    "TLS 1.2: sessions are of one version",
    "session/session-rules.js",
    "return suite12 !== 0;",
    "return true;",
    "pair/resumption-limits-12",
  ],
  [
    "TLS 1.2: sessions and pre-shared keys",
    "session/fingerprint.js",
    "tls12.marks, 0, tls12.marks.length",
    "tls12.marks, 0, 1",
    "pair/resumption-12",
  ],
  ["TLS 1.2: fatal alerts end a session", "handshake/common-12.js", "failure.description > 0", "false", "pair/resumption-12"],
  ["SSL 2 is refused by name", "record/record-reader.js", "io[head + 2] === 1", "false", "pair/server-12"],
  ...["smtp", "imap", "pop3", "nntp", "ftp", "xmpp", "ldap", "postgres", "mysql", "sieve"].map((protocol) => [
    `STARTTLS: ${protocol}`,
    `starttls/${protocol}.js`,
    "this.state = READY;",
    ";",
    "unit/starttls/client",
  ]),
  ["STARTTLS: lmtp", "starttls/lmtp.js", '"LHLO"', '"EHLO"', "unit/starttls/client"],
  ["STARTTLS: no TLS, no connection", "starttls/smtp.js", "if (!this.offered)", "if (false)", "unit/starttls/refusals"],
  ["STARTTLS: bytes behind the go-ahead", "starttls/negotiation.js", "this.behind(bytes, i, end - i);", "", "unit/starttls/client"],
  ...["smtp", "imap", "pop3", "nntp"].map((protocol) => [
    `STARTTLS server: ${protocol}`,
    `starttls/${protocol}-server.js`,
    "this.state = READY;",
    ";",
    "unit/starttls/server",
  ]),
  ["STARTTLS on a device", "../hosts/moddable/starttls-stage.js", "this.ready(tcp);", "", "unit/hosts/starttls-stage"],
  ["writes with more in one record", "../hosts/moddable/secure-socket.js", "options?.more", "false", "unit/hosts/socket-pieces"],
  [
    "what waits for more goes before close()",
    "../hosts/moddable/secure-socket.js",
    "this.waiting > 0",
    "false",
    "unit/hosts/socket-pieces",
  ],
  [
    "a socket that is taken over in its handshake",
    "../hosts/moddable/secure-link.js",
    "this.watchTimer = former.watchTimer;",
    ";",
    "unit/hosts/socket-pieces",
  ],
  ["the SDK's protocolVersion", "../hosts/moddable/sdk-keys.js", "delete own.tls12;", ";", "unit/hosts/secure-keys"],
  ["the SDK's verify: false", "../hosts/moddable/sdk-keys.js", "if (value !== true)", "if (false)", "unit/hosts/secure-keys"],
  ["unknown keys of secure", "../hosts/moddable/sdk-keys.js", "&& !sdkKey(own, key, given[key])", "&& false", "unit/hosts/secure-keys"],
  ["memory asked for before it connects", "../hosts/moddable/secure-keys.js", "if (shortage)", "if (false)", "unit/hosts/secure-keys"],
  ["hashes and ciphers in C", "../../hosts/moddable/native-crypto/chacha20.js", "words.buffer", "state.buffer", "tools/native-crypto"],
  ["random bytes: stirred", "../hosts/moddable/random.js", "this.source.fill(fresh);", ";", "unit/hosts/random"],
  ["random bytes: a stuck source", "../hosts/moddable/random.js", "=== first &&", "=== null &&", "unit/hosts/random"],
  ["sessions in flash", "../hosts/moddable/flash-sessions.js", "this.write(oldest, entry);", ";", "unit/hosts/flash"],
  ["time from the network: floor", "../hosts/moddable/network-time.js", "seconds >= floor.floor()", "true", "unit/hosts/flash"],
  ["a floor that is kept", "../hosts/moddable/network-time.js", "this.keep.write(KEY, bytes);", ";", "unit/hosts/flash"],
  ["roots of a resource", "x509/packed-anchors.js", "sealed ? bytes.subarray(at) :", "", "unit/x509/chain-trust"],
  ["HTTP/1.1 by ALPN", "../hosts/node/cli/serve-command.js", "common.alpn = alpn;", "", "hosts/node/cli-serve"],
];

const folder = mkdtempSync(join(tmpdir(), "thimble-off-"));
let passed = 0;
let failed = 0;
try {
  cpSync(join(root, "dist"), join(folder, "dist"), { recursive: true });
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  cpSync(join(root, ".mocharc.json"), join(folder, ".mocharc.json"));
  cpSync(join(root, "manifest-native-full.json"), join(folder, "manifest-native-full.json"));
  cpSync(join(root, "hosts"), join(folder, "hosts"), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  for (const [name, file, from, to, test] of ROWS) {
    const path = join(folder, "dist/src", file);
    const text = readFileSync(path, "utf8");
    const changed = text.replace(from, to);
    let told = "its text was not found in the built file";
    if (changed !== text) {
      writeFileSync(path, changed);
      const run = spawnSync(process.execPath, [join(root, "node_modules/mocha/bin/mocha.js"), `dist/test/${test}.test.js`, "--bail"], {
        cwd: folder,
        encoding: "utf8",
      });
      writeFileSync(path, text);
      const ran = /\d+ (passing|failing)/.test(run.stdout);
      told = run.status === 0 ? `${test} does not notice` : ran ? "" : `${test} did not run`;
    }
    if (told === "") passed++;
    else failed++;
    process.stdout.write(`${told === "" ? "noticed " : "MISSED  "} ${name}: ${told === "" ? test : told}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${passed} passed, ${failed} failed, 0 skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;
