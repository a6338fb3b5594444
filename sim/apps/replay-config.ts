// The config of a replayed connection: all constants, so it lies in flash as a device app's would.
import { receiveBuffer, records, root, serverName } from "sim:flight";
import { provider } from "sim:provider";
import type { ClientConfig } from "../../src/config.js";
import { AnchorList, anchorFromCertificate } from "../../src/x509/anchors.js";
import { fixedClock, insecureFixedRandom } from "./fixed-random.js";

export { records };

export const replayConfig: ClientConfig = {
  provider,
  random: insecureFixedRandom,
  clock: fixedClock,
  trust: new AnchorList([anchorFromCertificate(root, provider.sha256)]),
  serverName,
  receiveBuffer,
  sendBuffer: 512,
};
