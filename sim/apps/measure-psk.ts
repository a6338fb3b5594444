// One handshake of the client with an external pre-shared key alone, psk_ke.
import { records } from "sim:flight";
import { pskConfig } from "./psk-config.js";
import { replayClient } from "./replay-handshake.js";

replayClient(pskConfig, records);
