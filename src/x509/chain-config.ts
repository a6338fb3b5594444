/** What a chain verifier is told: where a path may end, what time it is, which name is wanted, and bounds for all that a peer can size. */
import type { Clock, Hash, HashAlgorithm, SignatureAlgorithm, Verifier } from "../crypto/provider.js";
import type { ServerName } from "./name.js";
import type { StatusSource } from "./status.js";
import type { TimePolicy } from "./time-policy.js";
import type { TrustAnchor, TrustStore } from "./trust.js";

export type Purpose = "server" | "client";

/** What the reader of certificates needs of it. */
export interface ReaderConfig {
  /** What signatures and keys may be. */
  readonly signatures: readonly SignatureAlgorithm[];
  readonly sha256: HashAlgorithm;
  readonly trust?: TrustStore;
  /** A SHA-256 that is lent for the time of the list, to save one. Not for a verifier that is copied. */
  readonly workHash?: Hash | null;
}

/** Bounds; each has a default. */
export interface ChainBounds {
  /** Certificates in a list, at most 30. Default 10. */
  readonly maxCertificates?: number;
  /** Octets of a certificate, at most 65,535. Default 16,384. */
  readonly maxCertificateLength?: number;
  /** Bits of an RSA key, at most 16,384. Default 4,096. */
  readonly maxRsaBits?: number;
  /** Octets of subjects and subjectAltNames that are kept for constraints, of the whole path. Default 1,024. */
  readonly maxNameLength?: number;
  /** Octets of an issuer's nameConstraints. Default 2,048. */
  readonly maxConstraintLength?: number;
  /** Comparisons of a name with a constraint, of its kind or another, in the whole list. Default 2,048. */
  readonly maxComparisons?: number;
  /** Octets of a TBSCertificate that is signed with Ed25519. Default 4,096. */
  readonly maxSignedLength?: number;
  /** Octets that certificates take which wait for their place in the path, because the list is out of order or has more than the path. Default 8,192. */
  readonly maxParkedLength?: number;
  /** Signatures that are verified for a list, at most 250. Default 20. */
  readonly maxSignatureChecks?: number;
}

export interface ChainConfig extends ReaderConfig, ChainBounds {
  readonly trust: TrustStore;
  readonly clock: Clock;
  /** What holds while the clock is not set. Default: every certificate is refused then. */
  readonly timePolicy?: TimePolicy;
  /** Signatures that were verified before (RememberedSignatures): they are not verified again. Default: all are. */
  readonly remembered?: SignatureMemory;
  /** What the leaf is used for. "server" is verified against serverName, "client" has no name to verify. */
  readonly purpose: Purpose;
  /** The leaf's key is there to decrypt a pre-master secret (RSA key exchange of TLS 1.2), not to sign. */
  readonly enciphers?: boolean;
  /**
   * DNS name or IP literal, or one that was parsed before. Needed for purpose "server". null: no name is verified, only a path; for tools that look
   * at a chain, never for a connection.
   */
  readonly serverName?: string | ServerName | null;
  /**
   * Asked when all else is right; answers "" or why the path is refused. So it can only add strictness. `path` tells the leaf's key, and which
   * certificates and anchor were taken.
   */
  readonly verify?: (path: VerifiedPath) => string;
  /** Checks what is stapled to the leaf. Default: nothing is. */
  readonly status?: StatusSource;
}

/** Knows signatures that were verified before. */
export interface SignatureMemory {
  /** A verifier that leaves out the work for what is known, and notes what it finds valid. */
  verifierFor(algorithm: SignatureAlgorithm): Verifier;
}

/** A path that was verified. */
export interface VerifiedPath {
  /** Certificates in it, without the anchor. */
  readonly pathLength: number;
  /** Place in the list of the path's nth certificate; the leaf is the 0th. */
  pathIndex(nth: number): number;
  /** The anchor at its end; null where it ends at a pin. */
  readonly anchor: TrustAnchor | null;
  /** The leaf's key: key[keyOffset, keyOffset + keyLength), as its SubjectPublicKeyInfo carries it. */
  readonly keyType: number;
  readonly key: Uint8Array;
  readonly keyOffset: number;
  readonly keyLength: number;
}

/** All bounds, with their defaults filled in. */
export type ChainLimits = { readonly [K in keyof ChainBounds]-?: number };

const DEFAULTS: ChainLimits = {
  maxCertificates: 10,
  maxCertificateLength: 16384,
  maxRsaBits: 4096,
  maxNameLength: 1024,
  maxConstraintLength: 2048,
  maxComparisons: 2048,
  maxSignedLength: 4096,
  maxParkedLength: 8192,
  maxSignatureChecks: 20,
};

const MOST: ChainLimits = {
  maxCertificates: 30,
  maxCertificateLength: 65535,
  maxRsaBits: 16384,
  maxNameLength: 65535,
  maxConstraintLength: 65535,
  maxComparisons: 1e6,
  maxSignedLength: 65535,
  maxParkedLength: 1e6,
  maxSignatureChecks: 250,
};

const NAMES: readonly (keyof ChainLimits)[] = [
  "maxCertificates",
  "maxCertificateLength",
  "maxRsaBits",
  "maxNameLength",
  "maxConstraintLength",
  "maxComparisons",
  "maxSignedLength",
  "maxParkedLength",
  "maxSignatureChecks",
];

/** The bounds of a config; throws a RangeError where one is out of range. Allocates nothing where all are the defaults. */
export function limitsOf(bounds: ChainBounds): ChainLimits {
  let changed: { -readonly [K in keyof ChainLimits]: number } | null = null;
  for (let i = 0; i < NAMES.length; i++) {
    const name = NAMES[i]!;
    const given = bounds[name];
    if (given === undefined) continue;
    const least =
      name === "maxRsaBits" ? 2048 : name === "maxCertificates" || name === "maxCertificateLength" || name === "maxSignatureChecks" ? 1 : 0;
    if (!(given >= least && given <= MOST[name])) throw new RangeError(`${name} is ${given}, it has to be ${least} to ${MOST[name]}`);
    if (!changed) changed = { ...DEFAULTS };
    changed[name] = given;
  }
  return changed ?? DEFAULTS;
}
