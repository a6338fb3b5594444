import { decode_error, TLSAlert } from "../alert.js";
import { PSK_DHE_KE, PSK_KE } from "../config-psk.js";
import { psk_key_exchange_modes } from "../constants.js";
import type { ClientExtension } from "./extension.js";
import type { ServerExtension } from "./server-extension.js";

const PSK_KE_MODE = 0;
const PSK_DHE_KE_MODE = 1;

/** psk_key_exchange_modes (RFC 9846 §4.3.9): how pre-shared keys may be used, those of tickets to come included. */
export const pskModes: ClientExtension = {
  type: psk_key_exchange_modes,
  name: "psk_key_exchange_modes",
  answers: 0,
  send(context, w) {
    const { pskModes } = context;
    if (pskModes === 0) return false;
    const list = w.open8();
    if ((pskModes & PSK_DHE_KE) !== 0) w.u8(PSK_DHE_KE_MODE);
    if ((pskModes & PSK_KE) !== 0) w.u8(PSK_KE_MODE);
    w.close8(list);
    return true;
  },
  receive() {},
  whenMissing() {},
};

/** The server's side: unknown modes are passed over. */
export const pskModesOfClient: ServerExtension = {
  type: psk_key_exchange_modes,
  name: "psk_key_exchange_modes",
  answers: 0,
  receive(context, r) {
    const list = r.enter(r.u8());
    if (r.left === 0) throw new TLSAlert(decode_error, "psk_key_exchange_modes: an empty list");
    context.sentPskModes = true;
    while (r.left > 0) {
      const mode = r.u8();
      if (mode === PSK_DHE_KE_MODE) context.pskModes |= PSK_DHE_KE;
      else if (mode === PSK_KE_MODE) context.pskModes |= PSK_KE;
    }
    r.leave(list);
  },
  send() {
    return false;
  },
};
