// One whole handshake of a client that is asked for a certificate and has one.
import { records, replayConfig } from "./replay-config.js";
import { replayClient } from "./replay-handshake.js";
import { replayIdentity } from "./replay-identity.js";

replayClient({ ...replayConfig, identities: [replayIdentity()] }, records);
