/** TLS 1.2 for `connect` and `createServer`: their option `tls12`. Who does not name it speaks TLS 1.3 alone. */
import { Client12 } from "../../src/handshake/client-12.js";
import { Server12 } from "../../src/handshake/server-12.js";
import { nobleSuites12 } from "./noble/suites-12.js";

const usual = nobleSuites12.filter(({ name }) => !name.endsWith("CCM_8"));

/** CCM_8 is only for peers that have nothing else: its tag has 8 bytes. */
export const client12 = new Client12(usual);
export const server12 = new Server12(usual);
