// Replays a recorded flight: one whole handshake of the client.
import { records, replayConfig } from "./replay-config.js";
import { replayClient } from "./replay-handshake.js";

replayClient(replayConfig, records);
