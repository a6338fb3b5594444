import type { ChainVerifier } from "../x509/chain.js";

/** What a handshake keeps of the peer's certificates. */
export interface PeerKey {
  chain: ChainVerifier | null;
  peerKeyType: number;
  peerKey: Uint8Array | null;
}

/** The path is verified: the peer's key is kept, its certificates are let go. False: the peer sent none. */
export function keepPeerKey(h: PeerKey): boolean {
  const { keyType, key, keyOffset, keyLength } = h.chain as ChainVerifier;
  h.chain = null;
  h.peerKeyType = keyType;
  if (keyType === 0) return false;
  h.peerKey = key.slice(keyOffset, keyOffset + keyLength);
  return true;
}
