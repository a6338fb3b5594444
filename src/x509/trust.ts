/** A trust anchor: a name and a key (RFC 5280 §6.1.1 (d)). */
export interface TrustAnchor {
  /** SHA-256 of the DER subject Name. */
  readonly nameHash: Uint8Array;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKeyInfo: Uint8Array;
}

/** Where a path may end. */
export interface TrustStore {
  /** The nth (from 0) anchor whose nameHash equals hash[offset, offset + 32), or null. Allocates nothing. */
  find(hash: Uint8Array, offset: number, nth: number): TrustAnchor | null;
}
