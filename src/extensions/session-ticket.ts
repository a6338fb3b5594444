import { session_ticket } from "../constants.js";
import { type ClientExtension, type ClientHelloContext, IN_SERVER_HELLO_12 } from "./extension.js";
import { keysLength } from "./pre-shared-key.js";
import type { HelloContext12 } from "./server-12.js";
import type { ServerExtension } from "./server-extension.js";

const EXTENSION_HEADER = 4;
/** change_cipher_spec goes out before a second ClientHello (Appendix E.4): 6 bytes, and 2 that align the next record. */
const CHANGE_CIPHER_SPEC_RECORD = 8;

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
    // A session can be done without; but where the first ClientHello has it, the second one does too (RFC 9846 §4.2.2).
    const isFirst = context.retryGroup === 0 && context.cookie === null;
    if (isFirst && identity.length + roomBehind(context) > w.end - w.offset) context.session12 = null;
    else w.copy(identity, 0, identity.length);
    return true;
  },
  receive() {},
  whenMissing() {},
};

/** What a ClientHello needs behind the ticket: pre_shared_key, which is tried even where there is none; in a second one perhaps a longer share. */
function roomBehind({ config, group, psks }: ClientHelloContext): number {
  const room = EXTENSION_HEADER + keysLength(psks);
  if (config.tls13 === false) return room;
  const { groups } = config.provider;
  let longest = group.publicLength;
  for (let i = 0; i < groups.length; i++) longest = Math.max(longest, groups[i].publicLength);
  return room + longest - group.publicLength + CHANGE_CIPHER_SPEC_RECORD;
}

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
