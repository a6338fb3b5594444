import type { CryptoProvider } from "../../../src/crypto/provider.js";
import { rsaPkcs1Sha256 } from "../../../src/crypto/xs/rsa-pkcs1-sha256.js";
import { rsaPssRsaeSha256 } from "../../../src/crypto/xs/rsa-pss-rsae-sha256.js";
import { iotClient } from "../../../src/profiles/iot-client.js";

/** For servers whose certificates are all RSA. */
export const provider: CryptoProvider = { ...iotClient, signatures: [rsaPssRsaeSha256, rsaPkcs1Sha256] };
