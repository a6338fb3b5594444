import { certificates, key } from "sim:flight";
import { provider } from "sim:provider";
import type { Identity } from "../../src/identity.js";
import { identityFrom } from "../../src/keys/identity-from.js";
import { p256Keys } from "../../src/keys/p256-key.js";

/** What the device proves itself with. Certificates and key lie in flash; the signer keeps state, so it is made at run time: the app's own RAM. */
export function replayIdentity(): Identity {
  return identityFrom({ certificates, key, keys: [p256Keys], sha256: provider.sha256 });
}
