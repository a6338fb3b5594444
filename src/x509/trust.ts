/** A trust anchor: a name and a key (RFC 5280 §6.1.1 (d)). */
export interface TrustAnchor {
  /** SHA-256 of the DER subject Name. */
  readonly nameHash: Uint8Array;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKeyInfo: Uint8Array;
  /** Content of the nameConstraints that hold for all below it (RFC 5937); absent or null: none. */
  readonly nameConstraints?: Uint8Array | null;
}

/** Kinds of pins: a hash of a SubjectPublicKeyInfo, of a certificate. */
export const PIN_KEY = 1;
export const PIN_CERTIFICATE = 2;

/** Where a path may end. */
export interface TrustStore {
  /** The nth (from 0) anchor whose nameHash equals hash[offset, offset + 32), or null. Allocates nothing. */
  find(hash: Uint8Array, offset: number, nth: number): TrustAnchor | null;
  /** SHA-256 over all that it trusts, 32 bytes: sessions are bound to it. Absent: no session is resumed under it. */
  readonly fingerprint?: Uint8Array;
  /** Kinds of pins that it has. Absent: none. */
  readonly pins?: number;
  /** Whether a pin of this kind equals hash[offset, offset + 32). A path also ends at a certificate of its own that is pinned. */
  pinned?(kind: number, hash: Uint8Array, offset: number): boolean;
}
