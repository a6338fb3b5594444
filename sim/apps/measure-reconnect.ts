// Two replayed handshakes with the same server, the second of which finds the signatures of its certificates remembered; that one is measured.
import { sha256 } from "../../src/crypto/xs/sha256.js";
import { RememberedSignatures } from "../../src/x509/remembered.js";
import { records, replayConfig } from "./replay-config.js";
import { replayClient } from "./replay-handshake.js";

const remembered = new RememberedSignatures(sha256, 2);
replayClient({ ...replayConfig, checks: { remembered } }, records);
replayClient({ ...replayConfig, checks: { remembered } }, records);
