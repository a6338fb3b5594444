import { decode_error, TLSAlert } from "../alert.js";
import { cookie as cookieType } from "../constants.js";
import { type ClientExtension, IN_HELLO_RETRY_REQUEST } from "./extension.js";

/** cookie (RFC 9846 §4.3.2): what a HelloRetryRequest gives comes back in the second ClientHello. The message bound limits its size. */
export const cookie: ClientExtension = {
  type: cookieType,
  name: "cookie",
  answers: IN_HELLO_RETRY_REQUEST,
  send(context, w) {
    const { cookie } = context;
    if (cookie === null) return false;
    w.u16(cookie.length);
    w.copy(cookie, 0, cookie.length);
    return true;
  },
  receive(context, r) {
    const length = r.u16();
    if (length === 0) throw new TLSAlert(decode_error, "HelloRetryRequest: an empty cookie");
    const at = r.skip(length);
    context.cookie = r.bytes.slice(at, at + length);
  },
  whenMissing() {},
};
