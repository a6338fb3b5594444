import { decode_error, illegal_parameter, TLSAlert } from "../alert.js";
import { supported_versions, TLS_1_2, TLS_1_3 } from "../constants.js";
import { type ClientExtension, IN_HELLO_RETRY_REQUEST, IN_SERVER_HELLO, IN_SERVER_HELLOS } from "./extension.js";
import type { ServerExtension } from "./server-extension.js";

/** supported_versions (RFC 9846 §4.3.1). That it is missing is judged by the version choice. */
export const supportedVersions: ClientExtension = {
  type: supported_versions,
  name: "supported_versions",
  answers: IN_SERVER_HELLO | IN_HELLO_RETRY_REQUEST,
  send(context, w) {
    const list = w.open8();
    w.u16(TLS_1_3);
    if (context.config.tls12 !== undefined) w.u16(TLS_1_2);
    w.close8(list);
    return true;
  },
  receive(context, r) {
    const version = r.u16();
    if (version !== TLS_1_3)
      throw new TLSAlert(
        illegal_parameter,
        `supported_versions: the server selected version 0x${version.toString(16)}, which was not offered`,
      );
    context.selectedVersion = version;
  },
  whenMissing() {},
};

/** The server's side: it looks for TLS 1.3 among the client's versions, and selects it. */
export const versionsOfClient: ServerExtension = {
  type: supported_versions,
  name: "supported_versions",
  answers: IN_SERVER_HELLOS,
  receive(context, r) {
    const list = r.enter(r.u8());
    if (r.left < 2) throw new TLSAlert(decode_error, "supported_versions: an empty list");
    while (r.left > 0) if (r.u16() === TLS_1_3) context.offersTLS13 = true;
    r.leave(list);
  },
  send(_context, w) {
    w.u16(TLS_1_3);
    return true;
  },
};
