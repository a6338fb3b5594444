import { TLSAlert } from "../../../src/alert.js";
import { PENDING } from "../../../src/crypto/provider.js";
import { AnchorList } from "../../../src/x509/anchors.js";
import { type ChainConfig, ChainVerifier } from "../../../src/x509/chain.js";
import type { TrustAnchor } from "../../../src/x509/trust.js";
import { nobleP256Sha256, nobleSha256 } from "../../support/noble-provider.js";
import { NOW } from "../../support/pki.js";

/** A config for the chains of makeChain(); anything can be replaced. */
export function chainConfig(anchors: readonly TrustAnchor[], replaced: Partial<ChainConfig> = {}): ChainConfig {
  return {
    trust: new AnchorList(anchors),
    clock: { seconds: () => NOW },
    signatures: [nobleP256Sha256],
    sha256: nobleSha256,
    purpose: "server",
    serverName: "device.example",
    ...replaced,
  };
}

/** Pushes one certificate in pieces of `piece` octets and runs its signature checks. */
export function feed(verifier: ChainVerifier, der: Uint8Array, piece: number = der.length): void {
  verifier.beginCertificate(der.length);
  for (let at = 0; at < der.length; at += piece) verifier.push(der, at, Math.min(piece, der.length - at));
  if (verifier.endCertificate() === PENDING) while (verifier.step(1) === PENDING);
}

/** "valid", or "alert: reason". Anything but a TLSAlert is thrown on. */
export function outcome(list: readonly Uint8Array[], config: ChainConfig, piece?: number): string {
  try {
    const verifier = new ChainVerifier(config);
    for (const der of list) feed(verifier, der, piece);
    verifier.endChain();
    return "valid";
  } catch (error) {
    if (!(error instanceof TLSAlert)) throw error;
    return error.message;
  }
}
