import { decrypt_error, illegal_parameter, TLSAlert } from "../alert.js";
import { equalBytes } from "../bytes/equal.js";
import { Reader } from "../bytes/reader.js";
import { certificate, finished, handshake } from "../constants.js";
import { type CipherSuite, DONE, type SignatureAlgorithm, type Verifier } from "../crypto/provider.js";
import { CLIENT_EXTENSIONS } from "../extensions/client-13.js";
import { IN_ENCRYPTED_EXTENSIONS, receiveExtensions } from "../extensions/extension.js";
import { CertificateReader } from "../messages/certificate.js";
import { CertificateRequestReader } from "../messages/certificate-request.js";
import { readScheme, SERVER_CONTEXT } from "../messages/certificate-verify.js";
import type { Protection13 } from "../record/protection-13.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import { ChainVerifier } from "../x509/chain.js";
import type { ClientHandshake13 } from "./client-13.js";
import { beginVerify, sendCompatibilityChangeCipherSpec, useTrafficSecret } from "./common-13.js";
import { putHeader } from "./handshake.js";
import * as S from "./states-13.js";
import type { Transcript } from "./transcript.js";

type H = ClientHandshake13;

export function onEncryptedExtensions(h: H, bytes: Uint8Array, start: number, end: number): number {
  const r = new Reader(bytes);
  r.over(bytes, start + 4, end, "EncryptedExtensions");
  receiveExtensions(CLIENT_EXTENSIONS, h.offered, h, r, IN_ENCRYPTED_EXTENSIONS, "EncryptedExtensions");
  r.finish();
  h.negotiated.alpnIndex = h.alpnIndex;
  (h.transcript as Transcript).update(bytes, start, end - start);
  return S.WAIT_CERT_CR;
}

export function readCertificateRequest(): CertificateRequestReader {
  return new CertificateRequestReader();
}

export function onCertificateRequest(h: H): number {
  h.certificateRequested = true;
  return S.WAIT_CERT;
}

export function readCertificate(h: H): CertificateReader {
  const { config } = h;
  h.chain = new ChainVerifier({
    trust: config.trust,
    clock: config.clock,
    signatures: config.provider.signatures,
    sha256: config.provider.sha256,
    serverName: h.name,
    purpose: "server",
  });
  return new CertificateReader(h.chain, CLIENT_EXTENSIONS);
}

export function checkCertificate(h: H, budget: number): number {
  return h.stepReader(budget) ? S.WAIT_CERT : S.CHECK_CERT;
}

export function onCertificate(): number {
  return S.WAIT_CV;
}

export function onCertificateVerify(h: H, bytes: Uint8Array, start: number, end: number): number {
  const { schedule, transcript, chain } = h as { schedule: KeySchedule13; transcript: Transcript; chain: ChainVerifier };
  const r = new Reader(bytes);
  r.over(bytes, start + 4, end, "CertificateVerify");
  const scheme = readScheme(r);
  const at = r.offset;
  const length = r.left;
  if (r.end !== end) r.leave(end);
  const algorithm = findSignature(h.config.provider.signatures, scheme);
  if (algorithm === null || !algorithm.signsHandshake)
    throw new TLSAlert(illegal_parameter, `CertificateVerify: signature scheme 0x${scheme.toString(16)} was not offered`);
  // §4.5.2: the scheme must fit the key of the server's certificate.
  if (algorithm.keyType !== chain.keyType)
    throw new TLSAlert(illegal_parameter, `CertificateVerify: ${algorithm.name} does not fit the key of the server's certificate`);
  transcript.digest(schedule.secrets, schedule.digest);
  const verifier = beginVerify(algorithm, schedule, SERVER_CONTEXT, chain, bytes, at, length);
  transcript.update(bytes, start, end - start);
  h.verifier = verifier;
  h.chain = null;
  return S.CHECK_CV;
}

export function checkCertificateVerify(h: H, budget: number): number {
  const verifier = h.verifier as Verifier;
  if (verifier.step(budget) !== DONE) return S.CHECK_CV;
  if (!verifier.valid())
    throw new TLSAlert(
      decrypt_error,
      "CertificateVerify: the signature does not fit; the server does not prove that it holds its certificate's key",
    );
  h.verifier = null;
  return S.WAIT_FINISHED;
}

export function onFinished(h: H, bytes: Uint8Array, start: number, end: number): number {
  const { schedule, transcript, keys, records } = h as { schedule: KeySchedule13; transcript: Transcript } & H;
  const { secrets, digest, temp, length, hmac } = schedule;
  const suite = h.negotiated.suite as CipherSuite;
  const r = new Reader(bytes);
  r.over(bytes, start + 4, end, "Finished");
  const verifyData = r.skip(length);
  r.finish();
  transcript.digest(secrets, digest);
  schedule.finished(keys.bytes, keys.readSecret, secrets, digest);
  if (!equalBytes(bytes, verifyData, secrets, digest, length))
    throw new TLSAlert(decrypt_error, "Finished: the server's verify_data does not fit the handshake");
  transcript.update(bytes, start, end - start);

  // §7.1: application traffic secrets cover the transcript up to here; the client's is used once our own Finished is out.
  transcript.digest(secrets, digest);
  schedule.setMainSecret();
  const read = records.reader.protection as Protection13;
  schedule.deriveApplicationSecrets(secrets, digest, keys.bytes, keys.readSecret);
  h.logSecret("CLIENT_TRAFFIC_SECRET_0", secrets, schedule.spare, length);
  h.logSecret("SERVER_TRAFFIC_SECRET_0", keys.bytes, keys.readSecret, length);
  useTrafficSecret(schedule, read, suite, keys.bytes, keys.readSecret);

  sendCompatibilityChangeCipherSpec(records);
  if (h.certificateRequested) sendEmptyCertificate(h);
  sendFinished(h);

  const write = records.writer.protection as Protection13;
  for (let i = 0; i < length; i++) keys.bytes[keys.writeSecret + i] = secrets[schedule.spare + i];
  useTrafficSecret(schedule, write, suite, keys.bytes, keys.writeSecret);
  hmac.wipe();
  secrets.fill(0, temp, temp + length);
  return S.CONNECTED;
}

/** §4.5.1: a client that is asked for a certificate and has none sends an empty list. */
function sendEmptyCertificate(h: H): void {
  const { writer, io } = h.records;
  const start = writer.begin(8);
  putHeader(io, start, (certificate << 24) | 4);
  io.fill(0, start + 4, start + 8);
  (h.transcript as Transcript).update(io, start, 8);
  writer.end(handshake, 8);
}

function sendFinished(h: H): void {
  const { writer, io } = h.records;
  const { keys } = h;
  const schedule = h.schedule as KeySchedule13;
  const { secrets, digest, length } = schedule;
  const start = writer.begin(4 + length);
  (h.transcript as Transcript).digest(secrets, digest);
  putHeader(io, start, (finished << 24) | length);
  schedule.finished(keys.bytes, keys.writeSecret, io, start + 4);
  writer.end(handshake, 4 + length);
}

function findSignature(signatures: readonly SignatureAlgorithm[], scheme: number): SignatureAlgorithm | null {
  for (let i = 0; i < signatures.length; i++) if (signatures[i].scheme === scheme) return signatures[i];
  return null;
}
