// One whole handshake of a client that asks for a status, which a responder of the issuer signed.
import { ocspStapling } from "../../src/x509/ocsp-stapling.js";
import { records, replayConfig } from "./replay-config.js";
import { replayClient } from "./replay-handshake.js";

replayClient({ ...replayConfig, checks: { status: ocspStapling({ required: true }) } }, records);
