import type { TLSAlert } from "../alert.js";
import type { CertificateReader } from "./certificate.js";
import type { Parked } from "./parked.js";

/** A certificate whose octets are not known to be authentic yet: what its judgement needs besides what is kept or parked of every certificate. */
export class Held {
  readonly index: number;
  readonly notBefore: number;
  readonly notAfter: number;
  /** What is wrong with it, whatever the time. */
  readonly problem: TLSAlert | null;
  /** Hashes that pins are compared with. */
  readonly pins: Uint8Array | null;
  /** Null: it is the leaf, the tip of the path. */
  readonly parked: Parked | null;

  /** The certificate that the reader has just read. */
  constructor(reader: CertificateReader, problem: TLSAlert | null, parked: Parked | null) {
    this.index = reader.index;
    this.notBefore = reader.notBefore;
    this.notAfter = reader.notAfter;
    this.problem = problem;
    this.pins = reader.pins === null ? null : reader.pins.bytes.slice();
    this.parked = parked;
  }

  who(): string {
    return this.index === 0 ? "leaf" : `issuer ${this.index}`;
  }
}
