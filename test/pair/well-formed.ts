import { keyShareBody } from "../peer/client-hello-make.js";
import {
  certificate,
  certificateRequest,
  certificateVerify,
  clientHello,
  encryptedExtensions,
  extension,
  finished,
  HANDSHAKE_TYPES,
  keyShareEntry,
  keyUpdate,
  message,
  newSessionTicket,
  serverHello,
} from "../peer/messages.js";

/** A well-formed body where TLS 1.3 knows the message, so that only its place is wrong. */
export function wellFormed(type: number, chain: readonly Uint8Array[]): Uint8Array {
  switch (type) {
    case HANDSHAKE_TYPES.client_hello:
      return clientHello({
        legacyVersion: 0x0303,
        random: new Uint8Array(32).fill(5),
        sessionId: new Uint8Array(32).fill(6),
        suites: [0x1301],
        compression: [0],
        extensions: [
          extension(10, [0, 2, 0, 0x1d]),
          extension(13, [0, 2, 4, 3]),
          extension(43, [2, 3, 4]),
          extension(51, keyShareBody([{ group: 0x1d, publicKey: new Uint8Array(32).fill(9) }])),
        ],
      });
    case HANDSHAKE_TYPES.server_hello:
      return serverHello({
        legacyVersion: 0x0303,
        random: new Uint8Array(32).fill(5),
        sessionId: new Uint8Array(32).fill(6),
        suite: 0x1301,
        compression: 0,
        extensions: [extension(43, [3, 4]), extension(51, keyShareEntry(0x1d, new Uint8Array(32).fill(9)))],
      });
    case HANDSHAKE_TYPES.new_session_ticket:
      return newSessionTicket();
    case HANDSHAKE_TYPES.encrypted_extensions:
      return encryptedExtensions([]);
    case HANDSHAKE_TYPES.certificate:
      return certificate(chain);
    case HANDSHAKE_TYPES.certificate_request:
      return certificateRequest(new Uint8Array(0), [extension(13, [0, 2, 4, 3])]);
    case HANDSHAKE_TYPES.certificate_verify:
      return certificateVerify(0x0403, new Uint8Array(70).fill(0x30));
    case HANDSHAKE_TYPES.finished:
      return finished(new Uint8Array(32));
    case HANDSHAKE_TYPES.key_update:
      return keyUpdate(0);
    case HANDSHAKE_TYPES.message_hash:
      return message(type, new Uint8Array(32));
    default:
      return message(type, new Uint8Array(0));
  }
}

/** Every handshake message that has a name, and some that have none. */
export const TYPES: readonly (readonly [string, number])[] = [
  ...Object.entries(HANDSHAKE_TYPES),
  ["unassigned 7", 7],
  ["unassigned 26", 26],
  ["unassigned 200", 200],
  ["unassigned 255", 255],
];
