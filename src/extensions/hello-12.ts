import { handshake_failure, illegal_parameter, TLSAlert } from "../alert.js";
import { ec_point_formats, extended_master_secret, renegotiation_info } from "../constants.js";
import { type ClientExtension, IN_SERVER_HELLO_12 } from "./extension.js";

const UNCOMPRESSED = 0;

/** extended_master_secret (RFC 7627 §5.1): empty on both sides. */
export const extendedMasterSecret: ClientExtension = {
  type: extended_master_secret,
  name: "extended_master_secret",
  answers: IN_SERVER_HELLO_12,
  send() {
    return true;
  },
  receive() {},
  whenMissing() {},
};

/** renegotiation_info (RFC 5746 §3.4): in the one handshake that there is, the renegotiated connection is empty. */
export const renegotiationInfo: ClientExtension = {
  type: renegotiation_info,
  name: "renegotiation_info",
  answers: IN_SERVER_HELLO_12,
  send(_context, w) {
    w.u8(0);
    return true;
  },
  receive(_context, r) {
    const length = r.u8();
    if (length !== 0) throw new TLSAlert(handshake_failure, `renegotiation_info: ${length} bytes in the first handshake (RFC 5746 §3.4)`);
  },
  whenMissing() {
    throw new TLSAlert(handshake_failure, "ServerHello: no renegotiation_info: another could have begun this connection (RFC 5746 §4.1)");
  },
};

/** ec_point_formats (RFC 8422 §5.1.2): uncompressed alone. */
export const pointFormats: ClientExtension = {
  type: ec_point_formats,
  name: "ec_point_formats",
  answers: IN_SERVER_HELLO_12,
  send(_context, w) {
    w.u8(1);
    w.u8(UNCOMPRESSED);
    return true;
  },
  receive(_context, r) {
    const list = r.enter(r.u8());
    let found = false;
    while (r.left > 0) if (r.u8() === UNCOMPRESSED) found = true;
    r.leave(list);
    if (!found) throw new TLSAlert(illegal_parameter, "ec_point_formats: the list lacks uncompressed (RFC 8422 §5.2)");
  },
  whenMissing() {},
};
