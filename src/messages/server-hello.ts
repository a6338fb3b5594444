import { decode_error, illegal_parameter, protocol_version, TLSAlert } from "../alert.js";
import { equalBytes } from "../bytes/equal.js";
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { supported_versions, TLS_1_2, TLS_1_3 } from "../constants.js";
import type { Random } from "../crypto/provider.js";
import { RANDOM_LENGTH } from "./client-hello.js";

/** ServerHello.random of a HelloRetryRequest: SHA-256 of "HelloRetryRequest" (RFC 9846 §4.2.3). */
const HELLO_RETRY_REQUEST_RANDOM = new Uint8Array([
  0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c,
  0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
]);

/** The last 8 bytes of ServerHello.random when a server that knows TLS 1.3 settles for less (§4.2.3): "DOWNGRD" and the version. */
const DOWNGRADE = new Uint8Array([0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44]);

/** Where Random stands in a ServerHello, from its handshake header on. */
export const SERVER_RANDOM_AT = 6;

/** The fixed fields of a ServerHello or HelloRetryRequest, as offsets into the message. The reader is left at its extensions. */
export class ServerHello {
  isRetryRequest: boolean;
  isDowngrade: boolean;
  legacyVersion: number;
  sessionIdOffset: number;
  sessionIdLength: number;
  suite: number;
  /** selected_version of the supported_versions extension, or 0 where there is none. */
  selectedVersion: number;

  constructor() {
    this.isRetryRequest = false;
    this.isDowngrade = false;
    this.legacyVersion = 0;
    this.sessionIdOffset = 0;
    this.sessionIdLength = 0;
    this.suite = 0;
    this.selectedVersion = 0;
  }

  read(r: Reader): void {
    this.legacyVersion = r.u16();
    const random = r.skip(RANDOM_LENGTH);
    this.isRetryRequest = equalBytes(r.bytes, random, HELLO_RETRY_REQUEST_RANDOM, 0, RANDOM_LENGTH);
    this.isDowngrade = equalBytes(r.bytes, random + 24, DOWNGRADE, 0, 7) && r.bytes[random + 31] < 2;
    const length = r.u8();
    if (length > 32) throw new TLSAlert(decode_error, `ServerHello: a legacy_session_id_echo of ${length} bytes; 32 is the most`);
    this.sessionIdLength = length;
    this.sessionIdOffset = r.skip(length);
    this.suite = r.u16();
    const compression = r.u8();
    if (compression !== 0)
      throw new TLSAlert(illegal_parameter, `ServerHello: legacy_compression_method ${compression}, only 0 may stand here`);
    this.selectedVersion = r.left === 0 ? 0 : selectedVersion(r);
  }
}

/** Looks for supported_versions in the extension block ahead: the version is settled before anything else (RFC 9846 §4.3.1). */
function selectedVersion(r: Reader): number {
  const start = r.offset;
  const block = r.enter(r.u16());
  let version = 0;
  while (r.left > 0 && version === 0) {
    const type = r.u16();
    const data = r.enter(r.u16());
    if (type === supported_versions) {
      version = r.u16();
      if (version <= TLS_1_2)
        throw new TLSAlert(illegal_parameter, `supported_versions: 0x${version.toString(16)} may not be selected there`);
    } else r.skip(r.left);
    r.leave(data);
  }
  r.end = block;
  r.offset = start;
  return version;
}

/** Refuses any other version than TLS 1.3, with the alert that fits (RFC 9846 §4.2.3, §4.3.1). */
export function requireTLS13(hello: ServerHello): void {
  const { selectedVersion, legacyVersion } = hello;
  if (selectedVersion === TLS_1_3 && legacyVersion === TLS_1_2) return;
  if (selectedVersion !== 0 && selectedVersion !== TLS_1_3)
    throw new TLSAlert(
      illegal_parameter,
      `supported_versions: the server selected version 0x${selectedVersion.toString(16)}, which was not offered`,
    );
  if (hello.isDowngrade)
    throw new TLSAlert(
      illegal_parameter,
      "ServerHello: the random says that the server knows TLS 1.3, the version says that it does not: somebody changed the hello",
    );
  throw new TLSAlert(protocol_version, `the server wants version 0x${legacyVersion.toString(16)}; TLS 1.3 (0x304) is the only one offered`);
}

/** Writes the fixed fields of a ServerHello; of a HelloRetryRequest where random is null. The caller writes the extensions and closes the message. */
export function writeServerHelloFields(
  w: Writer,
  random: Random | null,
  sessionId: Uint8Array,
  sessionIdOffset: number,
  sessionIdLength: number,
  suite: number,
): void {
  w.u16(TLS_1_2);
  if (random === null) w.copy(HELLO_RETRY_REQUEST_RANDOM, 0, RANDOM_LENGTH);
  else random.fill(w.bytes, w.skip(RANDOM_LENGTH), RANDOM_LENGTH);
  w.u8(sessionIdLength);
  w.copy(sessionId, sessionIdOffset, sessionIdLength);
  w.u16(suite);
  w.u8(0);
}

/** The end of a ServerHello.random that settles for TLS 1.2 where TLS 1.3 is spoken too (RFC 9846 §4.2.3). */
export function markDowngrade(bytes: Uint8Array, random: number): void {
  for (let i = 0; i < 7; i++) bytes[random + 24 + i] = DOWNGRADE[i];
  bytes[random + 31] = 1;
}
