import { decode_error, TLSAlert } from "../alert.js";
import { signature_algorithms } from "../constants.js";
import type { ClientExtension } from "./extension.js";
import type { CommonHelloContext, ServerExtension } from "./server-extension.js";

/** signature_algorithms (RFC 9846 §4.3.3): for CertificateVerify and for certificates alike. */
export const signatureAlgorithms: ClientExtension = {
  type: signature_algorithms,
  name: "signature_algorithms",
  answers: 0,
  send(context, w) {
    if (context.config.trust === undefined) return false; // a pre-shared key is all that proves a server
    const signatures = context.config.provider.signatures;
    const list = w.open16();
    for (let i = 0; i < signatures.length; i++) if (signatures[i].scheme !== 0) w.u16(signatures[i].scheme);
    w.close16(list);
    return true;
  },
  receive() {},
  whenMissing() {},
};

/** The server's side: the list is kept where it stands, until the identity is chosen. */
export const schemesOfClient: ServerExtension<CommonHelloContext> = {
  type: signature_algorithms,
  name: "signature_algorithms",
  answers: 0,
  receive(context, r) {
    const length = r.u16();
    if (length < 2 || (length & 1) !== 0) throw new TLSAlert(decode_error, `signature_algorithms: a list of ${length} bytes`);
    context.schemesOffset = r.skip(length);
    context.schemesLength = length;
  },
  send() {
    return false;
  },
};
