import { alpn } from "./alpn.js";
import { cookie } from "./cookie.js";
import type { ClientExtension } from "./extension.js";
import { keyShare } from "./key-share.js";
import { maxFragmentLength } from "./max-fragment-length.js";
import { postHandshakeAuthExtension } from "./post-handshake-auth.js";
import { preSharedKey } from "./pre-shared-key.js";
import { pskModes } from "./psk-modes.js";
import { recordSizeLimit } from "./record-size-limit.js";
import { serverName } from "./server-name.js";
import { signatureAlgorithms } from "./signature-algorithms.js";
import { statusRequest } from "./status-request.js";
import { supportedGroups } from "./supported-groups.js";
import { supportedVersions } from "./supported-versions.js";

/** The extensions of a TLS 1.3 client, in the order in which they are sent. At most 31: they are counted as bits. */
export const CLIENT_EXTENSIONS: readonly ClientExtension[] = [
  serverName,
  supportedGroups,
  signatureAlgorithms,
  supportedVersions,
  keyShare,
  cookie,
  alpn,
  recordSizeLimit,
  maxFragmentLength,
  postHandshakeAuthExtension,
  statusRequest,
  pskModes,
  preSharedKey, // the last: what its binders do not cover may not be there
];
