// One handshake of the client with the session of an earlier one: psk_dhe_ke, or with the argument "1.2" a ticket of TLS 1.2.
import host from "sim:host";
import { iotClient12Resuming } from "../../src/profiles/iot-client-12-resuming.js";
import { records } from "./replay-config.js";
import { replayClient } from "./replay-handshake.js";
import { resumeConfig } from "./resume-config.js";

const only12 = { ...resumeConfig, tls12: iotClient12Resuming, tls13: false } as const;

replayClient(host.argument(0) === "1.2" ? only12 : resumeConfig, records);
