import { decrypt_error, TLSAlert } from "../alert.js";
import { equalBytes } from "../bytes/equal.js";
import { Reader } from "../bytes/reader.js";
import { finished, handshake } from "../constants.js";
import type { KeySchedule13 } from "../schedule/key-schedule-13.js";
import { putHeader } from "./handshake.js";
import type { Handshake13 } from "./handshake-13.js";
import { READ_SECRET, WRITE_SECRET } from "./keys.js";
import type { Proving } from "./proof-13.js";
import type { Transcript } from "./transcript.js";

/** Finished (RFC 9846 §4.5.3), both directions. It needs nothing of certificates: a firmware that has keys alone links none. */

/** Checks the peer's Finished (§4.5.3) and takes it into the transcript. */
export function checkFinished<F>(h: Handshake13<F>, bytes: Uint8Array, start: number, end: number): void {
  const schedule = h.schedule as KeySchedule13;
  const transcript = h.transcript as Transcript;
  const { secrets, digest, length } = schedule;
  const r = new Reader(bytes);
  r.over(bytes, start + 4, end, "Finished");
  const verifyData = r.skip(length);
  r.finish();
  transcript.digest(secrets, digest);
  schedule.verifyData(h.keys, READ_SECRET, secrets, digest);
  if (!equalBytes(bytes, verifyData, secrets, digest, length))
    throw new TLSAlert(decrypt_error, "Finished: the peer's verify_data does not fit the handshake");
  transcript.update(bytes, start, end - start);
}

/**
 * Writes our Finished (§4.5.3); false where there is no room for it now. Its transcript hash covers all before it. At WRITE_SECRET stands the finished_key,
 * or with `fromSecret` the traffic secret that it is made from.
 */
export function sendFinished(h: Proving, fromSecret = false): boolean {
  const schedule = h.schedule as KeySchedule13;
  const transcript = h.transcript as Transcript;
  const { length, secrets, digest } = schedule;
  if (!h.hasRoom(4 + length)) return false;
  const { records } = h;
  const { io } = records;
  const start = records.beginRecord(4 + length);
  transcript.digest(secrets, digest);
  putHeader(io, start, (finished << 24) | length);
  if (fromSecret) schedule.finished(h.keys, WRITE_SECRET, io, start + 4);
  else schedule.verifyData(h.keys, WRITE_SECRET, io, start + 4);
  transcript.update(io, start, 4 + length);
  records.endRecord(handshake, 4 + length);
  return true;
}
