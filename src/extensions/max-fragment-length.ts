import { illegal_parameter, TLSAlert } from "../alert.js";
import { max_fragment_length } from "../constants.js";
import { type ClientExtension, IN_ANSWER } from "./extension.js";
import type { CommonHelloContext, ServerExtension } from "./server-extension.js";

/** MaxFragmentLength (RFC 6066 §4): 1 to 4 for 2^9 to 2^12 bytes of content. */
function lengthOf(code: number): number {
  return 256 << code;
}

/** The largest length whose records fit `limit` bytes of content and content type; 0: all records fit, or none of these does. */
function codeFor(limit: number): number {
  if (limit > 0x4000) return 0;
  let code = 4;
  while (code > 0 && lengthOf(code) + 1 > limit) code--;
  return code;
}

/**
 * max_fragment_length (RFC 6066 §4), for peers that don't know record_size_limit (OpenSSL among them). A peer that knows both ignores this one
 * (RFC 8449 §5).
 */
export const maxFragmentLength: ClientExtension = {
  type: max_fragment_length,
  name: "max_fragment_length",
  answers: IN_ANSWER,
  send(context, w) {
    const code = codeFor(context.receiveLimit);
    if (code === 0) return false;
    w.u8(code);
    return true;
  },
  receive(context, r) {
    const code = r.u8();
    if (code !== codeFor(context.receiveLimit))
      throw new TLSAlert(
        illegal_parameter,
        `max_fragment_length: the server answers ${code}, ${codeFor(context.receiveLimit)} was asked for`,
      );
    context.fragmentLength = lengthOf(code);
  },
  whenMissing() {},
};

/** The server's side: taken where the client did not send record_size_limit. */
export const fragmentLengthOfClient: ServerExtension<CommonHelloContext> = {
  type: max_fragment_length,
  name: "max_fragment_length",
  answers: IN_ANSWER,
  receive(context, r) {
    const code = r.u8();
    if (code < 1 || code > 4) throw new TLSAlert(illegal_parameter, `max_fragment_length: code ${code}; 1 to 4 may be`);
    context.fragmentCode = code;
  },
  send(context, w) {
    if (context.fragmentCode === 0 || context.sizeLimit !== 0) return false;
    w.u8(context.fragmentCode);
    return true;
  },
};

export { lengthOf as fragmentLengthOf };
