import { decode_error, illegal_parameter, missing_extension, TLSAlert } from "../alert.js";
import { PSK_KE } from "../config-psk.js";
import { key_share } from "../constants.js";
import { type ClientExtension, IN_HELLO_RETRY_REQUEST, IN_SERVER_HELLO, IN_SERVER_HELLOS } from "./extension.js";
import type { ServerExtension } from "./server-extension.js";

/** key_share (RFC 9846 §4.3.8): one share, of the group that is preferred. */
export const keyShare: ClientExtension = {
  type: key_share,
  name: "key_share",
  answers: IN_SERVER_HELLO | IN_HELLO_RETRY_REQUEST,
  send(context, w) {
    const { group, keyExchange } = context;
    if (keyExchange === null) return false;
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
  whenMissing(context, message) {
    if (message !== IN_SERVER_HELLO) return;
    if (context.pskIndex < 0) throw new TLSAlert(missing_extension, "ServerHello: no key_share extension");
    // §4.3.11: without one the key is used in mode psk_ke.
    if ((context.pskModes & PSK_KE) === 0)
      throw new TLSAlert(illegal_parameter, "ServerHello: no key_share extension, though psk_ke was not offered");
  },
};

/** The server's side: it takes the share of the group that it prefers; in a HelloRetryRequest it names the group whose share it wants. */
export const sharesOfClient: ServerExtension = {
  type: key_share,
  name: "key_share",
  answers: IN_SERVER_HELLOS,
  receive(context, r) {
    const { groups } = context.config.provider;
    context.sentShares = true;
    const list = r.enter(r.u16());
    while (r.left > 0) {
      const id = r.u16();
      const length = r.u16();
      if (length === 0) throw new TLSAlert(decode_error, `key_share: an empty share for group 0x${id.toString(16)}`);
      const at = r.skip(length);
      context.shareCount++;
      let i = 0;
      while (i < groups.length && groups[i].id !== id) i++;
      if (i === groups.length) continue;
      // §4.3.8: not two shares for one group; a share has the group's length.
      if ((context.shares & (1 << i)) !== 0) throw new TLSAlert(illegal_parameter, `key_share: two shares for ${groups[i].name}`);
      if (length !== groups[i].publicLength)
        throw new TLSAlert(
          illegal_parameter,
          `key_share: a share of ${length} bytes for ${groups[i].name}; it has ${groups[i].publicLength}`,
        );
      context.shares |= 1 << i;
      if (context.shareIndex >= 0 && context.shareIndex < i) continue;
      context.shareIndex = i;
      context.shareOffset = at;
      context.shareLength = length;
    }
    r.leave(list);
  },
  send(context, w, message) {
    const { group, keyExchange } = context;
    if (message === IN_HELLO_RETRY_REQUEST) {
      w.u16(group.id);
      return true;
    }
    if (keyExchange === null) return false;
    w.u16(group.id);
    const key = w.open16();
    keyExchange.writePublicKey(w.bytes, w.skip(group.publicLength));
    w.close16(key);
    return true;
  },
};
