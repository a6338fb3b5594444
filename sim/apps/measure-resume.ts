// One handshake of the client with the session of an earlier one, psk_dhe_ke.
import { records } from "./replay-config.js";
import { replayClient } from "./replay-handshake.js";
import { resumeConfig } from "./resume-config.js";

replayClient(resumeConfig, records);
