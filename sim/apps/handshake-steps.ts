// Drives a connection record by record, and marks what each handshake message cost. Lies in flash, as the stack itself.
import measure from "sim:measure";
import { type Connection, OPEN } from "../../src/connection.js";
import type { CipherSuite } from "../../src/crypto/provider.js";
import { SEND_CERT, SEND_CV, SEND_EE, SEND_FINISHED, SEND_SH } from "../../src/handshake/states-13.js";
import { BETWEEN } from "./between.js";

const HANDSHAKE = 22;
const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;

interface WithFlow {
  readonly flow: { readonly stateName: string; readonly state: number; readonly chain: object | null } | null;
}

/** A Certificate message is being read. */
function readsChain(connection: Connection): boolean {
  const { flow } = connection as unknown as WithFlow;
  return flow !== null && !!flow.chain;
}

function stateOf(connection: Connection): string {
  return (connection as unknown as WithFlow).flow?.stateName ?? "";
}

/** The message that a record of the peer holds, told from the state before and behind it. */
function nameOf(connection: Connection, type: number, length: number, before: string): string {
  const after = stateOf(connection);
  if (type === CHANGE_CIPHER_SPEC) return "change_cipher_spec";
  if (type === ALERT) return "alert";
  if (type === HANDSHAKE) return clearName(before);
  switch (before) {
    case "WAIT_EE":
      return after === before || after === "WAIT_CERT_CR" || after === "WAIT_FINISHED" ? "EncryptedExtensions" : "EncryptedExtensions …";
    case "WAIT_CERT_CR":
      return after === "WAIT_CERT" && !readsChain(connection) ? "CertificateRequest" : "Certificate";
    case "WAIT_CERT":
      return "Certificate";
    case "WAIT_CV":
      return "CertificateVerify";
    case "WAIT_FINISHED":
      return "Finished";
    default:
      return postHandshakeName(connection, length);
  }
}

/** A record of TLS 1.2, or one in clear. */
function clearName(before: string): string {
  switch (before) {
    case "START":
      return "ClientHello";
    case "WAIT_CERT":
      return "Certificate";
    case "WAIT_SKE":
      return "ServerKeyExchange";
    case "WAIT_CR":
    case "WAIT_SHD":
      return "ServerHelloDone";
    case "WAIT_CKE":
      return "ClientKeyExchange";
    case "WAIT_FINISHED":
      return "Finished";
    default:
      return "ServerHello";
  }
}

/** Header and content type around a protected message, without the tag. */
const AROUND = 6;
const ALERT_LENGTH = 2;
const KEY_UPDATE_LENGTH = 5;

/** By the record's length: the message is gone when it has been taken. */
export function postHandshakeName(connection: Connection, length: number): string {
  const content = length - AROUND - tagLengthOf(connection);
  return content === ALERT_LENGTH ? "alert" : content === KEY_UPDATE_LENGTH ? "KeyUpdate" : "NewSessionTicket";
}

/** Tells the tool that reads our output what passed on the wire; ">+" is what went out within the step before. */
function tell(direction: string, name: string, bytes: number): void {
  trace("@", direction, " ", bytes, " ", name, "\n");
}

/** What waits until there is room to send it. */
function blockedName(connection: Connection): string {
  switch ((connection as unknown as WithFlow).flow?.state) {
    case SEND_SH:
      return "our ServerHello";
    case SEND_EE:
      return "our EncryptedExtensions";
    case SEND_CERT:
      return "our Certificate";
    case SEND_CV:
      return "our CertificateVerify";
    case SEND_FINISHED:
      return "our Finished";
    default:
      return "";
  }
}

/** After construction: what the client sends first. */
export function markHello(connection: Connection): void {
  measure.mark("ClientHello");
  tell(">", "ClientHello", connection.txPending());
}

/** A whole record of the server stands at io[rxOffset …): takes it, marks it. What the client answers is for the caller to send. */
export function takeRecord(connection: Connection, type: number, length: number): void {
  const before = stateOf(connection);
  const waiting = connection.txPending();
  measure.mark(BETWEEN);
  connection.received(length);
  endRecord(connection, type, length, before, waiting);
}

function endRecord(connection: Connection, type: number, length: number, before: string, waiting: number): void {
  const name = nameOf(connection, type, length, before);
  measure.mark(name);
  tell("<", name, length);
  const answer = connection.txPending() - waiting;
  if (answer > 0) tell(">+", name === "ClientHello" ? "ServerHello …" : connection.state === OPEN ? "Finished" : "Certificate …", answer);
}

/** All that waits is sent, and so is what then finds room. */
export function flush(connection: Connection): void {
  for (let pending = connection.txPending(); pending > 0; pending = connection.txPending()) {
    const name = blockedName(connection);
    measure.mark(BETWEEN);
    connection.sent(pending);
    if (name === "") return;
    measure.mark(name);
    tell(">", name, connection.txPending());
  }
}

/** Puts a whole record into the connection's memory and takes it. */
export function putRecord(connection: Connection, record: Uint8Array): void {
  if (record.length > connection.rxSpace()) {
    putInPieces(connection, record);
    return;
  }
  connection.io.set(record, connection.rxOffset);
  takeRecord(connection, record[0] as number, record.length);
}

/** A record that is longer than the receive buffer: as the network would bring it, as much as there is room for. */
function putInPieces(connection: Connection, record: Uint8Array): void {
  const before = stateOf(connection);
  const waiting = connection.txPending();
  measure.mark(BETWEEN);
  for (let at = 0; at < record.length; ) {
    const count = Math.min(record.length - at, connection.rxSpace());
    if (count === 0) throw new RangeError(`a record of ${record.length} bytes: no room behind ${at}`);
    for (let i = 0, to = connection.rxOffset; i < count; i++) connection.io[to + i] = record[at + i] as number;
    connection.received(count);
    at += count;
  }
  endRecord(connection, record[0] as number, record.length, before, waiting);
}

/** TLS 1.3 alone is traced. */
function tagLengthOf({ suite }: Connection): number {
  return suite === null || !("aead" in suite) ? 0 : (suite as CipherSuite).aead.tagLength;
}
