import { server_name } from "../constants.js";
import { type ClientExtension, IN_ENCRYPTED_EXTENSIONS } from "./extension.js";

const HOST_NAME = 0;

/** server_name (RFC 6066 §3): the DNS name that the client wants; the server's answer is empty. */
export const serverName: ClientExtension = {
  type: server_name,
  name: "server_name",
  answers: IN_ENCRYPTED_EXTENSIONS,
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
