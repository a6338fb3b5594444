import { decode_error, illegal_parameter, missing_extension, TLSAlert } from "../alert.js";
import { signature_algorithms } from "../constants.js";

const CONTEXT_LENGTH = 0;
const EXTENSIONS_LENGTH = 1;
const EXTENSION_TYPE = 2;
const EXTENSION_LENGTH = 3;
const EXTENSION_DATA = 4;

/**
 * Reads a CertificateRequest (RFC 9846 §4.4.2) as its bytes arrive: names of authorities can fill kilobytes. We have no certificate to choose, so
 * the form is checked and the content passed over. Unknown extensions are ignored, as the section says.
 */
export class CertificateRequestReader {
  readonly waiting: boolean;
  private field: number;
  private left: number;
  private number: number;
  private type: number;
  private blockLeft: number;
  private hasSignatureAlgorithms: boolean;

  constructor() {
    this.waiting = false;
    this.field = CONTEXT_LENGTH;
    this.left = 1;
    this.number = 0;
    this.type = 0;
    this.blockLeft = 0;
    this.hasSignatureAlgorithms = false;
  }

  push(bytes: Uint8Array, offset: number, length: number): number {
    const end = offset + length;
    let o = offset;
    while (o < end) {
      if (this.field === EXTENSION_DATA) {
        const n = Math.min(end - o, this.left);
        o += n;
        this.left -= n;
        this.blockLeft -= n;
        if (this.left === 0) this.expect(EXTENSION_TYPE, 2);
        continue;
      }
      if (this.field > EXTENSIONS_LENGTH) {
        if (this.blockLeft === 0) this.malformed();
        this.blockLeft--;
      }
      this.number = (this.number << 8) | bytes[o++];
      if (--this.left === 0) this.numberRead();
    }
    return length;
  }

  step(): number {
    return 1;
  }

  finish(): void {
    if (this.field !== EXTENSION_TYPE || this.left !== 2 || this.blockLeft !== 0) this.malformed();
    // §4.4.2: the signature_algorithms extension MUST be specified.
    if (!this.hasSignatureAlgorithms) throw new TLSAlert(missing_extension, "CertificateRequest: no signature_algorithms extension");
  }

  private numberRead(): void {
    const n = this.number;
    switch (this.field) {
      case CONTEXT_LENGTH:
        // §4.4.2: the context is empty in the handshake itself.
        if (n !== 0)
          throw new TLSAlert(illegal_parameter, `CertificateRequest: a certificate_request_context of ${n} bytes in the handshake`);
        this.expect(EXTENSIONS_LENGTH, 2);
        return;
      case EXTENSIONS_LENGTH:
        this.blockLeft = n;
        this.expect(EXTENSION_TYPE, 2);
        return;
      case EXTENSION_TYPE:
        this.type = n;
        this.expect(EXTENSION_LENGTH, 2);
        return;
      default:
        if (n > this.blockLeft) this.malformed();
        if (this.type === signature_algorithms) {
          if (this.hasSignatureAlgorithms)
            throw new TLSAlert(illegal_parameter, "CertificateRequest: extension signature_algorithms stands twice");
          if (n < 4) this.malformed();
          this.hasSignatureAlgorithms = true;
        }
        if (n === 0) this.expect(EXTENSION_TYPE, 2);
        else this.expect(EXTENSION_DATA, n);
    }
  }

  private expect(field: number, left: number): void {
    this.field = field;
    this.left = left;
    this.number = 0;
  }

  private malformed(): never {
    throw new TLSAlert(decode_error, `CertificateRequest: a length does not fit (extension ${this.type})`);
  }
}
