import { illegal_parameter, TLSAlert } from "../alert.js";
import { Reader } from "../bytes/reader.js";
import type { CipherSuite } from "../crypto/provider.js";
import { IN_ENCRYPTED_EXTENSIONS, receiveExtensions } from "../extensions/extension.js";
import type { Identity } from "../identity.js";
import { CertificateReader } from "../messages/certificate.js";
import { CertificateRequestReader } from "../messages/certificate-request.js";
import type { Protection13 } from "../record/protection-13.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import { ChainVerifier } from "../x509/chain.js";
import type { ServerName } from "../x509/name.js";
import type { TrustStore } from "../x509/trust.js";
import type { ClientHandshake13, ClientOffer } from "./client-13.js";
import { limitRecords, sendCompatibilityChangeCipherSpec, takeSpareSecret, useTrafficSecret } from "./common-13.js";
import { PROVED_CERTIFICATE, PROVED_PSK, RESUMED } from "./handshake-13.js";
import { READ_IV, READ_SECRET, WRITE_IV, WRITE_SECRET } from "./keys.js";
import { checkFinished } from "./peer-auth-13.js";
import { keepPeerKey } from "./peer-key.js";
import { Proof13, sendFinished, sign } from "./proof-13.js";
import * as S from "./states-13.js";
import type { Transcript } from "./transcript.js";

type H = ClientHandshake13;

const NO_IDENTITIES: readonly Identity[] = [];

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

export function readCertificateRequest(h: H): CertificateRequestReader {
  h.request = new CertificateRequestReader(h.config.identities ?? NO_IDENTITIES, h.config.provider.sha256);
  return h.request;
}

/** §4.4.2: the first of our identities that the server can accept; none is an answer too. */
export function onCertificateRequest(h: H): number {
  const request = h.request as CertificateRequestReader;
  h.proof = new Proof13(request.identity, request.scheme);
  h.request = null;
  return S.WAIT_CERT;
}

export function readCertificate(h: H): CertificateReader {
  const { config } = h;
  h.chain = new ChainVerifier({
    trust: config.trust as TrustStore,
    clock: config.clock,
    signatures: config.provider.signatures,
    sha256: config.provider.sha256,
    serverName: h.name as ServerName,
    purpose: "server",
    workHash: h.workHash,
    // allow: spread — once a handshake
    ...config.checks,
  });
  return new CertificateReader(h.chain, h.extensions, false, h.negotiated.certificateTap);
}

export function onCertificate(h: H): number {
  h.session?.certified((h.chain as ChainVerifier).notAfter);
  keepPeerKey(h);
  return S.WAIT_CV;
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
  useTrafficSecret(h.schedule as KeySchedule13, records.reader.protection as Protection13, aead.keyLength, keys, READ_SECRET, READ_IV);
  return h.proof === null ? S.SEND_FINISHED : S.SEND_CERT;
}

export function signAsClient(h: H, budget: number): number {
  return sign(h, budget, h.config.random);
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
  useTrafficSecret(schedule, records.writer.protection as Protection13, aead.keyLength, keys, WRITE_SECRET, WRITE_IV);
  return S.CONNECTED;
}
