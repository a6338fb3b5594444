import { session_ticket } from "../constants.js";
import { type ClientExtension, IN_SERVER_HELLO_12 } from "./extension.js";
import { keysLength } from "./pre-shared-key.js";
import type { HelloContext12 } from "./server-12.js";
import type { ServerExtension } from "./server-extension.js";

const EXTENSION_HEADER = 4;

/** SessionTicket (RFC 5077 §3.2): the ticket of the session that is offered, else nothing in it. The server's answer, an empty one, promises a ticket. */
export const sessionTicket: ClientExtension = {
  type: session_ticket,
  name: "session_ticket",
  answers: IN_SERVER_HELLO_12,
  send(context, w) {
    const { config, session12 } = context;
    if (config.resumption === undefined) return false;
    if (session12 === null || !session12.byTicket) return true;
    const { identity } = session12;
    // A session can be done without. Behind it pre_shared_key is tried, even where there is none.
    if (identity.length + EXTENSION_HEADER + keysLength(context.psks) > w.end - w.offset) context.session12 = null;
    else w.copy(identity, 0, identity.length);
    return true;
  },
  receive() {},
  whenMissing() {},
};

/** The server's side. */
export const ticketOfClient: ServerExtension<HelloContext12> = {
  type: session_ticket,
  name: "session_ticket",
  answers: IN_SERVER_HELLO_12,
  receive({ resuming }, r) {
    const length = r.left;
    const at = r.skip(length);
    if (resuming === null) return;
    resuming.ticketLength = length;
    resuming.ticketOffset = at;
  },
  send({ resuming }) {
    return resuming?.promised === true;
  },
};
