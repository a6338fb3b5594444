import { Client12 } from "../handshake/client-12.js";
import { ecdheClient12 } from "../handshake/ecdhe-client-12.js";
import { resumeClient12 } from "../handshake/resume-client-12.js";
import { iotClient12 } from "./iot-client-12.js";

/** iotClient12 that resumes sessions too, those of the config's `resumption`. */
export const iotClient12Resuming = new Client12(iotClient12.suites, [ecdheClient12], null, resumeClient12);
