import type { CryptoProvider } from "../../../src/crypto/provider.js";
import { tlsAes128Ccm8Sha256 } from "../../../src/crypto/suites/tls-aes-128-ccm-8-sha256.js";
import { iotClient } from "../../../src/profiles/iot-client.js";

export const provider: CryptoProvider = { ...iotClient, suites: [tlsAes128Ccm8Sha256] };
