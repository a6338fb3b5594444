// What the listener is made from: two names with a certificate each. Preloaded, so that certificates and keys are in flash, and checked against each
// other when the firmware is built.

import config from "mc/config";
import { identityFrom } from "thimble-tls/keys/identity-from";
import { p256Keys } from "thimble-tls/keys/p256-key";
import { clock } from "thimble-tls/moddable/clock";
import { deviceRandom } from "thimble-tls/moddable/device-random";
import { iotServer } from "thimble-tls/profiles/iot-server";
import { VirtualHosts } from "thimble-tls/virtual-hosts";
import { bytesOf } from "../base64.js";

const { sha256 } = iotServer;

/** Base64 of DER: certificates, the own one first, with commas between them. */
function host(certificates: string, key: string) {
  const identity = identityFrom({ certificates: certificates.split(",").map(bytesOf), key: bytesOf(key), keys: [p256Keys], sha256 });
  return { identities: [identity], alpn: ["http/1.1"] };
}

export const secure = {
  provider: iotServer,
  random: deviceRandom,
  clock,
  hosts: new VirtualHosts([
    [config.name, host(config.certificate, config.key)],
    [config.other, host(config.otherCertificate, config.otherKey)],
  ]),
  maxHandshakes: 2,
  sliceMilliseconds: 20,
};
