import { status_request } from "../constants.js";
import { CertificateWriter } from "./certificate.js";

/** Bytes of a status_request extension before the OCSPResponse: type and length, status_type and length. */
const HEADER = 8;
const OCSP = 1;

/** A Certificate message with an OCSPResponse stapled to the end entity's certificate (RFC 9846 §4.5.1.1, RFC 6066 §8). */
export class StapledCertificateWriter extends CertificateWriter {
  private readonly status: Uint8Array;

  constructor(certificates: readonly Uint8Array[], status: Uint8Array) {
    super(certificates);
    this.status = status;
  }

  protected override get extensionsLength(): number {
    return HEADER + this.status.length;
  }

  /** The length of the extension block; type and length of status_request; status_type, length, OCSPResponse. */
  protected override extensionByte(index: number): number {
    const block = this.entry === 0 ? this.extensionsLength : 0;
    if (index < 2) return (block >> (8 * (1 - index))) & 255;
    if (index >= 2 + HEADER) return this.status[index - 2 - HEADER];
    switch (index) {
      case 3:
        return status_request;
      case 4:
        return (block - 4) >> 8;
      case 5:
        return (block - 4) & 255;
      case 6:
        return OCSP;
      case 8:
        return (block - HEADER) >> 8;
      case 9:
        return (block - HEADER) & 255;
      default:
        return 0;
    }
  }
}
