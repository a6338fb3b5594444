import type { CryptoProvider } from "../../../src/crypto/provider.js";
import { tlsAes256GcmSha384 } from "../../../src/crypto/suites/tls-aes-256-gcm-sha384.js";
import { iotClient } from "../../../src/profiles/iot-client.js";

export const provider: CryptoProvider = { ...iotClient, suites: [tlsAes256GcmSha384] };
