// What the connections are made from. A module of its own, preloaded: key and primitives are in flash.

import config from "mc/config";
import { clock } from "thimble-tls/moddable/clock";
import { deviceRandom } from "thimble-tls/moddable/device-random";
import { pskClient } from "thimble-tls/profiles/psk-client";
import { ExternalPsk } from "thimble-tls/session/external-psk";
import { bytesOf } from "../base64.js";

const identity = new Uint8Array(config.identity.length);
for (let i = 0; i < identity.length; i++) identity[i] = config.identity.charCodeAt(i);

export const secure = {
  provider: pskClient,
  random: deviceRandom,
  clock,
  psk: new ExternalPsk(identity, bytesOf(config.key)),
  sliceMilliseconds: 20,
};
