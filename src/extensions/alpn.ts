import { illegal_parameter, TLSAlert } from "../alert.js";
import { escaped } from "../bytes/escaped.js";
import { application_layer_protocol_negotiation } from "../constants.js";
import { type ClientExtension, IN_ENCRYPTED_EXTENSIONS } from "./extension.js";

/** application_layer_protocol_negotiation (RFC 7301 §3.1): the answer holds exactly one name, one of those offered. */
export const alpn: ClientExtension = {
  type: application_layer_protocol_negotiation,
  name: "application_layer_protocol_negotiation",
  answers: IN_ENCRYPTED_EXTENSIONS,
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
