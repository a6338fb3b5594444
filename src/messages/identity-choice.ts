import { equalBytes } from "../bytes/equal.js";
import type { Identity } from "../identity.js";

/** Which of our identities fits what a CertificateRequest says, told scheme by scheme and name by name; nothing of it is kept. */
export class IdentityChoice {
  private readonly identities: readonly Identity[];
  /** Bits of (identity, scheme) pairs that the server accepts, counted through; bits of identities that an authority fits. */
  private schemes: number;
  private authorized: number;

  constructor(identities: readonly Identity[]) {
    this.identities = identities;
    this.schemes = 0;
    this.authorized = 0;
  }

  copyFrom(from: IdentityChoice): void {
    this.schemes = from.schemes;
    this.authorized = from.authorized;
  }

  /** The server accepts this scheme. */
  accept(scheme: number): void {
    const { identities } = this;
    let bit = 1;
    for (let i = 0; i < identities.length; i++) {
      const { schemes } = identities[i].key;
      for (let j = 0; j < schemes.length; j++) {
        if (schemes[j] === scheme) this.schemes |= bit;
        bit <<= 1;
      }
    }
  }

  /** The server names an authority, by the SHA-256 of its DER Name. */
  authorize(digest: Uint8Array): void {
    const { identities } = this;
    for (let i = 0; i < identities.length; i++) {
      const { issuers } = identities[i];
      if (issuers === undefined) continue;
      for (let j = 0; j < issuers.length; j++) if (equalBytes(issuers[j], 0, digest, 0, digest.length)) this.authorized |= 1 << i;
    }
  }

  /** Index of the identity and of its scheme, as identity · 256 + scheme; -1 for none. named: the server named authorities. */
  choose(named: boolean): number {
    const { identities } = this;
    let bit = 1;
    for (let i = 0; i < identities.length; i++) {
      const { issuers, key } = identities[i];
      const fits = !named || issuers === undefined || (this.authorized & (1 << i)) !== 0;
      for (let j = 0; j < key.schemes.length; j++) {
        if (fits && (this.schemes & bit) !== 0) return i * 256 + j;
        bit <<= 1;
      }
    }
    return -1;
  }
}
