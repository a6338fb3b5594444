import { decode_error, TLSAlert } from "../alert.js";
import { supported_groups } from "../constants.js";
import { type ClientExtension, IN_ANSWER } from "./extension.js";
import type { CommonHelloContext, ServerExtension } from "./server-extension.js";

/** supported_groups (RFC 9846 §4.3.7). A server may tell its own groups in EncryptedExtensions; some do so in TLS 1.2 too. Nothing hangs on them in this handshake. */
export const supportedGroups: ClientExtension = {
  type: supported_groups,
  name: "supported_groups",
  answers: IN_ANSWER,
  send(context, w) {
    if (context.keyExchange === null) return false;
    const groups = context.config.provider.groups;
    const list = w.open16();
    for (let i = 0; i < groups.length; i++) w.u16(groups[i].id);
    w.close16(list);
    return true;
  },
  receive(_context, r) {
    const list = r.enter(r.u16());
    r.u16(); // named_group_list<2..2^16-1>
    while (r.left > 0) r.u16();
    r.leave(list);
  },
  whenMissing() {},
};

/** The server's side: which of the provider's groups the client supports. */
export const groupsOfClient: ServerExtension<CommonHelloContext> = {
  type: supported_groups,
  name: "supported_groups",
  answers: 0,
  receive(context, r) {
    const { groups } = context.config.provider;
    const list = r.enter(r.u16());
    if (r.left < 2) throw new TLSAlert(decode_error, "supported_groups: an empty list");
    context.sentGroups = true;
    while (r.left > 0) {
      const id = r.u16();
      for (let i = 0; i < groups.length; i++) if (groups[i].id === id) context.groups |= 1 << i;
    }
    r.leave(list);
  },
  send() {
    return false;
  },
};
