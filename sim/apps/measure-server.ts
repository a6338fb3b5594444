// Replays what a client sent: one whole handshake of the server.
import { records } from "sim:flight";
import { provider } from "sim:provider";
import type { ServerConfig } from "../../src/config.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { fixedClock, insecureFixedRandom } from "./fixed-random.js";
import { replayServer } from "./replay-handshake.js";
import { replayIdentity } from "./replay-identity.js";

const config: ServerConfig = {
  provider,
  random: insecureFixedRandom,
  clock: fixedClock,
  hosts: new VirtualHosts([], { identities: [replayIdentity()] }),
  receiveBuffer: 2048,
  sendBuffer: 512,
};

replayServer(config, records);
