import { early_data } from "../constants.js";
import type { ServerExtension } from "./server-extension.js";

/**
 * early_data (RFC 9846 §4.3.10), which a server must not fail at: it takes none, so what the client has sent is passed over, as records that do not open, or
 * that come before the second ClientHello. A client here sends none.
 */
export const earlyDataOfClient: ServerExtension = {
  type: early_data,
  name: "early_data",
  answers: 0,
  receive(context) {
    // Empty: what it carries is refused as left over.
    context.offersEarlyData = true;
  },
  send() {
    return false;
  },
};
