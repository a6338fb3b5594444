// Replays a recorded flight: one whole handshake of the client in TLS 1.2; with the argument "both" it offers TLS 1.3 too.
import host from "sim:host";
import { iotClient12 } from "../../src/profiles/iot-client-12.js";
import { records, replayConfig } from "./replay-config.js";
import { replayClient } from "./replay-handshake.js";

export const only12 = { ...replayConfig, tls12: iotClient12, tls13: false } as const;
const both = { ...replayConfig, tls12: iotClient12 };

replayClient(host.argument(0) === "both" ? both : only12, records);
