import { change_cipher_spec } from "../constants.js";
import type { CipherSuite } from "../crypto/provider.js";
import { Protection13 } from "../record/protection-13.js";
import type { RecordLayer } from "../record/record-layer.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import type { Handshake13 } from "./handshake-13.js";
import { NONCE, READ_IV, READ_SECRET, WRITE_IV, WRITE_SECRET } from "./keys.js";

/** RFC 9846 Appendix E.4: one unprotected change_cipher_spec before the encrypted flight, for middleboxes. */
export function sendCompatibilityChangeCipherSpec(records: RecordLayer): void {
  const { writer } = records;
  const { protection } = writer;
  writer.protection = null;
  writer.put(change_cipher_spec, 1, 1, 0);
  writer.protection = protection;
}

/** Gives one direction the keys of the traffic secret at secret[offset] (§7.3). */
export function useTrafficSecret(
  schedule: KeySchedule13,
  protection: Protection13,
  suite: CipherSuite,
  secret: Uint8Array,
  offset: number,
): void {
  schedule.hmac.setKey(secret, offset, schedule.length);
  protection.setKeys(schedule.hmac, suite.aead.keyLength, schedule.secrets, schedule.temp);
}

/** Makes both directions' protection with the handshake traffic secrets, which stand at READ_SECRET and WRITE_SECRET. */
export function protectHandshake<F>(h: Handshake13<F>, schedule: KeySchedule13): void {
  const { keys, records } = h;
  const suite = h.negotiated.suite as CipherSuite;
  const read = new Protection13(suite, null, keys, READ_IV, NONCE);
  const write = new Protection13(suite, read.aead, keys, WRITE_IV, NONCE);
  useTrafficSecret(schedule, read, suite, keys, READ_SECRET);
  useTrafficSecret(schedule, write, suite, keys, WRITE_SECRET);
  records.reader.protection = read;
  records.writer.protection = write;
}

/** The application traffic secret that waited in `spare` becomes the secret at keys[offset], and its keys those of `protection`. */
export function useSpareSecret<F>(h: Handshake13<F>, schedule: KeySchedule13, protection: Protection13, offset: number): void {
  const { keys } = h;
  const { secrets, spare, length } = schedule;
  for (let i = 0; i < length; i++) keys[offset + i] = secrets[spare + i];
  useTrafficSecret(schedule, protection, h.negotiated.suite as CipherSuite, keys, offset);
}

/** The server suites that stand in `suites`, by code point. */
export function findSuite(suites: readonly CipherSuite[], id: number): CipherSuite | null {
  for (let i = 0; i < suites.length; i++) if (suites[i].id === id) return suites[i];
  return null;
}
