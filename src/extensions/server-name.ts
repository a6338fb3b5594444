import { decode_error, illegal_parameter, TLSAlert } from "../alert.js";
import { server_name } from "../constants.js";
import { type ClientExtension, IN_ANSWER } from "./extension.js";
import type { CommonHelloContext, ServerExtension } from "./server-extension.js";

const HOST_NAME = 0;

/** server_name (RFC 6066 §3): the DNS name that the client wants; the server's answer is empty. */
export const serverName: ClientExtension = {
  type: server_name,
  name: "server_name",
  answers: IN_ANSWER,
  send(context, w) {
    if (context.sni === "") return false;
    const list = w.open16();
    w.u8(HOST_NAME);
    const name = w.open16();
    w.ascii(context.sni);
    w.close16(name);
    w.close16(list);
    return true;
  },
  receive() {},
  whenMissing() {},
};

/** The server's side: one host_name; the answer, empty, tells that it was used (RFC 6066 §3). */
export const serverNameOfClient: ServerExtension<CommonHelloContext> = {
  type: server_name,
  name: "server_name",
  answers: IN_ANSWER,
  receive(context, r) {
    const list = r.enter(r.u16());
    if (r.left === 0) throw new TLSAlert(decode_error, "server_name: an empty list");
    while (r.left > 0) {
      const type = r.u8();
      const length = r.u16();
      const at = r.skip(length);
      if (type !== HOST_NAME) continue;
      if (context.sni !== "") throw new TLSAlert(illegal_parameter, "server_name: two host names");
      if (length === 0 || length > 255) throw new TLSAlert(decode_error, `server_name: a host name of ${length} bytes`);
      context.sni = hostName(r.bytes, at, length);
    }
    r.leave(list);
  },
  send(context) {
    return context.sni !== "" && context.host !== null;
  },
};

/** ASCII letters, digits, hyphens, underscores and dots, made lower case. */
function hostName(bytes: Uint8Array, offset: number, length: number): string {
  let name = "";
  for (let i = 0; i < length; i++) {
    let c = bytes[offset + i];
    if (c >= 0x41 && c <= 0x5a) c += 32;
    const fits = (c >= 0x61 && c <= 0x7a) || (c >= 0x30 && c <= 0x39) || c === 0x2d || c === 0x2e || c === 0x5f;
    if (!fits) throw new TLSAlert(illegal_parameter, `server_name: byte 0x${c.toString(16)} can't stand in a host name`);
    name += String.fromCharCode(c);
  }
  return name;
}
