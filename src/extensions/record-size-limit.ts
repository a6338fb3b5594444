import { illegal_parameter, TLSAlert } from "../alert.js";
import { record_size_limit } from "../constants.js";
import { type ClientExtension, IN_ANSWER } from "./extension.js";
import type { CommonHelloContext, ServerExtension } from "./server-extension.js";

/** The least that may be asked for, and the most that there is: 2^14 bytes of content and the content type (RFC 8449 §4). */
const LEAST = 64;
const MOST = 0x4001;

/**
 * record_size_limit (RFC 8449): the longest TLSInnerPlaintext that this side takes, content type and padding included. It is what the receive buffer
 * holds, so a peer that honours it never sends a record that does not fit.
 */
export const recordSizeLimit: ClientExtension = {
  type: record_size_limit,
  name: "record_size_limit",
  answers: IN_ANSWER,
  send(context, w) {
    w.u16(Math.min(context.receiveLimit, MOST));
    return true;
  },
  receive(context, r) {
    const limit = r.u16();
    if (limit < LEAST || limit > MOST) throw new TLSAlert(illegal_parameter, `record_size_limit: ${limit}; ${LEAST} to ${MOST} may be`);
    context.sizeLimit = limit;
  },
  whenMissing() {},
};

/** The server's side. A client may ask for more than there is in this version (§4): that is no limit. */
export const sizeLimitOfClient: ServerExtension<CommonHelloContext> = {
  type: record_size_limit,
  name: "record_size_limit",
  answers: IN_ANSWER,
  receive(context, r) {
    const limit = r.u16();
    if (limit < LEAST) throw new TLSAlert(illegal_parameter, `record_size_limit: ${limit}; ${LEAST} is the least`);
    context.sizeLimit = Math.min(limit, MOST);
  },
  send(context, w) {
    if (context.sizeLimit === 0) return false;
    w.u16(Math.min(context.receiveLimit, MOST));
    return true;
  },
};
