import { illegal_parameter, TLSAlert } from "../alert.js";
import { Reader } from "../bytes/reader.js";
import type { CipherSuite } from "../crypto/provider.js";
import { IN_ENCRYPTED_EXTENSIONS, receiveExtensions } from "../extensions/extension.js";
import type { Protection13 } from "../record/protection-13.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import type { ClientHandshake13, ClientOffer } from "./client-13.js";
import { limitRecords, sendCompatibilityChangeCipherSpec, takeSpareSecret, useTrafficSecret } from "./common-13.js";
import { checkFinished, sendFinished } from "./finished-13.js";
import { PROVED_CERTIFICATE, PROVED_PSK, RESUMED } from "./handshake-13.js";
import { READ_SECRET, WRITE_SECRET } from "./keys.js";
import * as S from "./states-13.js";
import type { Transcript } from "./transcript.js";

/** What a client does in every handshake behind the ServerHello, with certificates or without. */

type H = ClientHandshake13;

export function onEncryptedExtensions(h: H, bytes: Uint8Array, start: number, end: number): number {
  const r = new Reader(bytes);
  r.over(bytes, start + 4, end, "EncryptedExtensions");
  const offer = h.offer as ClientOffer;
  receiveExtensions(h.extensions, offer.sent, offer, r, IN_ENCRYPTED_EXTENSIONS, "EncryptedExtensions");
  r.finish();
  h.negotiated.alpn = offer.alpnIndex < 0 ? null : (h.config.alpn as readonly string[])[offer.alpnIndex];
  if (offer.sizeLimit > 0 && offer.fragmentLength > 0)
    throw new TLSAlert(
      illegal_parameter,
      "EncryptedExtensions: record_size_limit and max_fragment_length, only one of them may be answered (RFC 8449 §5)",
    );
  limitRecords(h.records, offer.sizeLimit, offer.fragmentLength);
  h.offer = null;
  (h.transcript as Transcript).update(bytes, start, end - start);
  // §2.2, §4.4.2: who has the key needs no certificate, and may not ask for one.
  return offer.pskIndex < 0 ? S.WAIT_CERT_CR : S.WAIT_FINISHED;
}

export function onFinished(h: H, bytes: Uint8Array, start: number, end: number): number {
  const { keys, records } = h;
  const schedule = h.schedule as KeySchedule13;
  const { secrets, digest, length } = schedule;
  checkFinished(h, bytes, start, end);
  if ((h.negotiated.proved & PROVED_CERTIFICATE) === 0)
    h.negotiated.proved |= h.negotiated.proved === RESUMED && h.config.trust !== undefined ? PROVED_CERTIFICATE : PROVED_PSK;
  // §7.1: application traffic secrets cover the transcript up to here; the client's is used once our own Finished is out.
  (h.transcript as Transcript).digest(secrets, digest);
  schedule.setMainSecret();
  schedule.deriveApplicationSecrets(secrets, digest, keys, READ_SECRET);
  h.logSecret("CLIENT_TRAFFIC_SECRET_0", secrets, schedule.spare, length);
  h.logSecret("SERVER_TRAFFIC_SECRET_0", keys, READ_SECRET, length);
  h.keepExported();
  if (!h.retried) sendCompatibilityChangeCipherSpec(records);
  return S.READ_KEYS;
}

/** The server writes with its application traffic secret from here on. */
export function useServerSecret(h: H): number {
  const { records, negotiated, keys } = h;
  const { aead } = negotiated.suite as CipherSuite;
  useTrafficSecret(h.schedule as KeySchedule13, records.readProtection as Protection13, aead.keyLength, keys, true);
  return h.proof === null ? S.SEND_FINISHED : S.SEND_CERT;
}

export function finishClient(h: H): number {
  if (!sendFinished(h)) return S.SEND_FINISHED;
  if (h.session !== null) {
    const schedule = h.schedule as KeySchedule13;
    const { secrets, digest, length } = schedule;
    (h.transcript as Transcript).digest(secrets, digest);
    schedule.deriveResumptionSecret(secrets, digest, h.session.createSecret(length));
  }
  return S.WRITE_KEYS;
}

export function useClientSecret(h: H): number {
  const { records, negotiated, keys } = h;
  const schedule = h.schedule as KeySchedule13;
  const { aead } = negotiated.suite as CipherSuite;
  takeSpareSecret(schedule, keys, WRITE_SECRET);
  useTrafficSecret(schedule, records.writeProtection as Protection13, aead.keyLength, keys, false);
  return S.CONNECTED;
}
