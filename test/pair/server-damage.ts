import * as A from "../../src/alert.js";
import { ascii, concat, flipBit, splice, u16, unhex, vector8, vector16 } from "../peer/bytes.js";
import * as E from "../peer/edit.js";
import { type Extension, extension, keyShareEntry, numberList, serverNameBody, versionList } from "../peer/messages.js";
import { GROUP_P256, GROUP_X25519 } from "../peer/peer-crypto.js";

/** One damaged field of a ClientHello: what is done to it, the alert that must come, and the section of RFC 9846 that says so. */
export interface HelloDamage {
  readonly field: string;
  readonly section: string;
  /** The alert; several where the RFC leaves the choice. */
  readonly alert: number | readonly number[];
  readonly change: (hello: Uint8Array) => Uint8Array;
  readonly reason?: RegExp;
}

const SYNTAX_OR_VALUE = [A.decode_error, A.illegal_parameter];
const AT = E.CLIENT_HELLO;

function row(
  field: string,
  section: string,
  alert: number | readonly number[],
  change: (m: Uint8Array) => Uint8Array,
  reason?: RegExp,
): HelloDamage {
  return { field, section, alert, change, ...(reason === undefined ? {} : { reason }) };
}

/** Body of one extension replaced. */
function body(type: number, bytes: Uint8Array | readonly number[]): (m: Uint8Array) => Uint8Array {
  return (m) => E.setExtension(m, type, bytes);
}

/** The number of two bytes at the beginning of an extension's body changed: a length that does not fit. */
function length(type: number, difference: number): (m: Uint8Array) => Uint8Array {
  return (m) =>
    E.editExtensions(m, (list) => list.map((one) => (one.type === type ? extension(type, E.addU16(one.body, 0, difference)) : one)));
}

/** A byte behind what an extension holds. */
function longer(type: number): (m: Uint8Array) => Uint8Array {
  return (m) => E.editExtensions(m, (list) => list.map((one) => (one.type === type ? extension(type, concat(one.body, [0])) : one)));
}

/** Everything between session id and extensions replaced. */
function fields(suites: Uint8Array | readonly number[], compression: readonly number[]): (m: Uint8Array) => Uint8Array {
  return (m) => E.fixLength(concat(m.slice(0, AT.suites), suites, compression, m.slice(E.blockAt(m))));
}

const SUITES = numberList([0x1301, 0x1303]);
const withoutBlock = (m: Uint8Array) => E.fixLength(m.slice(0, E.blockAt(m)));
const share = (group: number, key: Uint8Array) => body(51, vector16(keyShareEntry(group, key)));

export const HELLO_FIELDS: readonly HelloDamage[] = [
  row("legacy_version 0x0302", "§4.2.2", A.protocol_version, (m) => E.setU16(m, AT.legacyVersion, 0x0302), /302/),
  row("legacy_version 0x0304", "§4.2.2", A.protocol_version, (m) => E.setU16(m, AT.legacyVersion, 0x0304), /304/),
  row("legacy_version 0", "§4.2.2", A.protocol_version, (m) => E.setU16(m, AT.legacyVersion, 0)),
  row("session id of 33 bytes", "§4.2.2, §6.2", SYNTAX_OR_VALUE, (m) => E.fixLength(splice(m, AT.sessionId, 1, [33, 0])), /session_id|33/),
  row("session id longer than the message", "§6.2", SYNTAX_OR_VALUE, (m) => E.setByte(m, AT.sessionId, 255)),
  row("session id one byte shorter than it says", "§6.2", SYNTAX_OR_VALUE, (m) => E.setByte(m, AT.sessionId, 31)),
  row("no cipher suites", "§4.2.2", A.decode_error, fields([0, 0], [1, 0]), /suites/),
  row("half a cipher suite", "§4.2.2", A.decode_error, fields([0, 1, 0x13], [1, 0]), /suites/),
  row("cipher suites of an odd length", "§4.2.2", A.decode_error, fields([0, 3, 0x13, 1, 0x13], [1, 0]), /suites/),
  row("cipher suites longer than the message", "§6.2", A.decode_error, (m) => E.setU16(m, AT.suites, 0xfffe)),
  row("no cipher suite of ours", "§4.2.1", A.handshake_failure, fields(numberList([0xc02f, 0x1399]), [1, 0]), /suite/),
  row("cipher suites of GREASE alone", "§4.2.1", A.handshake_failure, fields(numberList([0x0a0a, 0xfafa]), [1, 0]), /suite/),
  row(
    "cipher suites of TLS 1.2 with our numbers turned around",
    "§4.2.1",
    A.handshake_failure,
    fields(numberList([0x0113, 0x0313]), [1, 0]),
  ),
  row("no compression methods", "§4.2.2", A.decode_error, fields(SUITES, [0]), /compression/),
  row("compression method 1", "§4.2.2", A.illegal_parameter, fields(SUITES, [1, 1]), /compression/),
  row("compression methods 0 and 1", "§4.2.2", A.illegal_parameter, fields(SUITES, [2, 0, 1]), /compression/),
  row("compression methods 1 and 0", "§4.2.2", A.illegal_parameter, fields(SUITES, [2, 1, 0]), /compression/),
  row("compression method 0 twice", "§4.2.2", A.illegal_parameter, fields(SUITES, [2, 0, 0]), /compression/),
  row("compression methods longer than the message", "§6.2", A.decode_error, (m) => E.cutBody(fields(SUITES, [255, 0])(m), 45)),
  row("no extension block: TLS 1.2", "§4.2.2, Appendix E.2", A.protocol_version, withoutBlock, /1\.3|version/),
  row("an empty extension block: TLS 1.2", "§4.2.2, Appendix E.2", A.protocol_version, (m) => E.append(withoutBlock(m), [0, 0])),
  row("half the length of the extension block", "§6.2", A.decode_error, (m) => E.append(withoutBlock(m), [0])),
  row("extension block one byte shorter than it says", "§6.2", A.decode_error, (m) => E.addU16(m, E.blockAt(m), 1)),
  row("a byte behind the extension block", "§6.2", A.decode_error, (m) => E.append(m, [0])),
  row("extension block shorter by its last byte", "§6.2", A.decode_error, (m) => E.addU16(m, E.blockAt(m), -1)),
  row("an extension longer than its block", "§6.2", A.decode_error, (m) => E.addU16(m, E.blockAt(m) + 4, 0x7000)),
  row("half an extension at the end", "§6.2", A.decode_error, (m) => E.append(E.addU16(m, E.blockAt(m), 3), [0x12, 0x34, 0])),
];

export const HELLO_VERSIONS: readonly HelloDamage[] = [
  row("no supported_versions", "§4.3.1", A.protocol_version, (m) => E.dropExtension(m, 43)),
  row("no supported_versions, legacy_version 0x0304", "§4.3.1", A.protocol_version, (m) =>
    E.setU16(E.dropExtension(m, 43), AT.legacyVersion, 0x0304),
  ),
  row("supported_versions of TLS 1.2 alone", "§4.3.1, §6.2", A.protocol_version, body(43, versionList([0x0303])), /1\.3|version/),
  row("supported_versions of TLS 1.5 and draft 28", "§4.3.1", A.protocol_version, body(43, versionList([0x0306, 0x7f1c]))),
  row("supported_versions of GREASE alone", "§4.3.1", A.protocol_version, body(43, versionList([0x0a0a]))),
  row("supported_versions empty", "§4.3.1", A.decode_error, body(43, [])),
  row("supported_versions with an empty list", "§4.3.1", A.decode_error, body(43, [0])),
  row("supported_versions of an odd length", "§4.3.1", A.decode_error, body(43, [3, 3, 4, 3])),
  row("supported_versions of one byte", "§4.3.1", A.decode_error, body(43, [1, 3])),
  row("supported_versions longer than it is", "§6.2", A.decode_error, body(43, [4, 3, 4])),
  row("a byte behind supported_versions", "§4.3", A.decode_error, longer(43)),
  row("supported_versions as a server has it", "§4.3.1", A.decode_error, body(43, [3, 4])),
];

export const HELLO_GROUPS: readonly HelloDamage[] = [
  row("no supported_groups", "§9.2", A.missing_extension, (m) => E.dropExtension(m, 10), /supported_groups/),
  row("no key_share", "§9.2", A.missing_extension, (m) => E.dropExtension(m, 51), /key_share/),
  row("neither supported_groups nor key_share", "§9.2", A.missing_extension, (m) => E.dropExtension(E.dropExtension(m, 10), 51)),
  row("supported_groups empty", "§4.3.7", A.decode_error, body(10, [])),
  row("supported_groups with an empty list", "§4.3.7", A.decode_error, body(10, [0, 0])),
  row("supported_groups of an odd length", "§4.3.7", A.decode_error, body(10, [0, 3, 0, 0x1d, 0])),
  row("supported_groups longer than it is", "§6.2", A.decode_error, length(10, 2)),
  row("supported_groups shorter than it is", "§4.3", A.decode_error, length(10, -2)),
  row("a byte behind supported_groups", "§4.3", A.decode_error, longer(10)),
  row(
    "no group of ours, with a share",
    "§4.2.1",
    A.handshake_failure,
    (m) => body(51, vector16(keyShareEntry(0x1e, new Uint8Array(56).fill(4))))(body(10, numberList([0x1e, 0x0100]))(m)),
    /group/,
  ),
  row(
    "no group of ours, without a share",
    "§4.2.1",
    A.handshake_failure,
    (m) => body(51, [0, 0])(body(10, numberList([0x1e]))(m)),
    /group/,
  ),
  row("groups of GREASE alone", "§4.2.1", A.handshake_failure, (m) => body(51, [0, 0])(body(10, numberList([0x2a2a]))(m)), /group/),
  row(
    "a share of a group that supported_groups lacks",
    "§4.3.8",
    A.illegal_parameter,
    body(10, numberList([GROUP_P256])),
    /supported_groups/,
  ),
  row("two shares of one group", "§4.3.8", A.illegal_parameter, (m) =>
    body(
      51,
      vector16(concat(keyShareEntry(GROUP_X25519, new Uint8Array(32).fill(9)), keyShareEntry(GROUP_X25519, new Uint8Array(32).fill(8)))),
    )(m),
  ),
  row("key_share empty", "§4.3.8", A.decode_error, body(51, [])),
  row("key_share of one byte", "§4.3.8", A.decode_error, body(51, [0])),
  row("key_share longer than it is", "§6.2", A.decode_error, length(51, 1)),
  row("key_share shorter than it is", "§4.3", A.decode_error, length(51, -1)),
  row("a byte behind key_share", "§4.3", A.decode_error, longer(51)),
  row("half an entry", "§6.2", A.decode_error, body(51, vector16(new Uint8Array([0, 0x1d])))),
  row("a key_exchange longer than its list", "§6.2", A.decode_error, body(51, vector16(new Uint8Array([0, 0x1d, 0, 33, 1, 2, 3])))),
  row("a key_exchange of 0 bytes", "§4.3.8", SYNTAX_OR_VALUE, share(GROUP_X25519, new Uint8Array(0))),
  row("a key_exchange of 0 bytes, of a group that nobody knows", "§4.3.8", SYNTAX_OR_VALUE, share(0x7777, new Uint8Array(0))),
  row("key_share as a server has it", "§4.3.8", SYNTAX_OR_VALUE, body(51, keyShareEntry(GROUP_X25519, new Uint8Array(32).fill(9)))),
  row("a P-256 share of 64 bytes behind a good one of x25519", "§4.3.8.2", SYNTAX_OR_VALUE, (m) =>
    E.setExtension(
      m,
      51,
      vector16(concat(keyShareEntry(GROUP_X25519, new Uint8Array(32).fill(9)), keyShareEntry(GROUP_P256, new Uint8Array(64).fill(4)))),
    ),
  ),
  row("an x25519 share of 31 bytes", "§4.3.8.2", SYNTAX_OR_VALUE, share(GROUP_X25519, new Uint8Array(31).fill(9))),
  row("an x25519 share of 33 bytes", "§4.3.8.2", SYNTAX_OR_VALUE, share(GROUP_X25519, new Uint8Array(33).fill(9))),
];

const P256_POINT =
  "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
const P256_PRIME = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";

function point(form: number, coordinates: Uint8Array): (m: Uint8Array) => Uint8Array {
  return share(GROUP_P256, concat([form], coordinates));
}

/** Shares that are no public keys: x25519 (§7.4.2), P-256 (§4.3.8.2). */
export const HELLO_KEYS: readonly HelloDamage[] = [
  row("x25519: zero", "§7.4.2", A.illegal_parameter, share(GROUP_X25519, new Uint8Array(32))),
  row("x25519: one", "§7.4.2", A.illegal_parameter, share(GROUP_X25519, concat([1], new Uint8Array(31)))),
  row(
    "x25519: low order",
    "§7.4.2",
    A.illegal_parameter,
    share(GROUP_X25519, unhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")),
  ),
  row("x25519: p", "§7.4.2", A.illegal_parameter, share(GROUP_X25519, unhex(`ed${"ff".repeat(30)}7f`))),
  row("P-256: 64 bytes", "§4.3.8.2", SYNTAX_OR_VALUE, share(GROUP_P256, unhex(P256_POINT))),
  row("P-256: compressed, 33 bytes", "§4.3.8.2", SYNTAX_OR_VALUE, share(GROUP_P256, unhex(`03${P256_POINT.slice(0, 64)}`))),
  row("P-256: the point at infinity, 1 byte", "§4.3.8.2", SYNTAX_OR_VALUE, share(GROUP_P256, new Uint8Array(1))),
  row("P-256: 66 bytes", "§4.3.8.2", SYNTAX_OR_VALUE, share(GROUP_P256, unhex(`04${P256_POINT}00`))),
  row("P-256: legacy_form 6, hybrid", "§4.3.8.2", A.illegal_parameter, point(6, unhex(P256_POINT))),
  row("P-256: legacy_form 0", "§4.3.8.2", A.illegal_parameter, point(0, unhex(P256_POINT))),
  row("P-256: one bit of y", "§4.3.8.2", A.illegal_parameter, point(4, flipBit(unhex(P256_POINT), 511))),
  row("P-256: (0, 0)", "§4.3.8.2", A.illegal_parameter, point(4, new Uint8Array(64))),
  row("P-256: x is the prime", "§4.3.8.2", A.illegal_parameter, point(4, unhex(P256_PRIME + P256_POINT.slice(64)))),
  row("P-256: all bits", "§4.3.8.2", A.illegal_parameter, point(4, new Uint8Array(64).fill(255))),
];

export const HELLO_SCHEMES: readonly HelloDamage[] = [
  row("no signature_algorithms", "§4.3.3, §9.2", A.missing_extension, (m) => E.dropExtension(m, 13), /signature_algorithms/),
  row("no signature_algorithms, but signature_algorithms_cert", "§4.3.3, §9.2", A.missing_extension, (m) =>
    E.addExtension(E.dropExtension(m, 13), 50, [0, 2, 4, 3]),
  ),
  row("signature_algorithms empty", "§4.3.3", A.decode_error, body(13, [])),
  row("signature_algorithms with an empty list", "§4.3.3", A.decode_error, body(13, [0, 0])),
  row("signature_algorithms of an odd length", "§4.3.3", A.decode_error, body(13, [0, 3, 4, 3, 4])),
  row("signature_algorithms longer than it is", "§6.2", A.decode_error, length(13, 2)),
  row("signature_algorithms shorter than it is", "§4.3", A.decode_error, (m) => length(13, -2)(body(13, numberList([0x0403, 0x0804]))(m))),
  row("a byte behind signature_algorithms", "§4.3", A.decode_error, longer(13)),
  row("no scheme of ours", "§4.2.1, §4.5.1.2", A.handshake_failure, body(13, numberList([0x0804, 0x0503, 0x0807])), /signature/),
  row("rsa_pkcs1 and SHA-1 alone", "§4.3.3", A.handshake_failure, body(13, numberList([0x0401, 0x0201, 0x0203])), /signature/),
  row("schemes of GREASE alone", "§4.2.1", A.handshake_failure, body(13, numberList([0xdada])), /signature/),
];

const names = (...list: readonly Uint8Array[]) => vector16(concat(...list));
const hostName = (bytes: Uint8Array | readonly number[]) => concat([0], vector16(concat(bytes)));

export const HELLO_NAMES: readonly HelloDamage[] = [
  row("server_name empty, as a server has it", "RFC 6066 §3", A.decode_error, body(0, [])),
  row("server_name with an empty list", "RFC 6066 §3", A.decode_error, body(0, [0, 0])),
  row("server_name longer than it is", "§6.2", A.decode_error, length(0, 1)),
  row("server_name shorter than it is", "§4.3", A.decode_error, length(0, -1)),
  row("a byte behind server_name", "§4.3", A.decode_error, longer(0)),
  row("an empty host name", "RFC 6066 §3", SYNTAX_OR_VALUE, body(0, names(hostName([])))),
  row("a host name longer than its list", "§6.2", A.decode_error, body(0, names(new Uint8Array([0, 0, 9, 97])))),
  row("two host names", "RFC 6066 §3", SYNTAX_OR_VALUE, body(0, names(hostName(ascii("a.test")), hostName(ascii("b.test"))))),
  row("the same host name twice", "RFC 6066 §3", SYNTAX_OR_VALUE, body(0, names(hostName(ascii("a.test")), hostName(ascii("a.test"))))),
  row("a host name of 256 bytes", "RFC 6066 §3", SYNTAX_OR_VALUE, body(0, serverNameBody("a".repeat(256)))),
  row("a host name with NUL", "RFC 6066 §3", SYNTAX_OR_VALUE, body(0, serverNameBody("server.test\0.evil.test"))),
  row("a host name that is not ASCII", "RFC 6066 §3", SYNTAX_OR_VALUE, body(0, names(hostName([0x62, 0xc3, 0xbc, 0x2e, 0x64])))),
  row("a host name with a space", "RFC 6066 §3", SYNTAX_OR_VALUE, body(0, serverNameBody("server test"))),
  row("a host name with a port", "RFC 6066 §3", SYNTAX_OR_VALUE, body(0, serverNameBody("server.test:443"))),
  row("a host name with line breaks", "RFC 6066 §3", SYNTAX_OR_VALUE, body(0, serverNameBody("server.test\r\nX: y"))),
  row("an IPv6 address", "RFC 6066 §3", SYNTAX_OR_VALUE, body(0, serverNameBody("2001:db8::1"))),
];

export const HELLO_PROTOCOLS: readonly HelloDamage[] = [
  row("ALPN empty", "RFC 7301 §3.1", A.decode_error, body(16, [])),
  row("ALPN without name", "RFC 7301 §3.1", A.decode_error, body(16, [0, 0])),
  row("ALPN with an empty name", "RFC 7301 §3.1", SYNTAX_OR_VALUE, body(16, [0, 1, 0])),
  row("ALPN with an empty name behind ours", "RFC 7301 §3.1", SYNTAX_OR_VALUE, body(16, vector16(concat(vector8(ascii("http/1.1")), [0])))),
  row("ALPN name longer than its list", "§6.2", A.decode_error, body(16, [0, 3, 9, 104, 50])),
  row("ALPN list longer than the extension", "§6.2", A.decode_error, body(16, [0, 9, 2, 104, 50])),
  row("ALPN list shorter than the extension", "§4.3", A.decode_error, body(16, [0, 3, 2, 104, 50, 0])),
  row("ALPN without a name of ours", "RFC 7301 §3.2", A.no_application_protocol, body(16, vector16(vector8(ascii("h2")))), /ALPN/),
  row("ALPN name that is the beginning of ours", "RFC 7301 §3.2", A.no_application_protocol, body(16, vector16(vector8(ascii("http/1"))))),
  row("ALPN name in capitals", "RFC 7301 §3.2", A.no_application_protocol, body(16, vector16(vector8(ascii("HTTP/1.1"))))),
];

/** Extensions as such, and cookies that no server gave. */
export const HELLO_EXTENSIONS: readonly HelloDamage[] = [
  ...[0, 10, 13, 16, 43, 51].map((type) => row(`extension ${type} twice`, "§4.3", SYNTAX_OR_VALUE, (m) => E.doubleExtension(m, type))),
  row("an unknown extension twice", "§4.3", SYNTAX_OR_VALUE, (m) => E.addExtension(E.addExtension(m, 0x1234, [1]), 0x1234, [2])),
  row("GREASE twice with the same number", "§4.3", SYNTAX_OR_VALUE, (m) => E.addExtension(E.addExtension(m, 0x1a1a, []), 0x1a1a, [])),
  row("an extension twice, far apart", "§4.3", SYNTAX_OR_VALUE, (m) =>
    E.editExtensions(m, (list): readonly Extension[] => [extension(21, []), ...list, extension(21, [0, 0])]),
  ),
  row(
    "a cookie, though none was given",
    "§4.3.2",
    A.illegal_parameter,
    (m) => E.addExtension(m, 44, vector16(new Uint8Array(40))),
    /cookie/,
  ),
  row("an empty cookie", "§4.3.2", SYNTAX_OR_VALUE, (m) => E.addExtension(m, 44, u16(0))),
  row("a cookie longer than it is", "§6.2", A.decode_error, (m) => E.addExtension(m, 44, [0, 9, 1])),
  row("a byte behind the cookie", "§4.3", A.decode_error, (m) => E.addExtension(m, 44, [0, 1, 1, 1])),
  row("cookie without a length", "§6.2", A.decode_error, (m) => E.addExtension(m, 44, [])),
];

/** OfferedPsks: one identity and its binder. */
export const PSK: Uint8Array = concat(
  vector16(concat(vector16(new Uint8Array(16).fill(0x69)), [1, 2, 3, 4])),
  vector16(vector8(new Uint8Array(32).fill(0x62))),
);
