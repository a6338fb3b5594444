import type { Hash, HashAlgorithm } from "../crypto/provider.js";
import { PIN_CERTIFICATE, PIN_KEY } from "./trust.js";

/** The hashes of a certificate that pins are compared with, as it passes. Only where there are pins. */
export class PinHashes {
  /** SHA-256 of the SubjectPublicKeyInfo, then of the certificate. */
  readonly bytes: Uint8Array;
  /** Position up to which the SubjectPublicKeyInfo, the certificate are hashed; -1: it does not pass. */
  keyFrom: number;
  private wholeFrom: number;
  private readonly key: Hash | null;
  private readonly whole: Hash | null;

  constructor(pins: number, sha256: HashAlgorithm) {
    this.bytes = new Uint8Array(64);
    this.keyFrom = -1;
    this.wholeFrom = 0;
    this.key = (pins & PIN_KEY) !== 0 ? sha256.create() : null;
    this.whole = (pins & PIN_CERTIFICATE) !== 0 ? sha256.create() : null;
  }

  begin(): void {
    this.keyFrom = -1;
    this.wholeFrom = 0;
    this.whole?.reset();
  }

  /** The SubjectPublicKeyInfo begins; header[at, at + length) are its first octets. */
  beginKey(header: Uint8Array, at: number, length: number, position: number): void {
    if (!this.key) return;
    this.key.reset();
    this.key.update(header, at, length);
    this.keyFrom = position;
  }

  /** input[base + n] is the nth octet; those before `position` have passed. */
  passed(input: Uint8Array, base: number, position: number): void {
    if (this.keyFrom >= 0) {
      this.key!.update(input, base + this.keyFrom, position - this.keyFrom);
      this.keyFrom = position;
    }
  }

  passedWhole(input: Uint8Array, base: number, position: number): void {
    this.whole?.update(input, base + this.wholeFrom, position - this.wholeFrom);
    this.wholeFrom = position;
  }

  endKey(): void {
    this.keyFrom = -1;
    this.key!.digest(this.bytes, 0);
  }

  end(): void {
    this.whole?.digest(this.bytes, 32);
  }

  copyFrom(from: PinHashes): void {
    this.bytes.set(from.bytes);
    this.keyFrom = from.keyFrom;
    this.wholeFrom = from.wholeFrom;
    if (this.key) this.key.copy(from.key!);
    if (this.whole) this.whole.copy(from.whole!);
  }
}
