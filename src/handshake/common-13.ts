import { internal_error, TLSAlert } from "../alert.js";
import { change_cipher_spec } from "../constants.js";
import type { CipherSuite } from "../crypto/provider.js";
import { expandLabel, LABEL_IV, LABEL_KEY } from "../crypto/xs/hkdf.js";
import { NONCE_LENGTH, READ_IV, WRITE_IV } from "../record/nonce.js";
import { Protection13 } from "../record/protection-13.js";
import type { RecordLayer } from "../record/record-layer.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import type { Handshake13 } from "./handshake-13.js";
import { READ_SECRET, WRITE_SECRET } from "./keys.js";

/** True where `length` bytes of content fit into a record now; else the step is blocked until what stands before them was sent. */
export function waitForRoom(h: { readonly records: RecordLayer; blocked: boolean }, length: number): boolean {
  const { records } = h;
  if (records.room >= length) return true;
  if (records.pending === 0)
    throw new TLSAlert(
      internal_error,
      `sendBuffer is too small: a message of ${length} bytes, there is room for ${records.room}`,
      "internal",
    );
  h.blocked = true;
  return false;
}

/** RFC 9846 Appendix E.4: one unprotected change_cipher_spec before the encrypted flight, for middleboxes. */
export function sendCompatibilityChangeCipherSpec(records: RecordLayer): void {
  const protection = records.writeProtection;
  records.writeProtection = null;
  records.putRecord(change_cipher_spec, 1, 1, 0);
  records.writeProtection = protection;
}

/**
 * What we send is held to the peer's record_size_limit (RFC 8449: content and type), or to the max_fragment_length agreed on (RFC 6066: content); and the
 * peer to ours, which was what the receive region holds (RFC 8449 §4: a larger record is record_overflow).
 */
export function limitRecords(records: RecordLayer, sizeLimit: number, fragmentLength: number): void {
  if (sizeLimit > 0) records.maxFragment = sizeLimit - 1;
  else if (fragmentLength > 0) records.maxFragment = fragmentLength;
  else return;
  records.limitPeer();
  if (records.streamed !== null) throw records.streamed.tooLong(records);
}

/**
 * Gives one direction the keys of its traffic secret (§7.3), the one that the peer writes in where it `opens`: the write key passes through the schedule's
 * `temp`, the iv goes to its place in `keys`.
 * Called from a step of its own where it can be: below it lies the deepest stack of the handshake.
 */
export function useTrafficSecret(
  schedule: KeySchedule13,
  protection: Protection13,
  keyLength: number,
  keys: Uint8Array,
  opens: boolean,
): void {
  const { hmac, secrets, temp } = schedule;
  hmac.setKey(keys, opens ? READ_SECRET : WRITE_SECRET, schedule.length);
  expandLabel(hmac, LABEL_KEY, keys, 0, 0, secrets, temp, keyLength);
  protection.setKey(opens, secrets, temp);
  secrets.fill(0, temp, temp + keyLength);
  expandLabel(hmac, LABEL_IV, secrets, 0, 0, keys, opens ? READ_IV : WRITE_IV, NONCE_LENGTH);
}

/**
 * A step of its own: both directions get the keys of the handshake traffic secrets, which stand at READ_SECRET and WRITE_SECRET. Each finished_key is made
 * with them, in the secret's place: nothing else needs that any more.
 */
export function protectHandshake<F>(h: Handshake13<F>): void {
  const { keys, records } = h;
  const schedule = h.schedule as KeySchedule13;
  const suite = h.negotiated.suite as CipherSuite;
  const protection = new Protection13(suite, keys);
  useTrafficSecret(schedule, protection, suite.aead.keyLength, keys, true);
  schedule.replaceByFinishedKey(keys, READ_SECRET);
  useTrafficSecret(schedule, protection, suite.aead.keyLength, keys, false);
  schedule.replaceByFinishedKey(keys, WRITE_SECRET);
  records.readProtection = protection;
  records.writeProtection = protection;
}

/** The application traffic secret that waited in `spare` goes to keys[secret]. */
export function takeSpareSecret(schedule: KeySchedule13, keys: Uint8Array, secret: number): void {
  const { secrets, spare, length } = schedule;
  for (let i = 0; i < length; i++) keys[secret + i] = secrets[spare + i];
}

/** The suite with this code point, or null. */
export function findSuite(suites: readonly CipherSuite[], id: number): CipherSuite | null {
  for (let i = 0; i < suites.length; i++) if (suites[i].id === id) return suites[i];
  return null;
}
