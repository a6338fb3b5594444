// What the connection is made from. A module of its own, preloaded: root, certificate and key are in flash, and checked against each other when the firmware is built.

import config from "mc/config";
import { identityFrom } from "thimble-tls/keys/identity-from";
import { p256Keys } from "thimble-tls/keys/p256-key";
import { clock } from "thimble-tls/moddable/clock";
import { deviceRandom } from "thimble-tls/moddable/device-random";
import { iotClient } from "thimble-tls/profiles/iot-client";
import { AnchorList, anchorFromCertificate } from "thimble-tls/x509/anchors";
import { bytesOf } from "../base64.js";

const { sha256 } = iotClient;
/** Its own certificate first, then those of the issuers below the root. */
const certificates = (config.certificate as string).split(",").map(bytesOf);
const identity = identityFrom({ certificates, key: bytesOf(config.key), keys: [p256Keys], sha256 });

export const secure = {
  provider: iotClient,
  random: deviceRandom,
  clock,
  trust: new AnchorList([anchorFromCertificate(bytesOf(config.root), sha256)]),
  serverName: config.host,
  identities: [identity],
  /** Brokers in the cloud that take MQTT at port 443 tell it by this name: "x-amzn-mqtt-ca", "mqtt". */
  alpn: [config.alpn],
  sliceMilliseconds: 20,
};
