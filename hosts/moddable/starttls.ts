import { type StartTlsOptions, StartTlsStage } from "./starttls-stage.js";
import { Timer } from "./timer.js";

/** STARTTLS on a device: a TCP connection on which the server has agreed to begin TLS, for a TLSSocket to take over. */
export default class StartTls extends StartTlsStage {
  constructor(options: StartTlsOptions) {
    super(options, Timer as never);
  }
}
