import type { ClientConfig } from "../../src/config.js";
import { Client12 } from "../../src/handshake/client-12.js";
import type { KeySupport } from "../../src/keys/key-support.js";
import { p256Keys } from "../../src/keys/p256-key.js";
import { p384Keys } from "../../src/keys/p384-key.js";
import { rsaKeys } from "../../src/keys/rsa-key.js";
import { full } from "../../src/profiles/full.js";
import { suites12 } from "../../src/profiles/suites-12.js";
import { clock } from "./clock.js";
import { deviceRandom } from "./device-random.js";

/**
 * What an app of the SDK's TLSSocket does not say: as much as its servers may want. A manifest that maps this module to one of your own, with a smaller
 * profile, makes the firmware smaller.
 */
export const defaults: Pick<ClientConfig, "provider" | "tls12" | "random" | "clock" | "lender"> = {
  provider: full,
  tls12: new Client12(suites12),
  random: deviceRandom,
  clock,
  // Records of up to 16 KB, as of servers that honour no size extension, in memory that is there while they are read.
  lender: {
    lend: (length) => new Uint8Array(length),
    giveBack() {},
  },
};

/** The types of client keys that can sign. */
export const clientKeys: readonly KeySupport[] = [p256Keys, p384Keys, rsaKeys];

/** The resource of trusted roots (`thimble roots --resource`) for apps that name no certificate. */
export const ROOTS = "roots.bin";
