import { certificate_verify, handshake } from "../constants.js";
import { DONE, PENDING, type Random } from "../crypto/provider.js";
import type { Identity, Signer } from "../identity.js";
import { CertificateWriter } from "../messages/certificate.js";
import { signedContent } from "../messages/certificate-verify.js";
import type { RecordLayer } from "../record/record-layer.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import { putHeader } from "./handshake.js";
import * as S from "./states-13.js";
import type { Transcript } from "./transcript.js";

/** What goes through a proof: a handshake, or an answer after it. */
export interface Proving {
  readonly records: RecordLayer;
  readonly keys: Uint8Array;
  readonly schedule: KeySchedule13 | null;
  readonly transcript: Transcript | null;
  /** What is signed before the transcript hash. */
  readonly ownContext: Uint8Array;
  proof: Proof13 | null;
  /** The step under way can't go on before bytes were sent or an outside operation is ready. */
  blocked: boolean;
  hasRoom(length: number): boolean;
}

/** How one side proves itself: Certificate, CertificateVerify (RFC 9846 §4.5), sent piece by piece as the send region has room. */
export class Proof13 implements Outgoing {
  readonly identity: Identity | null;
  readonly scheme: number;
  readonly certificates: CertificateWriter;
  signer: Signer | null;
  /** CertificateRequest or CertificateVerify, and how much of it was sent. */
  message: Uint8Array | null;
  sent: number;

  /**
   * identity: null for a client that was asked and has none; its Certificate message is empty and no signature follows. certificates: writes the message,
   * where it is not only the identity's.
   */
  constructor(identity: Identity | null, scheme: number, certificates: CertificateWriter | null = null) {
    this.identity = identity;
    this.scheme = scheme;
    this.certificates = certificates ?? new CertificateWriter(identity === null ? NONE : identity.certificates);
    this.signer = null;
    this.message = null;
    this.sent = 0;
  }

  /** A message has gone out in part. */
  get halfSent(): boolean {
    return this.sent > 0 || this.certificates.begun;
  }
}

const NONE: readonly Uint8Array[] = [];

/** The least room for which a piece of a message is worth a record of its own. */
export const WORTHWHILE = 64;

export function sendCertificate(h: Proving): number {
  const { records } = h;
  const { io } = records;
  const proof = h.proof as Proof13;
  do {
    if (!h.hasRoom(Math.min(WORTHWHILE, records.sendCapacity))) return S.SEND_CERT;
    const start = records.beginRecord(1);
    const end = proof.certificates.fill(io, start, start + records.room);
    (h.transcript as Transcript).update(io, start, end - start);
    records.endRecord(handshake, end - start);
  } while (!proof.certificates.done);
  return proof.identity === null ? S.SEND_FINISHED : S.SIGN;
}

/** Begins, then goes on with, our signature over the transcript up to Certificate. */
export function sign(h: Proving, budget: number, random: Random): number {
  const proof = h.proof as Proof13;
  if (proof.signer === null) {
    const { key } = proof.identity as Identity;
    const { secrets, digest, length } = h.schedule as KeySchedule13;
    (h.transcript as Transcript).digest(secrets, digest);
    const content = signedContent(h.ownContext, secrets, digest, length);
    proof.signer = key.createSigner();
    proof.signer.begin(proof.scheme, content, 0, content.length, random);
  }
  const { signer } = proof;
  const result = signer.step(budget);
  if (result !== DONE) {
    h.blocked = result !== PENDING;
    return S.SIGN;
  }
  const message = new Uint8Array(8 + (proof.identity as Identity).key.maxSignature);
  const length = signer.writeSignature(message, 8);
  proof.signer = null;
  putHeader(message, 0, (certificate_verify << 24) | (4 + length));
  putHeader(message, 4, (proof.scheme << 16) | length);
  (h.transcript as Transcript).update(message, 0, 8 + length);
  proof.message = message.slice(0, 8 + length);
  return S.SEND_CV;
}

export function sendCertificateVerify(h: Proving): number {
  if (!sendMessage(h, h.proof as Proof13)) return S.SEND_CV;
  h.proof = null;
  return S.SEND_FINISHED;
}

/** A message that goes out piece by piece, and how much of it was sent. */
export interface Outgoing {
  message: Uint8Array | null;
  sent: number;
}

/** Sends `message` in as many records as it needs; false: there is no room for the next. */
export function sendMessage(h: Pick<Proving, "records" | "hasRoom">, proof: Outgoing): boolean {
  const { records } = h;
  const { io } = records;
  const message = proof.message as Uint8Array;
  do {
    const left = message.length - proof.sent;
    if (!h.hasRoom(Math.min(left, WORTHWHILE, records.sendCapacity))) return false;
    const start = records.beginRecord(1);
    const length = Math.min(left, records.room);
    for (let i = 0; i < length; i++) io[start + i] = message[proof.sent + i];
    records.endRecord(handshake, length);
    proof.sent += length;
  } while (proof.sent < message.length);
  proof.message = null;
  proof.sent = 0;
  return true;
}
