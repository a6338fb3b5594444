// What the connections are made from. A module of its own, preloaded: the root is in flash. The name is that of the host which is asked for.

import config from "mc/config";
import { clock } from "thimble-tls/moddable/clock";
import { deviceRandom } from "thimble-tls/moddable/device-random";
import { iotClient } from "thimble-tls/profiles/iot-client";
import { AnchorList, anchorFromCertificate } from "thimble-tls/x509/anchors";
import { bytesOf } from "../base64.js";

export const secure = {
  provider: iotClient,
  random: deviceRandom,
  clock,
  trust: new AnchorList([anchorFromCertificate(bytesOf(config.root), iotClient.sha256)]),
  sliceMilliseconds: 20,
};
