import { equalOctets } from "./octets.js";
import { PIN_CERTIFICATE, PIN_KEY, type TrustAnchor, type TrustStore } from "./trust.js";
import { fingerprintOf, PINS } from "./trust-fingerprint.js";

/**
 * Trust in what is known by its SHA-256 hash: keys (the hash of a SubjectPublicKeyInfo, as RFC 7469 has it) and whole certificates, of leaves or of
 * issuers. Beside them there may be anchors. A pin replaces only the signature by a trust anchor: dates, names and usages count as ever, and an
 * issuer has to be a CA.
 */
export class PinnedTrust implements TrustStore {
  readonly pins: number;
  /** Left out where the anchors beside the pins have none. */
  readonly fingerprint?: Uint8Array;
  private readonly keys: readonly Uint8Array[];
  private readonly certificates: readonly Uint8Array[];
  private readonly anchors: TrustStore | null;

  /** Hashes of 32 octets each. Throws a RangeError for another length. */
  constructor(keys: readonly Uint8Array[], certificates: readonly Uint8Array[] = [], anchors: TrustStore | null = null) {
    check(keys);
    check(certificates);
    this.pins = (keys.length > 0 ? PIN_KEY : 0) | (certificates.length > 0 ? PIN_CERTIFICATE : 0) | (anchors?.pins ?? 0);
    this.keys = keys;
    this.certificates = certificates;
    this.anchors = anchors;
    if (anchors === null || anchors.fingerprint !== undefined)
      this.fingerprint = fingerprintOf(PINS, [...keys, null, ...certificates, null, anchors?.fingerprint ?? null]);
  }

  find(hash: Uint8Array, offset: number, nth: number): TrustAnchor | null {
    return this.anchors ? this.anchors.find(hash, offset, nth) : null;
  }

  pinned(kind: number, hash: Uint8Array, offset: number): boolean {
    const pins = kind === PIN_KEY ? this.keys : this.certificates;
    for (let i = 0; i < pins.length; i++) if (equalOctets(pins[i]!, 0, hash, offset, 32)) return true;
    return this.anchors?.pinned?.(kind, hash, offset) ?? false;
  }
}

function check(pins: readonly Uint8Array[]): void {
  for (let i = 0; i < pins.length; i++) {
    if (pins[i]!.length !== 32) throw new RangeError(`pin ${i} has ${pins[i]!.length} octets, a SHA-256 hash has 32`);
  }
}
