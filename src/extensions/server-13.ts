import { protocolsOfClient } from "./alpn.js";
import { cookieOfClient } from "./cookie.js";
import { earlyDataOfClient } from "./early-data.js";
import { sharesOfClient } from "./key-share.js";
import { fragmentLengthOfClient } from "./max-fragment-length.js";
import { pskOfClient } from "./pre-shared-key.js";
import { pskModesOfClient } from "./psk-modes.js";
import { sizeLimitOfClient } from "./record-size-limit.js";
import type { ServerExtension } from "./server-extension.js";
import { serverNameOfClient } from "./server-name.js";
import { schemesOfClient } from "./signature-algorithms.js";
import { statusOfClient } from "./status-request.js";
import { groupsOfClient } from "./supported-groups.js";
import { versionsOfClient } from "./supported-versions.js";

/** The extensions of a TLS 1.3 server, in the order in which answers are sent. */
export const SERVER_EXTENSIONS: readonly ServerExtension[] = [
  versionsOfClient,
  sharesOfClient,
  cookieOfClient,
  serverNameOfClient,
  protocolsOfClient,
  sizeLimitOfClient,
  fragmentLengthOfClient,
  groupsOfClient,
  schemesOfClient,
  statusOfClient,
  pskModesOfClient,
  earlyDataOfClient,
  pskOfClient,
];
