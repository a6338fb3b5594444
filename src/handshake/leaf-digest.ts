import type { Hash } from "../crypto/provider.js";
import type { CertificateTap } from "../messages/certificate.js";

/** Hashes the peer's own certificate as it passes, for its session; others may look on behind it. */
export class LeafDigest implements CertificateTap {
  private readonly hash: Hash;
  private readonly next: CertificateTap | null;
  private index: number;
  private made: Uint8Array | null;

  constructor(sha256: Hash, next: CertificateTap | null) {
    this.hash = sha256;
    this.next = next;
    this.index = -1;
    this.made = null;
    sha256.reset();
  }

  begin(index: number, length: number): void {
    this.index = index;
    this.next?.begin(index, length);
  }

  bytes(bytes: Uint8Array, offset: number, length: number): void {
    if (this.index === 0) this.hash.update(bytes, offset, length);
    this.next?.bytes(bytes, offset, length);
  }

  /** SHA-256 of the certificate; null where none came. */
  digest(): Uint8Array | null {
    if (this.index >= 0 && this.made === null) {
      this.made = new Uint8Array(32);
      this.hash.digest(this.made, 0);
    }
    return this.made;
  }
}
