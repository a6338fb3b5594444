import { Reader } from "../bytes/reader.js";
import { Writer } from "../bytes/writer.js";
import { server_key_exchange } from "../constants.js";
import { DONE, OUTSIDE } from "../crypto/provider.js";
import type { Identity } from "../identity.js";
import { BY_PSK } from "../record/cipher-suite-12.js";
import { CLIENT_FINISHED, type Prf12, SERVER_FINISHED } from "../schedule/prf-12.js";
import { changeWriteKeys, makeKeys, makeMasterSecret } from "./common-12.js";
import type { ServerExchange12 } from "./exchange-12.js";
import { putHeader } from "./handshake.js";
import { PROVED_PSK } from "./handshake-13.js";
import { checkFinished } from "./peer-auth-12.js";
import { Proof12, sendFinished, sendWaiting, signedMessage, signOn } from "./proof-12.js";
import type { ServerResuming12 } from "./resumption-12.js";
import type { ServerHandshake12 } from "./server-12.js";
import { asksForCertificate } from "./server-12-auth.js";
import * as S from "./states-12.js";

type H = ServerHandshake12;

export function prepareExchange(h: H, budget: number): number {
  const exchange = h.exchange as ServerExchange12;
  if (exchange.prepare(budget) !== DONE) return S.PREPARE;
  if (exchange.paramsLength === 0) return afterServerKeyExchange(h);
  return h.suite.by === BY_PSK ? unsigned(h, exchange) : S.SIGN;
}

function params(exchange: ServerExchange12): Uint8Array {
  const bytes = new Uint8Array(exchange.paramsLength);
  const w = new Writer(bytes);
  w.over(bytes, 0, bytes.length);
  exchange.writeParams(w);
  return bytes;
}

/** A pre-shared key vouches for the parameters (RFC 5489 §2). */
function unsigned(h: H, exchange: ServerExchange12): number {
  const before = params(exchange);
  const message = new Uint8Array(4 + before.length);
  putHeader(message, 0, (server_key_exchange << 24) | before.length);
  message.set(before, 4);
  h.proof = new Proof12(null, 0, null);
  h.proof.message = message;
  h.passed(message, 0, message.length);
  return S.SEND_SKE;
}

/** RFC 8422 §5.4: signed are both randoms and the parameters. */
export function signAsServer(h: H, budget: number): number {
  const proof = h.proof as Proof12;
  const exchange = h.exchange as ServerExchange12;
  if (proof.signer === null) {
    const { secrets } = h.prf as Prf12;
    const before = params(exchange);
    const content = new Uint8Array(64 + before.length);
    for (let i = 0; i < 64; i++) content[i] = secrets[i];
    content.set(before, 64);
    proof.signer = (proof.identity as Identity).key.createSigner();
    proof.signer.begin(proof.scheme, content, 0, content.length, h.config.random);
  }
  if (!signOn(h, budget)) return S.SIGN;
  proof.message = signedMessage(proof, server_key_exchange, params(exchange));
  h.passed(proof.message, 0, proof.message.length);
  return S.SEND_SKE;
}

export function sendServerKeyExchange(h: H): number {
  return sendWaiting(h) ? afterServerKeyExchange(h) : S.SEND_SKE;
}

function afterServerKeyExchange(h: H): number {
  return asksForCertificate(h) ? S.SEND_CR : S.SEND_SHD;
}

export function onClientKeyExchange(h: H, bytes: Uint8Array, start: number, end: number): number {
  const r = new Reader(bytes);
  r.over(bytes, start + 4, end, "ClientKeyExchange");
  (h.exchange as ServerExchange12).readMessage(r);
  r.finish();
  h.passed(bytes, start, end - start);
  return S.EXCHANGE;
}

export function exchangeAsServer(h: H, budget: number): number {
  const result = (h.exchange as ServerExchange12).step(budget);
  h.blocked = result === OUTSIDE;
  return result === DONE ? S.DERIVE : S.EXCHANGE;
}

export function deriveAsServer(h: H): number {
  makeMasterSecret(h, h.exchange as ServerExchange12);
  h.exchange = null;
  return S.PROTECT;
}

/** A step of its own: the key exchange is gone before the protection's memory is made. */
export function protectAsServer(h: H): number {
  makeKeys(h, false, h.config.random);
  if (h.resuming?.resumed) return beforeChange(h);
  return h.peerKey === null ? S.WAIT_CCS : S.WAIT_CV;
}

export function onClientFinished(h: H, bytes: Uint8Array, start: number, end: number): number {
  checkFinished(h, CLIENT_FINISHED, bytes, start, end);
  if (h.suite.by === BY_PSK) h.negotiated.proved |= PROVED_PSK;
  return h.resuming?.resumed ? connected(h) : beforeChange(h);
}

/** RFC 5077 §3.3: a ticket that was promised comes first. */
function beforeChange({ resuming }: H): number {
  return resuming?.promised ? S.SEND_TICKET : S.SEND_CCS;
}

export function sendTicket(h: H): number {
  if (h.proof === null) {
    h.proof = new Proof12(null, 0, null);
    const message = (h.resuming as ServerResuming12).makeTicket(h);
    h.proof.message = message;
    h.passed(message, 0, message.length);
  }
  if (!sendWaiting(h)) return S.SEND_TICKET;
  h.proof = null;
  return S.SEND_CCS;
}

export function sendChangeCipherSpec(h: H): number {
  return changeWriteKeys(h) ? S.SEND_FINISHED : S.SEND_CCS;
}

export function finishServer(h: H): number {
  if (!sendFinished(h, SERVER_FINISHED)) return S.SEND_FINISHED;
  return h.resuming?.resumed ? S.WAIT_CCS : connected(h);
}

function connected(h: H): number {
  h.keepExported();
  h.resuming?.connected(h);
  return S.CONNECTED;
}
