// The config of a client that resumes the session of its flight. All constants: the store too, which forgets what it is given.
import { session } from "sim:flight";
import type { ClientConfig } from "../../src/config.js";
import { Resumption } from "../../src/session/resumption.js";
import { replayConfig } from "./replay-config.js";

export const resumeConfig: ClientConfig = {
  ...replayConfig,
  resumption: new Resumption({ get: () => session, put() {}, remove() {} }),
};
