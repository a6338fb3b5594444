import { illegal_parameter, missing_extension, TLSAlert } from "../alert.js";
import { key_share } from "../constants.js";
import { type ClientExtension, IN_HELLO_RETRY_REQUEST, IN_SERVER_HELLO } from "./extension.js";

/** key_share (RFC 9846 §4.3.8): one share, of the group that is preferred. */
export const keyShare: ClientExtension = {
  type: key_share,
  name: "key_share",
  answers: IN_SERVER_HELLO | IN_HELLO_RETRY_REQUEST,
  send(context, w) {
    const { group, keyExchange } = context;
    const list = w.open16();
    w.u16(group.id);
    const key = w.open16();
    keyExchange.writePublicKey(w.bytes, w.skip(group.publicLength));
    w.close16(key);
    w.close16(list);
    return true;
  },
  receive(context, r, message) {
    const id = r.u16();
    if (message === IN_HELLO_RETRY_REQUEST) {
      context.retryGroup = id;
      return;
    }
    const { group } = context;
    if (id !== group.id)
      throw new TLSAlert(
        illegal_parameter,
        `key_share: the server chose group 0x${id.toString(16)}, a share was sent for ${group.name} only`,
      );
    const length = r.u16();
    context.shareOffset = r.skip(length);
    context.shareLength = length;
  },
  whenMissing(_context, message) {
    if (message === IN_SERVER_HELLO) throw new TLSAlert(missing_extension, "ServerHello: no key_share extension");
  },
};
