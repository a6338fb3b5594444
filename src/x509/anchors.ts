/**
 * Trust anchors from certificates, and a list of them. Both only read once they are made, so a device app may make them at module level: they are
 * then built with the firmware and stay in flash.
 */
import { bad_certificate, TLSAlert } from "../alert.js";
import type { HashAlgorithm } from "../crypto/provider.js";
import { locateKey } from "./algorithms.js";
import { CertificateReader } from "./certificate.js";
import type { TrustAnchor, TrustStore } from "./trust.js";

/** Nothing is required of an anchor's certificate but its form, so that old roots (version 1, SHA-1) can be read too. */
class AnchorReader extends CertificateReader {
  override who(): string {
    return "trust anchor";
  }
}

/** Where the content of the well-formed element at der[at] begins. */
function contentAt(der: Uint8Array, at: number): number {
  const first = der[at + 1]!;
  return at + (first < 0x80 ? 2 : 2 + (first & 0x7f));
}

/** Where the well-formed element at der[at] ends. */
function endOf(der: Uint8Array, at: number): number {
  const content = contentAt(der, at);
  let length = 0;
  if (content === at + 2) length = der[at + 1]!;
  else for (let i = at + 2; i < content; i++) length = length * 256 + der[i]!;
  return content + length;
}

/**
 * The anchor that a DER certificate stands for: its subject and its key. Its dates, signature and extensions are not looked at (RFC 5280 §6.1.1).
 * Throws a TLSAlert where it is malformed.
 */
export function anchorFromCertificate(der: Uint8Array, sha256: HashAlgorithm): TrustAnchor {
  if (der.length === 0 || der.length >= 0x10000) throw new TLSAlert(bad_certificate, `trust anchor: it has ${der.length} octets`);
  const reader = new AnchorReader([], sha256, null);
  reader.beginCertificate(0, der.length, false);
  reader.push(der, 0, der.length);
  reader.endCertificate();
  let at = contentAt(der, contentAt(der, 0));
  if (der[at] === 0xa0) at = endOf(der, at);
  // serialNumber, signature, issuer, validity
  for (let i = 0; i < 4; i++) at = endOf(der, at);
  const spki = endOf(der, at);
  const nameHash = new Uint8Array(32);
  const hash = sha256.create();
  hash.update(der, at, spki - at);
  hash.digest(nameHash, 0);
  return { nameHash, publicKeyInfo: der.slice(spki, endOf(der, spki)) };
}

/** Anchors in memory, looked through one by one. */
export class AnchorList implements TrustStore {
  readonly list: readonly TrustAnchor[];

  constructor(anchors: readonly TrustAnchor[]) {
    this.list = anchors;
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
