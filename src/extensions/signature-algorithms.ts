import { signature_algorithms } from "../constants.js";
import type { ClientExtension } from "./extension.js";

/** signature_algorithms (RFC 9846 §4.3.3): for CertificateVerify and for certificates alike. */
export const signatureAlgorithms: ClientExtension = {
  type: signature_algorithms,
  name: "signature_algorithms",
  answers: 0,
  send(context, w) {
    const signatures = context.config.provider.signatures;
    const list = w.open16();
    for (let i = 0; i < signatures.length; i++) if (signatures[i].scheme !== 0) w.u16(signatures[i].scheme);
    w.close16(list);
    return true;
  },
  receive() {},
  whenMissing() {},
};
