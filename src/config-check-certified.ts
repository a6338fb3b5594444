import type { ClientConfig, Version12 } from "./config.js";
import { checkKey } from "./config-check.js";
import type { CryptoProvider } from "./crypto/provider.js";

/** Pairs of an identity and a signature scheme, which IdentityChoice keeps as bits. */
const MAX_PAIRS = 32;

/** Checks of a config of which certificates may be read: what a connection with pre-shared keys alone does not link. */

export function checkProvider(provider: CryptoProvider): void {
  const { suites, groups, signatures } = provider;
  if (suites.length === 0 || groups.length === 0 || signatures.length === 0)
    throw new RangeError("provider: it needs at least one suite, one group and one signature algorithm");
}

export function checkVersions(role: "client" | "server", tls12: Version12 | undefined, tls13: boolean | undefined): void {
  if (tls12 === undefined && tls13 === false) throw new RangeError("tls13 is false and tls12 is not given: no version is left");
  if (tls12 !== undefined && tls12.role !== role) throw new RangeError(`tls12 is a ${tls12.role}'s; it must be a ${role}'s`);
}

/** What a server has to prove itself with must be known. */
export function checkClientProof({ trust, serverName, psk, resumption, provider, tls12, tls13, identities = [] }: ClientConfig): void {
  if (psk !== undefined) checkKey("psk", psk.hashLength, provider);
  // §4.3.9: one list of modes is sent for all keys.
  if (psk !== undefined && resumption !== undefined && psk.modes !== resumption.modes)
    throw new RangeError(`psk allows modes ${psk.modes}, resumption ${resumption.modes}: they must be the same`);
  let pairs = 0;
  for (let i = 0; i < identities.length; i++) pairs += identities[i].key.schemes.length;
  if (pairs > MAX_PAIRS) throw new RangeError(`identities: their keys have ${pairs} signature schemes in all; ${MAX_PAIRS} is the most`);
  if (trust === undefined) {
    // Each version that is offered must have a key of its own that vouches for the server.
    if ((tls13 !== false && psk === undefined) || (tls12 !== undefined && tls12.byKeyAlone !== true))
      throw new RangeError("trust is missing: a server is always verified");
  } else if (serverName === undefined) throw new RangeError("serverName is missing: a server is never accepted without a name");
}
