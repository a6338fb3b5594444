/**
 * Trust anchors from certificates, and a list of them. Both only read once they are made, so a device app may make them at module level: they are
 * then built with the firmware and stay in flash.
 */
import { bad_certificate, TLSAlert } from "../alert.js";
import type { HashAlgorithm } from "../crypto/provider.js";
import { locateKey } from "./algorithms.js";
import { CertificateReader } from "./certificate.js";
import { limitsOf } from "./chain-config.js";
import { contentAt, endOf } from "./octets.js";
import type { TrustAnchor, TrustStore } from "./trust.js";
import { ANCHORS, fingerprintOf } from "./trust-fingerprint.js";
import { extensionAt, keyInfoAt, subjectAt } from "./whole-certificate.js";

/** Nothing is required of an anchor's certificate but its form, so that old roots (version 1, SHA-1) can be read too. */
class AnchorReader extends CertificateReader {
  override who(): string {
    return "trust anchor";
  }
}

/**
 * The anchor that a DER certificate stands for: its subject, its key, and nameConstraints if it has them (RFC 5937). Its dates, signature and other
 * extensions are not looked at (RFC 5280 §6.1.1): an expired root is an anchor as long as it is given as one.
 * Throws a TLSAlert where it is malformed.
 */
export function anchorFromCertificate(der: Uint8Array, sha256: HashAlgorithm): TrustAnchor {
  if (der.length === 0 || der.length >= 0x10000) throw new TLSAlert(bad_certificate, `trust anchor: it has ${der.length} octets`);
  const reader = new AnchorReader({ signatures: [], sha256 }, limitsOf({}), null);
  reader.beginCertificate(0, der.length, false);
  reader.push(der, 0, der.length);
  reader.endCertificate();
  const spki = keyInfoAt(der);
  const at = subjectAt(der);
  const nameHash = new Uint8Array(32);
  const hash = sha256.create();
  hash.update(der, at, spki - at);
  hash.digest(nameHash, 0);
  const end = endOf(der, spki);
  return { nameHash, publicKeyInfo: der.slice(spki, end), nameConstraints: constraintsOf(der) };
}

/** Content of nameConstraints (2.5.29.30). */
function constraintsOf(der: Uint8Array): Uint8Array | null {
  const value = extensionAt(der, 30);
  if (value === 0) return null;
  const inside = contentAt(der, value);
  const end = endOf(der, value);
  if (der[inside] !== 0x30 || endOf(der, inside) !== end)
    throw new TLSAlert(bad_certificate, "trust anchor: its nameConstraints are malformed");
  return der.slice(contentAt(der, inside), end);
}

/** Anchors in memory, looked through one by one. */
export class AnchorList implements TrustStore {
  readonly list: readonly TrustAnchor[];
  readonly fingerprint: Uint8Array;

  constructor(anchors: readonly TrustAnchor[]) {
    this.list = anchors;
    const parts: (Uint8Array | null)[] = [];
    for (let i = 0; i < anchors.length; i++)
      parts.push(anchors[i]!.nameHash, anchors[i]!.publicKeyInfo, anchors[i]!.nameConstraints ?? null);
    this.fingerprint = fingerprintOf(ANCHORS, parts);
  }

  /** Number of anchors. */
  get size(): number {
    return this.list.length;
  }

  /** Number of anchors whose key is of a type that can be verified with at all. */
  get usable(): number {
    let n = 0;
    for (let i = 0; i < this.list.length; i++) if (locateKey(this.list[i]!.publicKeyInfo) !== 0) n++;
    return n;
  }

  find(hash: Uint8Array, offset: number, nth: number): TrustAnchor | null {
    const anchors = this.list;
    let left = nth;
    for (let i = 0; i < anchors.length; i++) {
      const anchor = anchors[i]!;
      if (sameHash(anchor.nameHash, hash, offset) && left-- === 0) return anchor;
    }
    return null;
  }
}

function sameHash(name: Uint8Array, hash: Uint8Array, offset: number): boolean {
  for (let i = 0; i < 32; i++) if (name[i] !== hash[offset + i]) return false;
  return true;
}
