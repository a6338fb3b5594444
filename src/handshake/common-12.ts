import { handshake_failure, illegal_parameter, TLSAlert } from "../alert.js";
import { change_cipher_spec } from "../constants.js";
import type { Random } from "../crypto/provider.js";
import type { CipherSuite12, MacFirst } from "../record/cipher-suite-12.js";
import type { RecordLayer } from "../record/record-layer.js";
import type { Prf12 } from "../schedule/prf-12.js";
import type { ClientExchange12 } from "./exchange-12.js";
import type { Handshake12 } from "./handshake-12.js";
import type { Negotiated } from "./handshake-13.js";
import { MASTER_SECRET } from "./keys.js";
import type { Transcript } from "./transcript.js";

/** What both sides do with the pre-master secret. */

/** Master secret (RFC 5246 §8.1, RFC 7627 §4) of the transcript up to ClientKeyExchange; the exchange is then gone. */
export function makeMasterSecret<F>(h: Handshake12<F>, exchange: Pick<ClientExchange12, "preMasterSecret" | "wipe">): void {
  const prf = h.prf as Prf12;
  const preMaster = exchange.preMasterSecret();
  if (h.extended) (h.transcript as Transcript).digest(prf.secrets, prf.digest);
  prf.masterSecret(preMaster, 0, preMaster.length, h.extended, h.keys, MASTER_SECRET);
  preMaster.fill(0);
  exchange.wipe();
  h.logMasterSecret();
}

/** Both directions get their keys of the key block (RFC 5246 §6.3); each is used behind its change_cipher_spec. */
export function makeKeys<F>(h: Handshake12<F>, asClient: boolean, random: Random): void {
  const { keys, macFirst } = h;
  const { cipher } = h.suite;
  const { macKeyLength: mac, keyLength: key, ivLength: iv } = cipher;
  const block = new Uint8Array(2 * (mac + key + iv));
  (h.prf as Prf12).keyBlock(keys, MASTER_SECRET, block);
  const read = cipher.create(true, null, { keys, random }, macFirst);
  const write = cipher.create(false, read, { keys, random }, macFirst);
  const ofClient = asClient ? write : read;
  const ofServer = asClient ? read : write;
  ofClient.setKeys(!asClient, block, 0, 2 * mac, 2 * (mac + key));
  ofServer.setKeys(asClient, block, mac, 2 * mac + key, 2 * (mac + key) + iv);
  block.fill(0);
  h.read = read;
  h.write = write;
}

/** The order of MAC and encryption: null for what is sound. agreed: both sides sent encrypt_then_mac. allowed: insecureMacThenEncrypt of the config. */
export function chooseOrder(suite: CipherSuite12, agreed: boolean, allowed: MacFirst | null): MacFirst | null {
  if (!suite.cipher.takesEncryptThenMac) {
    if (agreed) throw new TLSAlert(illegal_parameter, `encrypt_then_mac does not belong to ${suite.name} (RFC 7366 §3)`);
    return null;
  }
  if (agreed) return null;
  if (allowed === null)
    throw new TLSAlert(handshake_failure, `${suite.name} without encrypt_then_mac: only insecureMacThenEncrypt of the config allows that`);
  return allowed;
}

export function findSuite12(suites: readonly CipherSuite12[], id: number): CipherSuite12 | null {
  for (let i = 0; i < suites.length; i++) if (suites[i].id === id) return suites[i];
  return null;
}

/** By a fatal alert, ours or the peer's. A connection that was merely lost says nothing of its session. */
export function endedByAlert({ failure }: Negotiated): boolean {
  return failure !== null && failure.description > 0;
}

/** Sends change_cipher_spec; what follows is protected. False: there is no room. It runs in one with Finished where it can. */
export function changeWriteKeys<F>(h: Handshake12<F>): boolean {
  if (!h.hasRoom(1)) return false;
  const { records } = h;
  records.putRecord(change_cipher_spec, 1, 1, 0);
  records.writeProtection = h.write;
  h.write = null;
  return true;
}

/** What we send is held to the peer's record_size_limit or to the max_fragment_length agreed on: both count content in TLS 1.2 (RFC 8449 §4). */
export function limitRecords12(records: RecordLayer, sizeLimit: number, fragmentLength: number): void {
  if (sizeLimit > 0) records.maxFragment = Math.min(sizeLimit, records.maxFragment);
  else if (fragmentLength > 0) records.maxFragment = fragmentLength;
}
