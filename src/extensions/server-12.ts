import { decode_error, handshake_failure, illegal_parameter, TLSAlert } from "../alert.js";
import {
  ec_point_formats,
  encrypt_then_mac,
  extended_master_secret,
  renegotiation_info,
  supported_versions,
  TLS_1_2,
} from "../constants.js";
import type { MessageWriter } from "../messages/certificate.js";
import { protocolsOfClient } from "./alpn.js";
import { IN_SERVER_HELLO_12 } from "./extension.js";
import { fragmentLengthOfClient } from "./max-fragment-length.js";
import { sizeLimitOfClient } from "./record-size-limit.js";
import type { CommonHelloContext, ServerExtension } from "./server-extension.js";
import { serverNameOfClient } from "./server-name.js";
import { schemesOfClient } from "./signature-algorithms.js";
import { statusOfClient } from "./status-request.js";
import { groupsOfClient } from "./supported-groups.js";

/** The ticket of a ClientHello, and whether one is promised in return. */
export interface OfferedTicket {
  ticketOffset: number;
  /** -1: the extension was not sent. */
  ticketLength: number;
  readonly promised: boolean;
  /** The session that the client offers is resumed. */
  readonly resumed: boolean;
}

/** What a TLS 1.2 ClientHello says besides. */
export interface HelloContext12 extends CommonHelloContext {
  /** supported_versions was sent and lacks TLS 1.2. */
  refusesTLS12: boolean;
  extendedMasterSecret: boolean;
  /** Sent; then: agreed on. */
  encryptThenMac: boolean;
  /** The client knows secure renegotiation, by the extension or by the SCSV (RFC 5746 §3.6). */
  secureRenegotiation: boolean;
  sentPointFormats: boolean;
  /** Writes the CertificateStatus that follows our Certificate; null: none does. */
  readonly status: MessageWriter | null;
  /** null where no sessions are resumed. */
  readonly resuming: OfferedTicket | null;
}

const UNCOMPRESSED = 0;

const versions: ServerExtension<HelloContext12> = {
  type: supported_versions,
  name: "supported_versions",
  answers: 0,
  receive(context, r) {
    const list = r.enter(r.u8());
    context.refusesTLS12 = true;
    while (r.left > 0) if (r.u16() === TLS_1_2) context.refusesTLS12 = false;
    r.leave(list);
  },
  send() {
    return false;
  },
};

const extendedMasterSecret: ServerExtension<HelloContext12> = {
  type: extended_master_secret,
  name: "extended_master_secret",
  answers: IN_SERVER_HELLO_12,
  receive(context) {
    context.extendedMasterSecret = true;
  },
  send(context) {
    return context.extendedMasterSecret;
  },
};

/** RFC 7366 §2; §3: never answered where the suite has no CBC. */
const encryptThenMac: ServerExtension<HelloContext12> = {
  type: encrypt_then_mac,
  name: "encrypt_then_mac",
  answers: IN_SERVER_HELLO_12,
  receive(context) {
    context.encryptThenMac = true;
  },
  send(context) {
    return context.encryptThenMac;
  },
};

const renegotiationInfo: ServerExtension<HelloContext12> = {
  type: renegotiation_info,
  name: "renegotiation_info",
  answers: IN_SERVER_HELLO_12,
  receive(context, r) {
    const length = r.u8();
    if (length !== 0) throw new TLSAlert(handshake_failure, `renegotiation_info: ${length} bytes in the first handshake (RFC 5746 §3.6)`);
    context.secureRenegotiation = true;
  },
  send(context, w) {
    if (!context.secureRenegotiation) return false;
    w.u8(0);
    return true;
  },
};

const pointFormats: ServerExtension<HelloContext12> = {
  type: ec_point_formats,
  name: "ec_point_formats",
  answers: IN_SERVER_HELLO_12,
  receive(context, r) {
    const list = r.enter(r.u8());
    if (r.left === 0) throw new TLSAlert(decode_error, "ec_point_formats: an empty list");
    let found = false;
    while (r.left > 0) if (r.u8() === UNCOMPRESSED) found = true;
    r.leave(list);
    if (!found) throw new TLSAlert(illegal_parameter, "ec_point_formats: the list lacks uncompressed (RFC 8422 §5.1.2)");
    context.sentPointFormats = true;
  },
  send(context, w) {
    if (!context.sentPointFormats) return false;
    w.u8(1);
    w.u8(UNCOMPRESSED);
    return true;
  },
};

/** RFC 6066 §3: not answered where a session is resumed, whose name it is then. */
const serverName: ServerExtension<HelloContext12> = {
  ...serverNameOfClient,
  send(context, w, message) {
    return context.resuming?.resumed !== true && serverNameOfClient.send(context, w, message);
  },
};

/** RFC 6066 §8: answered where a CertificateStatus follows. */
const status: ServerExtension<HelloContext12> = {
  ...statusOfClient,
  answers: IN_SERVER_HELLO_12,
  send(context) {
    return context.status !== null;
  },
};

/** The extensions of a TLS 1.2 server, in the order in which answers are sent. */
export const SERVER_EXTENSIONS_12: readonly ServerExtension<HelloContext12>[] = [
  versions,
  extendedMasterSecret,
  encryptThenMac,
  renegotiationInfo,
  pointFormats,
  serverName,
  protocolsOfClient,
  sizeLimitOfClient,
  fragmentLengthOfClient,
  status,
  groupsOfClient,
  schemesOfClient,
];
