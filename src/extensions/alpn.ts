import { decode_error, illegal_parameter, TLSAlert } from "../alert.js";
import { escaped } from "../bytes/escaped.js";
import { application_layer_protocol_negotiation } from "../constants.js";
import { type ClientExtension, IN_ANSWER } from "./extension.js";
import type { CommonHelloContext, ServerExtension } from "./server-extension.js";

/** application_layer_protocol_negotiation (RFC 7301 §3.1): the answer holds exactly one name, one of those offered. */
export const alpn: ClientExtension = {
  type: application_layer_protocol_negotiation,
  name: "application_layer_protocol_negotiation",
  answers: IN_ANSWER,
  send(context, w) {
    const names = context.config.alpn;
    if (names === undefined || names.length === 0) return false;
    const list = w.open16();
    for (let i = 0; i < names.length; i++) {
      const name = w.open8();
      w.ascii(names[i]);
      w.close8(name);
    }
    w.close16(list);
    return true;
  },
  receive(context, r) {
    const list = r.enter(r.u16());
    const length = r.u8();
    const at = r.skip(length);
    r.leave(list);
    const names = context.config.alpn as readonly string[];
    for (let i = 0; i < names.length; i++)
      if (sameAscii(names[i], r.bytes, at, length)) {
        context.alpnIndex = i;
        return;
      }
    throw new TLSAlert(illegal_parameter, `ALPN: the server chose "${escaped(r.bytes, at, length)}", which was not offered`);
  },
  whenMissing() {},
};

function sameAscii(text: string, bytes: Uint8Array, offset: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== bytes[offset + i]) return false;
  return true;
}

/** The server's side: the list is kept where it stands until the virtual server is known; the answer is the one name chosen. */
export const protocolsOfClient: ServerExtension<CommonHelloContext> = {
  type: application_layer_protocol_negotiation,
  name: "application_layer_protocol_negotiation",
  answers: IN_ANSWER,
  receive(context, r) {
    const length = r.u16();
    const at = r.offset;
    const list = r.enter(length);
    if (length === 0) throw new TLSAlert(decode_error, "ALPN: an empty list");
    while (r.left > 0) {
      const name = r.u8();
      if (name === 0) throw new TLSAlert(decode_error, "ALPN: an empty name");
      r.skip(name);
    }
    r.leave(list);
    context.alpnOffset = at;
    context.alpnLength = length;
  },
  send(context, w) {
    if (context.alpn === null) return false;
    const list = w.open16();
    const name = w.open8();
    w.ascii(context.alpn);
    w.close8(name);
    w.close16(list);
    return true;
  },
};

/** The first of `names` (the server's order) that stands in the client's ProtocolNameList, or null. */
export function chooseProtocol(names: readonly string[], bytes: Uint8Array, offset: number, length: number): string | null {
  for (let i = 0; i < names.length; i++) {
    let o = offset;
    while (o < offset + length) {
      if (sameAscii(names[i], bytes, o + 1, bytes[o])) return names[i];
      o += 1 + bytes[o];
    }
  }
  return null;
}
