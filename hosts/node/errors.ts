import type { FailureOrigin, TLSAlert } from "../../src/alert.js";

/**
 * A TLS connection's failure on Node. `code` is `ERR_THIMBLE_` and the alert's name in capitals (`ERR_THIMBLE_UNKNOWN_CA`); `alert` is
 * the RFC's name of the alert, or connection_lost or timed_out, for which none was sent; `reason` says what failed; `origin` who found it: this side, the peer, or thimble's own fault.
 */
export class TLSError extends Error {
  readonly code: string;
  readonly alert: string;
  readonly reason: string;
  readonly origin: FailureOrigin;

  constructor(code: string, alert: string, reason: string, origin: FailureOrigin) {
    super(origin === "peer" ? `${alert} from the peer: ${reason}` : `${alert}: ${reason}`);
    this.code = code;
    this.alert = alert;
    this.reason = reason;
    this.origin = origin;
  }

  override get name(): string {
    return "TLSError";
  }
}

/** The code of both time-outs, of the handshake and of idleness. */
export const TIMED_OUT = "ERR_THIMBLE_TIMED_OUT";

export function errorFromAlert(failure: TLSAlert): TLSError {
  const code = `ERR_THIMBLE_${failure.alert.toUpperCase().replaceAll(" ", "_")}`;
  return new TLSError(code, failure.alert, failure.reason, failure.origin);
}
