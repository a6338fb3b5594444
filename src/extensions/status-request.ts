import { status_request } from "../constants.js";
import { type ClientExtension, IN_CERTIFICATE, IN_SERVER_HELLO_12 } from "./extension.js";
import type { CommonHelloContext, ServerExtension } from "./server-extension.js";

const OCSP = 1;

/** status_request (RFC 6066 §8): what the check of the config asks for. The answer is a CertificateStatus in the server's Certificate (RFC 9846 §4.5.1.1), in TLS 1.2 behind it. */
export const statusRequest: ClientExtension = {
  type: status_request,
  name: "status_request",
  answers: IN_CERTIFICATE | IN_SERVER_HELLO_12,
  send(context, w) {
    const status = context.config.checks?.status;
    if (status === undefined) return false;
    w.copy(status.request, 0, status.request.length);
    return true;
  },
  receive() {},
  whenMissing() {},
};

/** The server's side. Another status_type is no error, and gets no answer. It is told to a client in the Certificate itself. */
export const statusOfClient: ServerExtension<CommonHelloContext> = {
  type: status_request,
  name: "status_request",
  answers: 0,
  receive(context, r) {
    const type = r.u8();
    if (type !== OCSP) {
      r.skip(r.left);
      return;
    }
    // responder_id_list and request_extensions: a response that was made before can't heed them.
    r.skip(r.u16());
    r.skip(r.u16());
    context.wantsStatus = true;
  },
  send() {
    return false;
  },
};
