// The config of a replayed connection: all constants, so it lies in flash as a device app's would.
import { records, root, serverName } from "sim:flight";
import type { ClientConfig } from "../../src/config.js";
import { iotClient } from "../../src/profiles/iot-client.js";
import { AnchorList, anchorFromCertificate } from "../../src/x509/anchors.js";
import { fixedClock, insecureFixedRandom } from "./fixed-random.js";

export { records };

export const replayConfig: ClientConfig = {
  provider: iotClient,
  random: insecureFixedRandom,
  clock: fixedClock,
  trust: new AnchorList([anchorFromCertificate(root, iotClient.sha256)]),
  serverName,
  receiveBuffer: 2048,
  sendBuffer: 512,
};
