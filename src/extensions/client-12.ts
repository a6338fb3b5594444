import { alpn } from "./alpn.js";
import { CLIENT_EXTENSIONS } from "./client-13.js";
import { encryptThenMac } from "./encrypt-then-mac.js";
import type { ClientExtension } from "./extension.js";
import { extendedMasterSecret, pointFormats, renegotiationInfo } from "./hello-12.js";
import { maxFragmentLength } from "./max-fragment-length.js";
import { recordSizeLimit } from "./record-size-limit.js";
import { serverName } from "./server-name.js";
import { signatureAlgorithms } from "./signature-algorithms.js";
import { statusRequest } from "./status-request.js";
import { supportedGroups } from "./supported-groups.js";

/** Bits of places that are the same in both tables. */
export const EXTENDED_MASTER_SECRET_BIT = 1;
export const ENCRYPT_THEN_MAC_BIT = 8;

/** The extensions of a client that speaks TLS 1.2 alone. */
export const CLIENT_EXTENSIONS_12: readonly ClientExtension[] = [
  extendedMasterSecret,
  renegotiationInfo,
  pointFormats,
  encryptThenMac,
  serverName,
  supportedGroups,
  signatureAlgorithms,
  alpn,
  recordSizeLimit,
  maxFragmentLength,
  statusRequest,
];

/** Those of one that speaks TLS 1.3 too. TLS 1.3's stand last, as one of them may have to (RFC 9846 §4.3.11). */
export const CLIENT_EXTENSIONS_BOTH: readonly ClientExtension[] = [
  extendedMasterSecret,
  renegotiationInfo,
  pointFormats,
  encryptThenMac,
  ...CLIENT_EXTENSIONS,
];
