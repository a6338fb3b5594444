/** TLS 1.2 for `connect` and `createServer`: their option `tls12`. Who does not name it speaks TLS 1.3 alone. */
import { Client12 } from "../../src/handshake/client-12.js";
import { ecdheClient12 } from "../../src/handshake/ecdhe-client-12.js";
import { ecdheServer12 } from "../../src/handshake/ecdhe-server-12.js";
import { resumeClient12 } from "../../src/handshake/resume-client-12.js";
import { resumeServer12 } from "../../src/handshake/resume-server-12.js";
import { Server12 } from "../../src/handshake/server-12.js";
import type { CipherSuite12 } from "../../src/record/cipher-suite-12.js";
import { nobleSuites12 } from "./noble/suites-12.js";

/** CCM_8 is only for peers that have nothing else: its tag has 8 bytes. */
export function usualSuites12(suites: readonly CipherSuite12[]): readonly CipherSuite12[] {
  return suites.filter(({ name }) => !name.endsWith("CCM_8"));
}

export const client12 = new Client12(usualSuites12(nobleSuites12), [ecdheClient12], null, resumeClient12);
export const server12 = new Server12(usualSuites12(nobleSuites12), [ecdheServer12], null, resumeServer12);
