import * as A from "../../src/alert.js";
import { ascii, concat, flipBit, splice, u16, vector8, vector16 } from "../peer/bytes.js";
import * as E from "../peer/edit.js";
import { alpnBody, extension, extensionBlock, keyShareEntry } from "../peer/messages.js";
import type { MessageName } from "../peer/scripted-server.js";

/** One damaged field: what is done to the message, the alert that must come, and the section that says so. */
export interface Damage {
  readonly message: MessageName;
  readonly field: string;
  readonly change: (message: Uint8Array) => Uint8Array;
  /** The alert; several where the RFC leaves the choice. */
  readonly alert: number | readonly number[];
  readonly section: string;
  readonly reason?: RegExp;
}

/** Where the RFC names no alert: the field is outside its syntax, or a value that may not be. */
const SYNTAX_OR_VALUE = [A.decode_error, A.illegal_parameter];

const AT = E.SERVER_HELLO;
const LOW_ORDER_POINT = "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800";

function lowOrder(): Uint8Array {
  const out = new Uint8Array(32);
  for (let i = 0; i < 32; i++) out[i] = Number.parseInt(LOW_ORDER_POINT.slice(2 * i, 2 * i + 2), 16);
  return out;
}

const sentinel = (last: number) => concat(ascii("DOWNGRD"), [last]);
const withRandomEnd = (m: Uint8Array, end: Uint8Array) => splice(m, AT.random + 24, 8, end);
const oldVersion = (m: Uint8Array) => E.dropExtension(E.dropExtension(m, 43), 51);
const share = (group: number, key: Uint8Array) => (m: Uint8Array) => E.setExtension(m, 51, keyShareEntry(group, key));

function hello(
  field: string,
  section: string,
  alert: number | readonly number[],
  change: (m: Uint8Array) => Uint8Array,
  reason?: RegExp,
): Damage {
  return { message: "server_hello", field, section, alert, change, ...(reason === undefined ? {} : { reason }) };
}

export const SERVER_HELLO_DAMAGE: readonly Damage[] = [
  hello("legacy_version 0x0302", "§4.2.3", A.protocol_version, (m) => E.setU16(m, AT.legacyVersion, 0x0302), /302/),
  hello("legacy_version 0x0304", "§4.2.3", A.protocol_version, (m) => E.setU16(m, AT.legacyVersion, 0x0304), /304/),
  hello("legacy_version 0", "§4.2.3", A.protocol_version, (m) => E.setU16(m, AT.legacyVersion, 0)),
  hello("session id with one bit changed", "§4.2.3", A.illegal_parameter, (m) => flipBit(m, (AT.sessionId + 32) * 8 + 7), /session_id/),
  hello("session id empty", "§4.2.3", A.illegal_parameter, (m) => E.fixLength(splice(m, AT.sessionId, 33, [0])), /session_id/),
  hello("session id of 31 bytes", "§4.2.3", A.illegal_parameter, (m) => E.fixLength(splice(m, AT.sessionId, 2, [31])), /session_id/),
  hello("session id of 33 bytes", "§4.2.3, §6.2", SYNTAX_OR_VALUE, (m) => E.fixLength(splice(m, AT.sessionId, 1, [33, 0])), /session_id/),
  hello("suite TLS_AES_256_GCM_SHA384, not offered", "§4.2.3", A.illegal_parameter, (m) => E.setU16(m, AT.suite, 0x1302), /1302/),
  hello("suite of TLS 1.2", "§4.2.3", A.illegal_parameter, (m) => E.setU16(m, AT.suite, 0xc02f), /c02f/i),
  hello("suite 0", "§4.2.3", A.illegal_parameter, (m) => E.setU16(m, AT.suite, 0)),
  hello("suite of GREASE", "§4.2.3", A.illegal_parameter, (m) => E.setU16(m, AT.suite, 0x0a0a)),
  hello("compression 1", "§4.2.3", A.illegal_parameter, (m) => E.setByte(m, AT.compression, 1), /compression/),
  hello("random of a HelloRetryRequest", "§4.2.4", [A.illegal_parameter, A.decode_error], (m) => splice(m, AT.random, 32, retryRandom())),
  hello("no extension block: TLS 1.2", "§4.2.3, Appendix E.1", A.protocol_version, (m) => E.cutBody(m, AT.extensions - 4), /303/),
  hello("empty extension block: TLS 1.2", "§4.2.3, Appendix E.1", A.protocol_version, (m) =>
    E.fixLength(concat(m.slice(0, AT.extensions), u16(0))),
  ),
  hello("no supported_versions", "§4.2.3, Appendix E.1", A.protocol_version, (m) => E.dropExtension(m, 43)),
  hello("TLS 1.2 with the downgrade sentinel", "§4.2.3", A.illegal_parameter, (m) => withRandomEnd(oldVersion(m), sentinel(1))),
  hello("TLS 1.1 with its downgrade sentinel", "§4.2.3", A.illegal_parameter, (m) =>
    E.setU16(withRandomEnd(oldVersion(m), sentinel(0)), AT.legacyVersion, 0x0302),
  ),
  hello("selected_version 0x0303", "§4.3.1", A.illegal_parameter, (m) => E.setExtension(m, 43, u16(0x0303)), /303/),
  hello("selected_version 0x0305", "§4.3.1", A.illegal_parameter, (m) => E.setExtension(m, 43, u16(0x0305)), /305/),
  hello("selected_version of draft 28", "§4.3.1", A.illegal_parameter, (m) => E.setExtension(m, 43, u16(0x7f1c)), /7f1c/i),
  hello("selected_version 0", "§4.3.1", A.illegal_parameter, (m) => E.setExtension(m, 43, u16(0))),
  hello("supported_versions empty", "§4.3", A.decode_error, (m) => E.setExtension(m, 43, [])),
  hello("supported_versions of 1 byte", "§4.3", A.decode_error, (m) => E.setExtension(m, 43, [3])),
  hello("supported_versions of 3 bytes", "§4.3", A.decode_error, (m) => E.setExtension(m, 43, [3, 4, 0])),
  hello("supported_versions as a list, as a client has it", "§4.3.1", SYNTAX_OR_VALUE, (m) => E.setExtension(m, 43, [2, 3, 4])),
  hello("supported_versions twice", "§4.3", SYNTAX_OR_VALUE, (m) => E.doubleExtension(m, 43)),
  hello("no key_share", "§9.2", A.missing_extension, (m) => E.dropExtension(m, 51), /key_share/),
  hello("key_share twice", "§4.3", SYNTAX_OR_VALUE, (m) => E.doubleExtension(m, 51), /twice|key_share/),
  hello(
    "key_share of secp256r1, for which no share was sent",
    "§4.3.8",
    A.illegal_parameter,
    share(0x0017, new Uint8Array(65).fill(4)),
    /17/,
  ),
  hello("key_share of a group that was not offered", "§4.3.8", A.illegal_parameter, share(0x001e, new Uint8Array(56).fill(4)), /1e/i),
  hello("key_share of group 0", "§4.3.8", A.illegal_parameter, share(0, new Uint8Array(32).fill(9))),
  hello("key_exchange of 31 bytes", "§4.3.8, §6.2", SYNTAX_OR_VALUE, share(0x001d, new Uint8Array(31).fill(9))),
  hello("key_exchange of 33 bytes", "§4.3.8, §6.2", SYNTAX_OR_VALUE, share(0x001d, new Uint8Array(33).fill(9))),
  hello("key_exchange empty", "§4.3.8, §6.2", SYNTAX_OR_VALUE, share(0x001d, new Uint8Array(0))),
  hello("key_exchange of zeros: shared secret all zero", "§7.4.2, §6", A.illegal_parameter, share(0x001d, new Uint8Array(32))),
  hello("key_exchange of one: shared secret all zero", "§7.4.2, §6", A.illegal_parameter, share(0x001d, concat([1], new Uint8Array(31)))),
  hello("key_exchange of low order", "§7.4.2, §6", A.illegal_parameter, share(0x001d, lowOrder())),
  hello("key_share with a byte too many", "§4.3", A.decode_error, (m) =>
    E.editExtensions(m, (list) => list.map((one) => (one.type === 51 ? extension(51, concat(one.body, [0])) : one))),
  ),
  hello("key_share with a selected_group only, as in a HelloRetryRequest", "§4.3.8", A.decode_error, (m) =>
    E.setExtension(m, 51, u16(0x001d)),
  ),
  hello("key_share empty", "§4.3.8", A.decode_error, (m) => E.setExtension(m, 51, [])),
  hello("key_share as a list, as a client has it", "§4.3.8", SYNTAX_OR_VALUE, (m) =>
    E.editExtensions(m, (list) => list.map((one) => (one.type === 51 ? extension(51, vector16(one.body)) : one))),
  ),
  hello("an extension that nobody asked for", "§4.3", A.unsupported_extension, (m) => E.addExtension(m, 0x1234, [1, 2]), /4660/),
  hello("renegotiation_info of TLS 1.2", "§4.3", A.unsupported_extension, (m) => E.addExtension(m, 0xff01, [0]), /65281/),
  hello("extended_main_secret of TLS 1.2", "§4.3", A.unsupported_extension, (m) => E.addExtension(m, 23, []), /23/),
  hello("pre_shared_key, not offered", "§4.3", A.unsupported_extension, (m) => E.addExtension(m, 41, u16(0)), /41/),
  hello("cookie", "§4.3", [A.unsupported_extension, A.illegal_parameter], (m) => E.addExtension(m, 44, vector16(new Uint8Array([1])))),
  hello("ALPN, offered, but it belongs to EncryptedExtensions", "§4.3", A.illegal_parameter, (m) =>
    E.addExtension(m, 16, alpnBody("http/1.1")),
  ),
  hello("server_name, offered, but it belongs to EncryptedExtensions", "§4.3", A.illegal_parameter, (m) => E.addExtension(m, 0, [])),
  hello("supported_groups, offered, but it belongs to EncryptedExtensions", "§4.3", A.illegal_parameter, (m) =>
    E.addExtension(m, 10, [0, 2, 0, 0x1d]),
  ),
  hello("signature_algorithms, offered, but no server may send it", "§4.3", A.illegal_parameter, (m) =>
    E.addExtension(m, 13, [0, 2, 4, 3]),
  ),
  hello("extension block one byte longer than it says", "§4.3, §6.2", A.decode_error, (m) => E.append(m, [0])),
  hello("extension block one byte shorter than it says", "§6.2", A.decode_error, (m) => E.addU16(m, AT.extensions, 1)),
  hello("an extension longer than its block", "§6.2", A.decode_error, (m) => E.addU16(m, AT.extensions + 4, 200)),
];

function retryRandom(): Uint8Array {
  const words = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";
  const out = new Uint8Array(32);
  for (let i = 0; i < 32; i++) out[i] = Number.parseInt(words.slice(2 * i, 2 * i + 2), 16);
  return out;
}

function encrypted(
  field: string,
  section: string,
  alert: number | readonly number[],
  change: (m: Uint8Array) => Uint8Array,
  reason?: RegExp,
): Damage {
  return { message: "encrypted_extensions", field, section, alert, change, ...(reason === undefined ? {} : { reason }) };
}

const alpn = (body: Uint8Array | readonly number[]) => (m: Uint8Array) => E.setExtension(m, 16, body);

export const ENCRYPTED_EXTENSIONS_DAMAGE: readonly Damage[] = [
  encrypted("empty body", "§6.2", A.decode_error, (m) => E.withBody(m, [])),
  encrypted("a length of one byte", "§6.2", A.decode_error, (m) => E.withBody(m, [0])),
  encrypted("a byte behind the block", "§6.2", A.decode_error, (m) => E.append(m, [0])),
  encrypted("block longer than the message", "§6.2", A.decode_error, (m) => E.withBody(m, [0, 4, 0, 0])),
  encrypted("half an extension", "§6.2", A.decode_error, (m) => E.withBody(m, [0, 3, 0, 16, 0])),
  encrypted("an extension longer than its block", "§6.2", A.decode_error, (m) => E.withBody(m, [0, 5, 0, 16, 0, 9, 0])),
  encrypted("an extension that nobody asked for", "§4.3", A.unsupported_extension, (m) => E.addExtension(m, 0x1234, []), /4660/),
  encrypted("record_size_limit below 64", "RFC 8449 §4", A.illegal_parameter, (m) => E.addExtension(m, 28, u16(63)), /63/),
  encrypted("record_size_limit beyond 2^14 + 1", "RFC 8449 §4", A.illegal_parameter, (m) => E.addExtension(m, 28, u16(0x4002))),
  encrypted("record_size_limit of one byte", "§6.2", A.decode_error, (m) => E.addExtension(m, 28, [64])),
  encrypted("record_size_limit of three bytes", "§4.3", A.decode_error, (m) => E.addExtension(m, 28, [1, 0, 0])),
  encrypted("max_fragment_length, another than asked for", "RFC 6066 §4", A.illegal_parameter, (m) => E.addExtension(m, 1, [1])),
  encrypted("max_fragment_length, empty", "§6.2", A.decode_error, (m) => E.addExtension(m, 1, [])),
  encrypted("record_size_limit and max_fragment_length", "RFC 8449 §5", A.illegal_parameter, (m) =>
    E.addExtension(E.addExtension(m, 28, u16(1024)), 1, [2]),
  ),
  encrypted("early_data, not offered", "§4.3", A.unsupported_extension, (m) => E.addExtension(m, 42, [])),
  encrypted("status_request, not offered", "§4.3", A.unsupported_extension, (m) => E.addExtension(m, 5, [])),
  encrypted("pre_shared_key, not offered", "§4.3", A.unsupported_extension, (m) => E.addExtension(m, 41, u16(0))),
  encrypted("padding, not offered", "§4.3", A.unsupported_extension, (m) => E.addExtension(m, 21, [0])),
  encrypted("supported_versions, which belongs to ServerHello", "§4.3, §4.4.1", A.illegal_parameter, (m) => E.addExtension(m, 43, [3, 4])),
  encrypted("key_share, which belongs to ServerHello", "§4.3, §4.4.1", A.illegal_parameter, (m) =>
    E.addExtension(m, 51, keyShareEntry(0x1d, new Uint8Array(32).fill(9))),
  ),
  encrypted("signature_algorithms, which no server may send", "§4.3, §4.4.1", A.illegal_parameter, (m) =>
    E.addExtension(m, 13, [0, 2, 4, 3]),
  ),
  encrypted("server_name that is not empty", "RFC 6066 §3, §4.3", A.decode_error, (m) => E.addExtension(m, 0, [0])),
  encrypted("server_name twice", "§4.3", SYNTAX_OR_VALUE, (m) => E.addExtension(E.addExtension(m, 0, []), 0, [])),
  encrypted("ALPN twice", "§4.3", SYNTAX_OR_VALUE, (m) => E.addExtension(E.addExtension(m, 16, alpnBody("a")), 16, alpnBody("a"))),
  encrypted("ALPN name that was not offered", "RFC 7301 §3.1, §6.2", A.illegal_parameter, alpn(alpnBody("spdy/3")), /spdy\/3/),
  encrypted("ALPN name that is the beginning of an offered one", "RFC 7301 §3.1", A.illegal_parameter, alpn(alpnBody("http/1"))),
  encrypted("ALPN name in capitals", "RFC 7301 §3.1", A.illegal_parameter, alpn(alpnBody("HTTP/1.1"))),
  encrypted(
    "ALPN name with bytes that need escaping",
    "RFC 7301 §3.1",
    A.illegal_parameter,
    alpn(vector16(vector8(new Uint8Array([0, 10, 34, 255])))),
    /\\x00\\x0a/i,
  ),
  encrypted(
    "ALPN with two names",
    "RFC 7301 §3.1",
    SYNTAX_OR_VALUE,
    alpn(vector16(concat(vector8(ascii("http/1.1")), vector8(ascii("a"))))),
  ),
  encrypted("ALPN without name", "RFC 7301 §3.1", A.decode_error, alpn([0, 0])),
  encrypted("ALPN with an empty name", "RFC 7301 §3.1", SYNTAX_OR_VALUE, alpn([0, 1, 0])),
  encrypted("ALPN empty", "§4.3", A.decode_error, alpn([])),
  encrypted("ALPN name longer than its list", "§6.2", A.decode_error, alpn([0, 3, 9, 104, 50])),
  encrypted("ALPN list longer than the extension", "§6.2", A.decode_error, alpn([0, 9, 2, 104, 50])),
  encrypted("ALPN with a byte too many", "§4.3", A.decode_error, alpn(concat(alpnBody("http/1.1"), [0]))),
  encrypted("supported_groups of an odd length", "§4.3", A.decode_error, (m) => E.addExtension(m, 10, [0, 3, 0, 0x1d, 0])),
];

function cert(
  field: string,
  section: string,
  alert: number | readonly number[],
  change: (m: Uint8Array) => Uint8Array,
  reason?: RegExp,
): Damage {
  return { message: "certificate", field, section, alert, change, ...(reason === undefined ? {} : { reason }) };
}

/** Offsets in a Certificate message with an empty context: list length 5, first entry's length 8, its DER 11. */
const leafLength = (m: Uint8Array) => m[8]! * 65536 + m[9]! * 256 + m[10]!;
const leafEnd = (m: Uint8Array) => 11 + leafLength(m);

/** The block behind the leaf's certificate changed, with all lengths around it. */
function leafExtensions(block: Uint8Array): (m: Uint8Array) => Uint8Array {
  return (m) => E.fixLength(E.addU24(splice(m, leafEnd(m), 2, block), 5, block.length - 2));
}

export const CERTIFICATE_DAMAGE: readonly Damage[] = [
  cert("empty body", "§6.2", A.decode_error, (m) => E.withBody(m, [])),
  cert("a certificate_request_context", "§4.5.1", SYNTAX_OR_VALUE, (m) => E.fixLength(splice(m, 4, 1, [1, 7])), /context/),
  cert("an empty list", "§4.5.1.3", A.decode_error, (m) => E.withBody(m, [0, 0, 0, 0])),
  cert("list one byte longer than the message", "§6.2", A.decode_error, (m) => E.addU24(m, 5, 1)),
  cert("list one byte shorter than the message", "§6.2", A.decode_error, (m) => E.addU24(m, 5, -1)),
  cert("a byte behind the list", "§6.2", A.decode_error, (m) => E.append(m, [0])),
  cert("a certificate of 0 bytes", "§4.5.1", A.decode_error, (m) => E.withBody(m, [0, 0, 0, 5, 0, 0, 0, 0, 0])),
  cert("a certificate longer than the list", "§6.2", A.decode_error, (m) => E.addU24(m, 8, 0x10000)),
  cert("an extension block longer than the list", "§6.2", A.decode_error, (m) => {
    const inner = m.slice(11, leafEnd(m));
    return E.withBody(m, concat([0], [0, (inner.length + 5) >> 8, inner.length + 5], m.slice(8, 11), inner, [0, 9]));
  }),
  cert("half an extension", "§6.2", [A.decode_error, A.unsupported_extension], leafExtensions(concat(u16(1), [0]))),
  cert(
    "status_request, not offered",
    "§4.3, §4.5.1",
    A.unsupported_extension,
    leafExtensions(extensionBlock([extension(5, [1, 0, 0, 1, 0])])),
    /5/,
  ),
  cert(
    "signed_certificate_timestamp, not offered",
    "§4.3, §4.5.1",
    A.unsupported_extension,
    leafExtensions(extensionBlock([extension(18, [0, 0])])),
    /18/,
  ),
  cert("an unknown extension", "§4.3, §4.5.1", A.unsupported_extension, leafExtensions(extensionBlock([extension(0x1234, [])])), /4660/),
  cert(
    "key_share, offered, but it belongs to ServerHello",
    "§4.3",
    A.illegal_parameter,
    leafExtensions(extensionBlock([extension(51, [])])),
  ),
  cert(
    "server_name, offered, but it belongs to EncryptedExtensions",
    "§4.3",
    A.illegal_parameter,
    leafExtensions(extensionBlock([extension(0, [])])),
  ),
  cert("one bit of the leaf's signature", "§6.2", A.bad_certificate, (m) => flipBit(m, (leafEnd(m) - 3) * 8)),
  cert("one bit of the leaf's signed part", "§6.2", A.bad_certificate, (m) => flipBit(m, (11 + 15) * 8 + 7)),
  cert("the leaf is no DER", "§6.2", [A.bad_certificate, A.decode_error], (m) => E.setByte(m, 11, 0x04)),
  cert("the leaf cut short in its DER", "§6.2", [A.bad_certificate, A.decode_error], (m) => {
    const inner = m.slice(11, leafEnd(m) - 1);
    const entry = concat([inner.length >> 16, inner.length >> 8, inner.length], inner, [0, 0]);
    return E.withBody(m, concat([0, entry.length >> 16, entry.length >> 8, entry.length], entry));
  }),
  cert("the leaf alone, without the intermediate", "§6.2", A.unknown_ca, (m) => {
    const entry = m.slice(8, leafEnd(m) + 2);
    return E.withBody(m, concat([0, entry.length >> 16, entry.length >> 8, entry.length], entry));
  }),
  cert("the intermediate alone", "§4.5.1.2", [A.bad_certificate, A.unsupported_certificate, A.certificate_unknown, A.unknown_ca], (m) => {
    const entry = m.slice(leafEnd(m) + 2);
    return E.withBody(m, concat([0, entry.length >> 16, entry.length >> 8, entry.length], entry));
  }),
];

function verify(
  field: string,
  section: string,
  alert: number | readonly number[],
  change: (m: Uint8Array) => Uint8Array,
  reason?: RegExp,
): Damage {
  return { message: "certificate_verify", field, section, alert, change, ...(reason === undefined ? {} : { reason }) };
}

const scheme = (id: number) => (m: Uint8Array) => E.setU16(m, 4, id);
const signature = (bytes: Uint8Array | readonly number[]) => (m: Uint8Array) =>
  E.withBody(m, concat(m.slice(4, 6), vector16(concat(bytes))));

export const CERTIFICATE_VERIFY_DAMAGE: readonly Damage[] = [
  verify("empty body", "§6.2", A.decode_error, (m) => E.withBody(m, [])),
  verify("scheme alone", "§6.2", A.decode_error, (m) => E.cutBody(m, 2)),
  verify("a byte behind the signature", "§6.2", A.decode_error, (m) => E.append(m, [0])),
  verify("signature longer than the message", "§6.2", A.decode_error, (m) => E.addU16(m, 6, 1)),
  verify("signature shorter than the message", "§6.2", A.decode_error, (m) => E.addU16(m, 6, -1)),
  verify("scheme rsa_pss_rsae_sha256, not offered", "§4.5.2", A.illegal_parameter, scheme(0x0804), /804/),
  verify("scheme ecdsa_secp384r1_sha384", "§4.5.2", A.illegal_parameter, scheme(0x0503), /503|p-?384|secp384/i),
  verify("scheme ed25519", "§4.5.2", A.illegal_parameter, scheme(0x0807)),
  verify("scheme rsa_pkcs1_sha256, for certificates only", "§4.3.3", A.illegal_parameter, scheme(0x0401), /401/),
  verify("scheme ecdsa_sha1", "§4.5.2", A.illegal_parameter, scheme(0x0203), /203/),
  verify("scheme 0", "§4.5.2", A.illegal_parameter, scheme(0)),
  verify("signature empty", "§4.5.2", [A.decrypt_error, A.decode_error], signature([])),
  verify("signature of zeros", "§4.5.2", A.decrypt_error, signature(new Uint8Array(70))),
  verify("signature (0, 0)", "§4.5.2", A.decrypt_error, signature([0x30, 6, 2, 1, 0, 2, 1, 0])),
  verify("signature (1, 1)", "§4.5.2", A.decrypt_error, signature([0x30, 6, 2, 1, 1, 2, 1, 1])),
  verify("signature not DER, 64 bytes", "§4.5.2", A.decrypt_error, signature(new Uint8Array(64).fill(0x11))),
  verify("a byte behind the DER", "§4.5.2", A.decrypt_error, (m) => signature(concat(m.slice(8), [0]))(m)),
  verify("first bit of the DER", "§4.5.2", A.decrypt_error, (m) => flipBit(m, 8 * 8)),
  verify("one bit of r", "§4.5.2", A.decrypt_error, (m) => flipBit(m, (8 + 10) * 8 + 3)),
  verify("last bit of s", "§4.5.2", A.decrypt_error, (m) => flipBit(m, m.length * 8 - 1)),
];

function fin(
  field: string,
  section: string,
  alert: number | readonly number[],
  change: (m: Uint8Array) => Uint8Array,
  reason?: RegExp,
): Damage {
  return { message: "finished", field, section, alert, change, ...(reason === undefined ? {} : { reason }) };
}

export const FINISHED_DAMAGE: readonly Damage[] = [
  fin("empty", "§6.2", [A.decode_error, A.decrypt_error], (m) => E.withBody(m, [])),
  fin("12 bytes, as in TLS 1.2", "§4.5.3, §6.2", [A.decode_error, A.decrypt_error], (m) => E.cutBody(m, 12)),
  fin("31 bytes", "§4.5.3, §6.2", [A.decode_error, A.decrypt_error], (m) => E.cutBody(m, 31)),
  fin("33 bytes", "§4.5.3, §6.2", [A.decode_error, A.decrypt_error], (m) => E.append(m, [0])),
  fin("zeros", "§4.5.3", A.decrypt_error, (m) => E.withBody(m, new Uint8Array(32)), /Finished/),
  fin("first bit", "§4.5.3", A.decrypt_error, (m) => flipBit(m, 32)),
  fin("last bit", "§4.5.3", A.decrypt_error, (m) => flipBit(m, 36 * 8 - 1)),
];

function request(
  field: string,
  section: string,
  alert: number | readonly number[],
  change: (m: Uint8Array) => Uint8Array,
  reason?: RegExp,
): Damage {
  return { message: "certificate_request", field, section, alert, change, ...(reason === undefined ? {} : { reason }) };
}

export const CERTIFICATE_REQUEST_DAMAGE: readonly Damage[] = [
  request("empty body", "§6.2", A.decode_error, (m) => E.withBody(m, [])),
  request("a context during the handshake", "§4.4.2", SYNTAX_OR_VALUE, (m) => E.fixLength(splice(m, 4, 1, [1, 7])), /context/),
  request("no extensions", "§4.4.2", A.missing_extension, (m) => E.withBody(m, [0, 0, 0]), /signature_algorithms/),
  request("no signature_algorithms", "§4.4.2", A.missing_extension, (m) =>
    E.withBody(m, concat([0], extensionBlock([extension(47, [0, 4, 0, 2, 0x30, 0])]))),
  ),
  request("signature_algorithms empty", "§4.3.3", A.decode_error, (m) => E.withBody(m, concat([0], extensionBlock([extension(13, [])])))),
  request("signature_algorithms with an empty list", "§4.3.3", A.decode_error, (m) =>
    E.withBody(m, concat([0], extensionBlock([extension(13, [0, 0])]))),
  ),
  request("signature_algorithms twice", "§4.3", SYNTAX_OR_VALUE, (m) =>
    E.withBody(m, concat([0], extensionBlock([extension(13, [0, 2, 4, 3]), extension(13, [0, 2, 4, 3])]))),
  ),
  request("block longer than the message", "§6.2", A.decode_error, (m) => E.addU16(m, 5, 1)),
  request("block shorter than the message", "§6.2", A.decode_error, (m) => E.addU16(m, 5, -1)),
  request("a byte behind the block", "§6.2", A.decode_error, (m) => E.append(m, [0])),
];

function ticket(
  field: string,
  section: string,
  alert: number | readonly number[],
  change: (m: Uint8Array) => Uint8Array,
  reason?: RegExp,
): Damage {
  return { message: "new_session_ticket", field, section, alert, change, ...(reason === undefined ? {} : { reason }) };
}

export const TICKET_DAMAGE: readonly Damage[] = [
  ticket("empty body", "§6.2", A.decode_error, (m) => E.withBody(m, [])),
  ticket("lifetime alone", "§6.2", A.decode_error, (m) => E.cutBody(m, 4)),
  ticket("nonce longer than the message", "§6.2", A.decode_error, (m) => E.setByte(m, 12, 255)),
  ticket("an empty ticket", "§4.7.1", A.decode_error, (m) => E.withBody(m, concat(new Uint8Array(8), [1, 7, 0, 0, 0, 0]))),
  ticket("no extension block", "§6.2", A.decode_error, (m) => E.cutBody(m, m.length - 6)),
  ticket("a byte behind the block", "§6.2", A.decode_error, (m) => E.append(m, [0])),
  ticket("extension longer than its block", "§6.2", A.decode_error, (m) =>
    concat(E.cutBody(m, m.length - 6)).length === 0 ? m : E.append(E.cutBody(m, m.length - 6), [0, 4, 0, 42, 0, 9]),
  ),
];

function update(
  field: string,
  section: string,
  alert: number | readonly number[],
  change: (m: Uint8Array) => Uint8Array,
  reason?: RegExp,
): Damage {
  return { message: "key_update", field, section, alert, change, ...(reason === undefined ? {} : { reason }) };
}

export const KEY_UPDATE_DAMAGE: readonly Damage[] = [
  update("request_update 2", "§4.7.3", A.illegal_parameter, (m) => E.setByte(m, 4, 2), /2/),
  update("request_update 255", "§4.7.3", A.illegal_parameter, (m) => E.setByte(m, 4, 255)),
  update("empty body", "§6.2", A.decode_error, (m) => E.withBody(m, [])),
  update("two bytes", "§6.2", A.decode_error, (m) => E.append(m, [0])),
];
