import { X509Certificate } from "node:crypto";
import type { CertificateTap } from "../../src/messages/certificate.js";

/** Keeps the peer's certificates as they stream past; the connection itself keeps none. Its bounds hold here too: a list that is too long fails. */
export class PeerCertificates implements CertificateTap {
  private readonly list: Buffer[] = [];
  private filled = 0;
  /** What proved the peer instead: the identity of a pre-shared key, or SHA-256 of the certificate of the client whose session was resumed. */
  identity: Buffer | undefined;

  begin(_index: number, length: number): void {
    this.list.push(Buffer.alloc(length));
    this.filled = 0;
  }

  bytes(bytes: Uint8Array, offset: number, length: number): void {
    (this.list[this.list.length - 1] as Buffer).set(bytes.subarray(offset, offset + length), this.filled);
    this.filled += length;
  }

  identified(by: Uint8Array): void {
    this.identity = Buffer.from(by);
  }

  /** The nth certificate of the list as it was sent; undefined: there is none. The list is not the path: that may leave some out. */
  at(index: number): X509Certificate | undefined {
    const der = this.list[index];
    return der === undefined ? undefined : new X509Certificate(der);
  }

  get length(): number {
    return this.list.length;
  }
}
