import { Writer } from "../bytes/writer.js";
import { client_key_exchange, handshake } from "../constants.js";
import { DONE } from "../crypto/provider.js";
import { BY_PSK } from "../record/cipher-suite-12.js";
import { CLIENT_FINISHED, SERVER_FINISHED } from "../schedule/prf-12.js";
import type { ClientHandshake12 } from "./client-12.js";
import { changeWriteKeys, makeKeys, makeMasterSecret } from "./common-12.js";
import type { ClientExchange12 } from "./exchange-12.js";
import { PROVED_CERTIFICATE, PROVED_PSK } from "./handshake-13.js";
import { checkFinished } from "./peer-auth-12.js";
import { sendCertificate, sendFinished, sendWaiting, signAll } from "./proof-12.js";
import * as S from "./states-12.js";

type H = ClientHandshake12;

export function sendClientCertificate(h: H): number {
  return sendCertificate(h) ? S.EXCHANGE : S.SEND_CERT;
}

export function exchangeAsClient(h: H, budget: number): number {
  return (h.exchange as ClientExchange12).step(budget) === DONE ? S.SEND_CKE : S.EXCHANGE;
}

export function sendClientKeyExchange(h: H): number {
  const exchange = h.exchange as ClientExchange12;
  const length = 4 + exchange.messageLength;
  if (!h.hasRoom(length)) return S.SEND_CKE;
  const { records } = h;
  const { io } = records;
  const start = records.beginRecord(length);
  const w = new Writer(io);
  w.over(io, start, start + length);
  w.u8(client_key_exchange);
  const message = w.open24();
  exchange.writeMessage(w);
  w.close24(message);
  h.passed(io, start, length);
  records.endRecord(handshake, length);
  return S.DERIVE;
}

export function deriveAsClient(h: H): number {
  makeMasterSecret(h, h.exchange as ClientExchange12);
  h.exchange = null;
  return h.proof !== null && h.proof.identity !== null ? S.SIGN : S.PROTECT;
}

export function signAsClient(h: H, budget: number): number {
  return signAll(h, budget, h.config.random) ? S.SEND_CV : S.SIGN;
}

export function sendClientVerify(h: H): number {
  return sendWaiting(h) ? S.PROTECT : S.SEND_CV;
}

/** A step of its own: the key exchange and our signature are gone before the protection's memory is made. */
export function protectAsClient(h: H): number {
  h.proof = null;
  makeKeys(h, true, h.config.random);
  return h.resuming?.resumed ? waitForServer(h) : S.SEND_CCS;
}

/** RFC 5077 §3.3: a ticket that was promised comes first. */
function waitForServer({ resuming }: H): number {
  return resuming?.promised ? S.WAIT_TICKET : S.WAIT_CCS;
}

export function sendChangeCipherSpec(h: H): number {
  return changeWriteKeys(h) ? S.SEND_FINISHED : S.SEND_CCS;
}

export function finishClient(h: H): number {
  if (!sendFinished(h, CLIENT_FINISHED)) return S.SEND_FINISHED;
  return h.resuming?.resumed ? connected(h) : waitForServer(h);
}

export function onFinished(h: H, bytes: Uint8Array, start: number, end: number): number {
  checkFinished(h, SERVER_FINISHED, bytes, start, end);
  // With RSA key exchange and with pre-shared keys this is the server's proof.
  h.negotiated.proved |= h.suite.by === BY_PSK ? PROVED_PSK : PROVED_CERTIFICATE;
  return h.resuming?.resumed ? S.SEND_CCS : connected(h);
}

function connected(h: H): number {
  h.keepExported();
  h.resuming?.connected(h);
  return S.CONNECTED;
}
