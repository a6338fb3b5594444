/** AlertDescription (RFC 9846 §6; the values that only TLS 1.2 sends are from RFC 5246 §7.2). */
export const close_notify = 0;
export const unexpected_message = 10;
export const bad_record_mac = 20;
export const record_overflow = 22;
export const handshake_failure = 40;
export const bad_certificate = 42;
export const unsupported_certificate = 43;
export const certificate_revoked = 44;
export const certificate_expired = 45;
export const certificate_unknown = 46;
export const illegal_parameter = 47;
export const unknown_ca = 48;
export const access_denied = 49;
export const decode_error = 50;
export const decrypt_error = 51;
export const protocol_version = 70;
export const insufficient_security = 71;
export const internal_error = 80;
export const inappropriate_fallback = 86;
export const user_canceled = 90;
export const no_renegotiation = 100;
export const missing_extension = 109;
export const unsupported_extension = 110;
export const unrecognized_name = 112;
export const bad_certificate_status_response = 113;
export const unknown_psk_identity = 115;
export const certificate_required = 116;
export const general_error = 117;
export const no_application_protocol = 120;

/** Failures of our own that are no alert, so none is sent: the transport ended, the host's patience did, what goes before TLS in clear did not lead to it, or
 * the keys are used up where no new ones can be made. */
export const connection_lost = -1;
export const timed_out = -2;
export const starttls_failed = -3;
export const keys_used_up = -4;

/** The RFC's name of an AlertDescription, or `alert N` for a number that is not assigned. */
export function alertName(description: number): string {
  switch (description) {
    case close_notify:
      return "close_notify";
    case unexpected_message:
      return "unexpected_message";
    case bad_record_mac:
      return "bad_record_mac";
    case record_overflow:
      return "record_overflow";
    case handshake_failure:
      return "handshake_failure";
    case bad_certificate:
      return "bad_certificate";
    case unsupported_certificate:
      return "unsupported_certificate";
    case certificate_revoked:
      return "certificate_revoked";
    case certificate_expired:
      return "certificate_expired";
    case certificate_unknown:
      return "certificate_unknown";
    case illegal_parameter:
      return "illegal_parameter";
    case unknown_ca:
      return "unknown_ca";
    case access_denied:
      return "access_denied";
    case decode_error:
      return "decode_error";
    case decrypt_error:
      return "decrypt_error";
    case protocol_version:
      return "protocol_version";
    case insufficient_security:
      return "insufficient_security";
    case internal_error:
      return "internal_error";
    case inappropriate_fallback:
      return "inappropriate_fallback";
    case user_canceled:
      return "user_canceled";
    case no_renegotiation:
      return "no_renegotiation";
    case missing_extension:
      return "missing_extension";
    case unsupported_extension:
      return "unsupported_extension";
    case unrecognized_name:
      return "unrecognized_name";
    case bad_certificate_status_response:
      return "bad_certificate_status_response";
    case unknown_psk_identity:
      return "unknown_psk_identity";
    case certificate_required:
      return "certificate_required";
    case general_error:
      return "general_error";
    case no_application_protocol:
      return "no_application_protocol";
    case connection_lost:
      return "connection_lost";
    case timed_out:
      return "timed_out";
    case keys_used_up:
      return "keys_used_up";
    case starttls_failed:
      return "starttls_failed";
    default:
      return `alert ${description}`;
  }
}

/** Who found the failure: this side, the peer (by a fatal alert), or a fault of thimble or its host. */
export type FailureOrigin = "self" | "peer" | "internal";

/**
 * The one failure of a connection. Inside src it is thrown; `Connection` catches it once, queues the alert and keeps it as `failure`.
 * `reason` says what failed, with the field and the value, and never holds a secret.
 */
export class TLSAlert extends Error {
  readonly description: number;
  readonly origin: FailureOrigin;
  readonly reason: string;

  constructor(description: number, reason: string, origin: FailureOrigin = "self") {
    super(`${alertName(description)}: ${reason}`);
    this.description = description;
    this.origin = origin;
    this.reason = reason;
  }

  override get name(): string {
    return "TLSAlert";
  }

  /** The RFC's name of the alert, as `unknown_ca`. */
  get alert(): string {
    return alertName(this.description);
  }
}
