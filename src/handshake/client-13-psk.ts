import { handshake_failure, illegal_parameter, TLSAlert } from "../alert.js";
import type { OfferedKey } from "../config-psk.js";
import type { CipherSuite, KeyExchange } from "../crypto/provider.js";
import { LABEL_EXT_BINDER, LABEL_RES_BINDER } from "../crypto/xs/hkdf.js";
import { bindersLength } from "../extensions/pre-shared-key.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import type { ClientHandshake13, ClientOffer } from "./client-13.js";
import { RESUMED } from "./handshake-13.js";
import type { Transcript } from "./transcript.js";

type H = ClientHandshake13;

/** The keys to offer: that of the session, then the external one where it is for the same hash. */
export function keysToOffer(external: OfferedKey | undefined, session: OfferedKey | null): OfferedKey[] | null {
  if (session === null) return external === undefined ? null : [external];
  return external === undefined || external.hashLength !== session.hashLength ? [session] : [session, external];
}

/** §4.2.4: after a HelloRetryRequest, those for another hash than that of its suite. */
export function dropOtherHashes(offer: ClientOffer, suite: CipherSuite): void {
  const { psks } = offer;
  if (psks !== null && psks[0].hashLength !== suite.hash.outputLength) offer.psks = null;
}

/**
 * The ClientHello stands at io[start, start + length), but for its binders (§4.3.11.2): an HMAC over all of it up to them. The transcript begins here, on
 * the hash of the keys; the first key's Early Secret is left in the schedule, for it is the one that a server likes to take.
 */
export function writeBinders(h: H, keys: readonly OfferedKey[], io: Uint8Array, start: number, length: number): void {
  const from = start + length - bindersLength(keys);
  if (h.transcript === null) h.startTranscript(suiteOf(h, keys[0].hashLength).hash);
  const transcript = h.transcript as unknown as Transcript;
  const schedule = h.schedule as KeySchedule13;
  const { secrets, temp, digest } = schedule;
  transcript.update(io, start, from - start);
  transcript.digest(secrets, digest);
  let at = start + length;
  for (let i = keys.length - 1; i >= 0; i--) {
    const { hashLength, key, external } = keys[i];
    at -= hashLength;
    schedule.setEarlySecret(key, external ? LABEL_EXT_BINDER : LABEL_RES_BINDER);
    schedule.finished(secrets, temp, io, at);
    at--;
  }
  transcript.update(io, from, start + length - from);
}

/** The first suite with a hash of this length; config-check.ts has seen that there is one. */
function suiteOf(h: H, hashLength: number): CipherSuite {
  const { suites } = h.config.provider;
  let i = 0;
  while (suites[i].hash.outputLength !== hashLength) i++;
  return suites[i];
}

/** What the ServerHello says of the keys that were offered. */
export function checkSelected(h: H, offer: ClientOffer, suite: CipherSuite): void {
  const { psks, pskIndex } = offer;
  if (pskIndex < 0) {
    if (h.config.trust === undefined)
      throw new TLSAlert(handshake_failure, "ServerHello: the server did not take the pre-shared key, and nothing else can prove it");
    return;
  }
  const key = (psks as readonly OfferedKey[])[pskIndex];
  if (key.hashLength !== suite.hash.outputLength)
    throw new TLSAlert(illegal_parameter, `ServerHello: the pre-shared key that it took is for another hash than ${suite.name}`);
  if (pskIndex > 0) (h.schedule as KeySchedule13).setEarlySecret(key.key, key.external ? LABEL_EXT_BINDER : LABEL_RES_BINDER);
  if (!key.external) {
    h.session?.resumed();
    h.negotiated.proved = RESUMED;
  }
  if (offer.shareLength === 0) {
    (offer.keyExchange as KeyExchange | null)?.wipe();
    offer.keyExchange = null;
  }
}
