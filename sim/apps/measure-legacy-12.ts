// Replays a recorded flight of TLS 1.2: RSA key exchange, or with the argument "psk" or "ecdhe-psk" a pre-shared key.
import host from "sim:host";
import { ecdhePskClient12, pskClient12, rsaClient12 } from "./legacy-clients.js";
import { records, replayConfig } from "./replay-config.js";
import { replayClient } from "./replay-handshake.js";

const rsa = { ...replayConfig, tls12: rsaClient12, tls13: false } as const;
const psk = { ...replayConfig, tls12: pskClient12, tls13: false } as const;
const ecdhePsk = { ...replayConfig, tls12: ecdhePskClient12, tls13: false } as const;

const which = host.argument(0);
replayClient(which === "psk" ? psk : which === "ecdhe-psk" ? ecdhePsk : rsa, records);
