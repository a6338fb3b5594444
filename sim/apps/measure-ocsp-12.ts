// The same in TLS 1.2, where the status comes behind the certificates.
import { iotClient12 } from "../../src/profiles/iot-client-12.js";
import { ocspStapling } from "../../src/x509/ocsp-stapling.js";
import { records, replayConfig } from "./replay-config.js";
import { replayClient } from "./replay-handshake.js";

replayClient({ ...replayConfig, tls12: iotClient12, tls13: false, checks: { status: ocspStapling({ required: true }) } }, records);
