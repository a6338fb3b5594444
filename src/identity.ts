import type { Random } from "./crypto/provider.js";

/**
 * A private key that signs, wherever it is: in memory, or in a secure element that answers PENDING until it is ready. A stepper, used for one
 * signature at a time.
 */
export interface Signer {
  /** SignatureScheme code points that it can sign with, in order of preference. */
  readonly schemes: readonly number[];
  /** Bytes of its longest signature. */
  readonly maxSignature: number;
  /** Begins to sign; content is what is signed (RFC 9846 §4.5.2), not its hash. Copied or hashed before it returns. */
  begin(scheme: number, content: Uint8Array, offset: number, length: number, random: Random): void;
  step(budget: number): number;
  /** Writes the signature as CertificateVerify carries it; returns its length. */
  writeSignature(out: Uint8Array, offset: number): number;
}

/** What a side proves itself with. */
export interface Identity {
  /** DER certificates, the end entity's first. */
  readonly certificates: readonly Uint8Array[];
  readonly signer: Signer;
  /**
   * SHA-256 hashes of the DER issuer names of the certificates. Given, they are compared with the authorities that a server names in its
   * CertificateRequest; not given, the identity fits any.
   */
  readonly issuers?: readonly Uint8Array[];
}
