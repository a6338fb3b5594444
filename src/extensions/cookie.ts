import { decode_error, TLSAlert } from "../alert.js";
import { cookie as cookieType } from "../constants.js";
import { type ClientExtension, IN_HELLO_RETRY_REQUEST } from "./extension.js";
import type { ServerExtension } from "./server-extension.js";

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

/** The server's side: it sends its cookie in a HelloRetryRequest and gets it back. */
export const cookieOfClient: ServerExtension = {
  type: cookieType,
  name: "cookie",
  answers: IN_HELLO_RETRY_REQUEST,
  receive(context, r) {
    const length = r.u16();
    if (length === 0) throw new TLSAlert(decode_error, "cookie: it is empty");
    context.cookieOffset = r.skip(length);
    context.cookieLength = length;
  },
  send(context, w) {
    const { cookie } = context;
    if (cookie === null) return false;
    w.u16(cookie.length);
    w.copy(cookie, 0, cookie.length);
    return true;
  },
};
