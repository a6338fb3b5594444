import { encrypt_then_mac } from "../constants.js";
import type { CipherSuite12 } from "../record/cipher-suite-12.js";
import { type ClientExtension, IN_SERVER_HELLO_12 } from "./extension.js";

/** Whether encrypt_then_mac means anything to one of the suites. */
export function takesEncryptThenMac(suites: readonly CipherSuite12[]): boolean {
  for (let i = 0; i < suites.length; i++) if (suites[i].cipher.takesEncryptThenMac) return true;
  return false;
}

/** encrypt_then_mac (RFC 7366 §2): empty on both sides; sent with CBC suites alone. */
export const encryptThenMac: ClientExtension = {
  type: encrypt_then_mac,
  name: "encrypt_then_mac",
  answers: IN_SERVER_HELLO_12,
  send({ config }) {
    return config.tls12 !== undefined && takesEncryptThenMac(config.tls12.suites as readonly CipherSuite12[]);
  },
  receive() {},
  whenMissing() {},
};
