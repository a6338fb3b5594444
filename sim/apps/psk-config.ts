// The config of a client that has nothing but a pre-shared key, psk_ke: no certificates, no key exchange.
import { pskIdentity, pskKey } from "sim:flight";
import { provider } from "sim:provider";
import type { ClientConfig } from "../../src/config.js";
import { PSK_KE } from "../../src/config-psk.js";
import { ExternalPsk } from "../../src/session/external-psk.js";
import { fixedClock, insecureFixedRandom } from "./fixed-random.js";

export const pskConfig: ClientConfig = {
  provider,
  random: insecureFixedRandom,
  clock: fixedClock,
  psk: new ExternalPsk(pskIdentity, pskKey, "SHA-256", PSK_KE),
  receiveBuffer: 2048,
  sendBuffer: 512,
};
