import { post_handshake_auth } from "../constants.js";
import type { ClientExtension } from "./extension.js";

/** post_handshake_auth (RFC 9846 §4.3.6): sent where the config says so; nothing answers it. */
export const postHandshakeAuthExtension: ClientExtension = {
  type: post_handshake_auth,
  name: "post_handshake_auth",
  answers: 0,
  send(context) {
    return context.config.postHandshakeAuth !== undefined;
  },
  receive() {},
  whenMissing() {},
};
