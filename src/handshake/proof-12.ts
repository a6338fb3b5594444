import { certificate_verify, finished, handshake } from "../constants.js";
import { DONE, PENDING, type SignedContent } from "../crypto/provider.js";
import type { Identity, Signer } from "../identity.js";
import { CertificateWriter, type MessageWriter } from "../messages/certificate.js";
import { type Prf12, VERIFY_DATA_LENGTH } from "../schedule/prf-12.js";
import { putHeader } from "./handshake.js";
import { type Handshake12, NO_SINKS } from "./handshake-12.js";
import { MASTER_SECRET } from "./keys.js";
import { type Outgoing, sendMessage, WORTHWHILE } from "./proof-13.js";
import type { Transcript } from "./transcript.js";

/** How one side proves itself: Certificate, and a signature. What is under way to be sent stands here too. */
export class Proof12 implements Outgoing {
  readonly identity: Identity | null;
  readonly scheme: number;
  /** Certificate, then a CertificateStatus where one follows it. */
  certificates: MessageWriter;
  /** What a client's signature is over: all messages so far. */
  readonly content: SignedContent | null;
  signer: Signer | null;
  message: Uint8Array | null;
  sent: number;

  /** identity: null for a client that was asked and has none; its Certificate message is empty and no signature follows. */
  constructor(identity: Identity | null, scheme: number, content: SignedContent | null) {
    this.identity = identity;
    this.scheme = scheme;
    this.certificates = new CertificateWriter(identity === null ? NONE : identity.certificates, null);
    this.content = content;
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

/** Sends as much of Certificate (RFC 5246 §7.4.2) as there is room for; true: all of it is out. */
export function sendCertificate<F>(h: Handshake12<F>): boolean {
  const { records } = h;
  const { io } = records;
  const { certificates } = h.proof as Proof12;
  do {
    if (!h.hasRoom(Math.min(WORTHWHILE, records.sendCapacity))) return false;
    const start = records.beginRecord(1);
    const end = certificates.fill(io, start, start + records.room);
    h.passed(io, start, end - start);
    records.endRecord(handshake, end - start);
  } while (!certificates.done);
  return true;
}

/** Goes on with a signature that has begun; true: it is done. */
export function signOn<F>(h: Handshake12<F>, budget: number): boolean {
  const signer = (h.proof as Proof12).signer as Signer;
  const result = signer.step(budget);
  h.blocked = result !== DONE && result !== PENDING;
  return result === DONE;
}

/** Writes digitally-signed (RFC 5246 §4.7) behind `at` bytes of a new message, whose header is written too; returns the message. */
export function signedMessage(proof: Proof12, type: number, before: Uint8Array): Uint8Array {
  const at = 4 + before.length;
  const bytes = new Uint8Array(at + 4 + (proof.identity as Identity).key.maxSignature);
  for (let i = 0; i < before.length; i++) bytes[4 + i] = before[i];
  const length = (proof.signer as Signer).writeSignature(bytes, at + 4);
  putHeader(bytes, at, (proof.scheme << 16) | length);
  putHeader(bytes, 0, (type << 24) | (at + length));
  proof.signer = null;
  return bytes.slice(0, at + 4 + length);
}

/** CertificateVerify (RFC 5246 §7.4.8): the client's signature over all messages before it. */
export function signAll<F>(h: Handshake12<F>, budget: number, random: Parameters<Signer["begin"]>[4]): boolean {
  const proof = h.proof as Proof12;
  if (proof.signer === null) {
    const signer = (proof.identity as Identity).key.createSigner();
    proof.signer = signer;
    signer.beginContent?.(proof.scheme, proof.content as SignedContent, random);
    h.sinks = NO_SINKS;
  }
  if (!signOn(h, budget)) return false;
  proof.message = signedMessage(proof, certificate_verify, EMPTY);
  h.passed(proof.message, 0, proof.message.length);
  return true;
}

const EMPTY = new Uint8Array(0);

/** Writes our Finished (RFC 5246 §7.4.9); false where there is no room for it now. */
export function sendFinished<F>(h: Handshake12<F>, label: Uint8Array): boolean {
  const prf = h.prf as Prf12;
  const length = 4 + VERIFY_DATA_LENGTH;
  if (!h.hasRoom(length)) return false;
  const { records } = h;
  const { io } = records;
  const start = records.beginRecord(length);
  (h.transcript as Transcript).digest(prf.secrets, prf.digest);
  putHeader(io, start, (finished << 24) | VERIFY_DATA_LENGTH);
  prf.verifyData(h.keys, MASTER_SECRET, label, io, start + 4);
  h.passed(io, start, length);
  records.endRecord(handshake, length);
  return true;
}

/** What waits in `proof` goes out; true: all of it. */
export function sendWaiting<F>(h: Handshake12<F>): boolean {
  return sendMessage(h, h.proof as Proof12);
}
