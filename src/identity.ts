import { internal_error, TLSAlert } from "./alert.js";
import type { Random, SignedContent } from "./crypto/provider.js";

/** One signature under way: a stepper. OUTSIDE where a secure element or the like is at work. */
export interface Signer {
  /** Begins to sign; content is what is signed (RFC 9846 §4.5.2), not its hash. Copied or hashed before it returns. */
  begin(scheme: number, content: Uint8Array, offset: number, length: number, random: Random): void;
  /** The same for content that was taken piece by piece: TLS 1.2's client signs all handshake messages (RFC 5246 §7.4.8). */
  beginContent?(scheme: number, content: SignedContent, random: Random): void;
  step(budget: number): number;
  /** Once after DONE: writes the signature as CertificateVerify carries it; returns its length. */
  writeSignature(out: Uint8Array, offset: number): number;
  /** The handshake ended before the signature was done: zeroes what belongs to it. */
  wipe?(): void;
}

/** A private key that signs, wherever it is. Several connections may use it at one time: each signature has a Signer of its own. */
export interface SigningKey {
  /** SignatureScheme code points that it can sign with, in order of preference. */
  readonly schemes: readonly number[];
  /** Bytes of its longest signature. */
  readonly maxSignature: number;
  createSigner(): Signer;
  /** Not there, or null: the key can't prove a client in TLS 1.2 with this scheme (Ed25519's would need all messages as they are). */
  createContent?(scheme: number): SignedContent | null;
}

/** What a side proves itself with. */
export interface Identity {
  /** DER certificates, the end entity's first. */
  readonly certificates: readonly Uint8Array[];
  readonly key: SigningKey;
  /**
   * SHA-256 hashes of the DER issuer names of the certificates. Given, they are compared with the authorities that a server names in its
   * CertificateRequest; not given, the identity fits any.
   */
  readonly issuers?: readonly Uint8Array[];
  /** SHA-256 of its own certificate: a session is bound to it. Not given, it is made when it is needed. */
  readonly fingerprint?: Uint8Array;
  /**
   * A DER OCSPResponse about the end entity's certificate (RFC 6960), of at most 65,527 bytes: a server staples it for clients that ask. It is sent as it is.
   * Read once a handshake, so a getter may renew it.
   */
  readonly ocspResponse?: Uint8Array | null;
}

/** The longest OCSPResponse that an extension of a Certificate message holds, with type and length before it, and those of CertificateStatus. */
const LONGEST_RESPONSE = 0xffff - 8;

/** The response to staple, or null. */
export function responseOf(identity: Identity): Uint8Array | null {
  const response = identity.ocspResponse ?? null;
  if (response !== null && (response.length === 0 || response.length > LONGEST_RESPONSE))
    throw new TLSAlert(internal_error, `Certificate: an OCSP response of ${response.length} bytes can't be stapled`, "internal");
  return response;
}
