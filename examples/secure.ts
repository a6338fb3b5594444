// What the app's connections are made from. A module of its own, so that it is made once, while the firmware is built, and lies in flash.

import { certificates } from "sim:trust";
import config from "mc/config";
import { clock } from "thimble-tls/moddable/clock";
import { deviceRandom } from "thimble-tls/moddable/device-random";
import type { SecureOptions } from "thimble-tls/moddable/tls-socket";
import { iotClient } from "thimble-tls/profiles/iot-client";
import { AnchorList, anchorFromCertificate } from "thimble-tls/x509/anchors";

export const secure: SecureOptions & { serverName: string } = {
  provider: iotClient,
  random: deviceRandom,
  clock,
  trust: new AnchorList(certificates.map((der) => anchorFromCertificate(der, iotClient.sha256))),
  serverName: config.serverName,
  handshakeTimeout: 20_000,
  sliceMilliseconds: 20,
};
