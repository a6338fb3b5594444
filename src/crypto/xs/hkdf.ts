import type { KeyedHash } from "../provider.js";

/**
 * HKDF (RFC 5869) and HKDF-Expand-Label (RFC 9846 §7.1). The Hmac is the caller's: set a secret once, expand several labels from it.
 */

/** HKDF-Extract: writes outputLength bytes. Leaves the hmac keyed with the salt. For a constant salt: setMidstates(), then extractKeyed(). */
export function extract(
  hmac: KeyedHash,
  salt: Uint8Array,
  saltOffset: number,
  saltLength: number,
  secret: Uint8Array,
  offset: number,
  length: number,
  out: Uint8Array,
  outOffset: number,
): void {
  hmac.setKey(salt, saltOffset, saltLength);
  extractKeyed(hmac, secret, offset, length, out, outOffset);
}

/** HKDF-Extract where the salt is the hmac's key already. `out` may be where the secret is. */
export function extractKeyed(
  hmac: KeyedHash,
  secret: Uint8Array,
  offset: number,
  length: number,
  out: Uint8Array,
  outOffset: number,
): void {
  hmac.begin();
  hmac.update(secret, offset, length);
  hmac.finish(out, outOffset, hmac.outputLength);
}

/** HKDF-Expand; the pseudorandom key is the hmac's key already. At most 255 × outputLength bytes. `info` must not lie where `out` does. */
export function expand(
  hmac: KeyedHash,
  info: Uint8Array,
  infoOffset: number,
  infoLength: number,
  out: Uint8Array,
  outOffset: number,
  length: number,
): void {
  const size = hmac.outputLength;
  for (let done = 0, counter = 1; done < length; done += size, counter++) {
    hmac.begin();
    if (done > 0) hmac.update(out, outOffset + done - size, size);
    hmac.update(info, infoOffset, infoLength);
    hmac.updateByte(counter);
    hmac.finish(out, outOffset + done, Math.min(size, length - done));
  }
}

/**
 * HKDF-Expand-Label(Secret, Label, Context, Length); the Secret is the hmac's key already. `label` is HkdfLabel.label as the wire would have
 * it: a length byte, "tls13 ", the name (the constants below). `context` must not lie where `out` does. Allocates nothing.
 */
export function expandLabel(
  hmac: KeyedHash,
  label: Uint8Array,
  context: Uint8Array,
  contextOffset: number,
  contextLength: number,
  out: Uint8Array,
  outOffset: number,
  length: number,
): void {
  const size = hmac.outputLength;
  for (let done = 0, counter = 1; done < length; done += size, counter++) {
    hmac.begin();
    if (done > 0) hmac.update(out, outOffset + done - size, size);
    hmac.updateByte(length >> 8);
    hmac.updateByte(length);
    hmac.update(label, 0, label.length);
    hmac.updateByte(contextLength);
    hmac.update(context, contextOffset, contextLength);
    hmac.updateByte(counter);
    hmac.finish(out, outOffset + done, Math.min(size, length - done));
  }
}

/** The labels of RFC 9846 §7, each as HkdfLabel.label. */
/** "derived" */
export const LABEL_DERIVED = new Uint8Array([0x0d, 0x74, 0x6c, 0x73, 0x31, 0x33, 0x20, 0x64, 0x65, 0x72, 0x69, 0x76, 0x65, 0x64]);
/** "c hs traffic" */
export const LABEL_CLIENT_HANDSHAKE_TRAFFIC = new Uint8Array([
  0x12, 0x74, 0x6c, 0x73, 0x31, 0x33, 0x20, 0x63, 0x20, 0x68, 0x73, 0x20, 0x74, 0x72, 0x61, 0x66, 0x66, 0x69, 0x63,
]);
/** "s hs traffic" */
export const LABEL_SERVER_HANDSHAKE_TRAFFIC = new Uint8Array([
  0x12, 0x74, 0x6c, 0x73, 0x31, 0x33, 0x20, 0x73, 0x20, 0x68, 0x73, 0x20, 0x74, 0x72, 0x61, 0x66, 0x66, 0x69, 0x63,
]);
/** "c ap traffic" */
export const LABEL_CLIENT_APPLICATION_TRAFFIC = new Uint8Array([
  0x12, 0x74, 0x6c, 0x73, 0x31, 0x33, 0x20, 0x63, 0x20, 0x61, 0x70, 0x20, 0x74, 0x72, 0x61, 0x66, 0x66, 0x69, 0x63,
]);
/** "s ap traffic" */
export const LABEL_SERVER_APPLICATION_TRAFFIC = new Uint8Array([
  0x12, 0x74, 0x6c, 0x73, 0x31, 0x33, 0x20, 0x73, 0x20, 0x61, 0x70, 0x20, 0x74, 0x72, 0x61, 0x66, 0x66, 0x69, 0x63,
]);
/** "exp master" */
export const LABEL_EXPORTER_SECRET = new Uint8Array([
  0x10, 0x74, 0x6c, 0x73, 0x31, 0x33, 0x20, 0x65, 0x78, 0x70, 0x20, 0x6d, 0x61, 0x73, 0x74, 0x65, 0x72,
]);
/** "res master" */
export const LABEL_RESUMPTION_SECRET = new Uint8Array([
  0x10, 0x74, 0x6c, 0x73, 0x31, 0x33, 0x20, 0x72, 0x65, 0x73, 0x20, 0x6d, 0x61, 0x73, 0x74, 0x65, 0x72,
]);
/** "finished" */
export const LABEL_FINISHED = new Uint8Array([0x0e, 0x74, 0x6c, 0x73, 0x31, 0x33, 0x20, 0x66, 0x69, 0x6e, 0x69, 0x73, 0x68, 0x65, 0x64]);
/** "key" */
export const LABEL_KEY = new Uint8Array([0x09, 0x74, 0x6c, 0x73, 0x31, 0x33, 0x20, 0x6b, 0x65, 0x79]);
/** "iv" */
export const LABEL_IV = new Uint8Array([0x08, 0x74, 0x6c, 0x73, 0x31, 0x33, 0x20, 0x69, 0x76]);
/** "traffic upd" */
export const LABEL_TRAFFIC_UPDATE = new Uint8Array([
  0x11, 0x74, 0x6c, 0x73, 0x31, 0x33, 0x20, 0x74, 0x72, 0x61, 0x66, 0x66, 0x69, 0x63, 0x20, 0x75, 0x70, 0x64,
]);
/** "resumption" */
export const LABEL_RESUMPTION = new Uint8Array([
  0x10, 0x74, 0x6c, 0x73, 0x31, 0x33, 0x20, 0x72, 0x65, 0x73, 0x75, 0x6d, 0x70, 0x74, 0x69, 0x6f, 0x6e,
]);
/** "ext binder" */
export const LABEL_EXT_BINDER = new Uint8Array([
  0x10, 0x74, 0x6c, 0x73, 0x31, 0x33, 0x20, 0x65, 0x78, 0x74, 0x20, 0x62, 0x69, 0x6e, 0x64, 0x65, 0x72,
]);
/** "res binder" */
export const LABEL_RES_BINDER = new Uint8Array([
  0x10, 0x74, 0x6c, 0x73, 0x31, 0x33, 0x20, 0x72, 0x65, 0x73, 0x20, 0x62, 0x69, 0x6e, 0x64, 0x65, 0x72,
]);
