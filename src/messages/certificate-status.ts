import { certificate_status } from "../constants.js";
import type { MessageWriter } from "./certificate.js";

const HEADER = 8;
const OCSP = 1;

/** Writes a CertificateStatus message of TLS 1.2 (RFC 6066 §8) piece by piece, header included: the OCSPResponse is not copied. */
export class CertificateStatusWriter implements MessageWriter {
  private readonly response: Uint8Array;
  private at: number;

  constructor(response: Uint8Array) {
    this.response = response;
    this.at = 0;
  }

  get done(): boolean {
    return this.at === HEADER + this.response.length;
  }

  get begun(): boolean {
    return !this.done && this.at > 0;
  }

  fill(bytes: Uint8Array, offset: number, end: number): number {
    const { response } = this;
    const { length } = response;
    let o = offset;
    for (; o < end && this.at < HEADER; this.at++) bytes[o++] = this.headerByte(this.at, length);
    const n = Math.min(end - o, HEADER + length - this.at);
    for (let i = 0; i < n; i++) bytes[o + i] = response[this.at - HEADER + i];
    this.at += n;
    return o + n;
  }

  /** Type and length of the message, status_type, length of OCSPResponse. */
  private headerByte(index: number, length: number): number {
    if (index === 0) return certificate_status;
    if (index === 4) return OCSP;
    return index < 4 ? ((length + 4) >> (8 * (3 - index))) & 255 : (length >> (8 * (7 - index))) & 255;
  }
}
