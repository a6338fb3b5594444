import { GROUP_P256 } from "../peer/peer-crypto.js";
import type { BothBench, BothParts } from "./both.js";

/** Both sides have P-256 alone. */
export function p256Only(bench: BothBench): BothParts {
  const provider = { ...bench.provider, groups: bench.provider.groups.filter((one) => one.id === GROUP_P256) };
  return { client: { provider }, server: { provider } };
}

/** The client sends a share of x25519, the server has P-256 alone: it asks for that. */
export function p256Retry(bench: BothBench): BothParts {
  return { client: {}, server: p256Only(bench).server! };
}
