// Replays what a client of TLS 1.2 sent: one whole handshake of a server of both versions.
import { records } from "sim:flight";
import { provider } from "sim:provider";
import type { ServerConfig } from "../../src/config.js";
import { iotServer12 } from "../../src/profiles/iot-server-12.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { fixedClock, insecureFixedRandom } from "./fixed-random.js";
import { replayServer } from "./replay-handshake.js";
import { replayIdentity } from "./replay-identity.js";

const config: ServerConfig = {
  provider,
  tls12: iotServer12,
  random: insecureFixedRandom,
  clock: fixedClock,
  hosts: new VirtualHosts([], { identities: [replayIdentity()] }),
  receiveBuffer: 2048,
  sendBuffer: 512,
};

replayServer(config, records);
