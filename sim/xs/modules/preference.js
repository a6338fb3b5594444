// Moddable's "preference": small values that outlast a restart. Kept by type: a byte before them says which.
const { storage } = globalThis.simNative;
const BUFFER = 0;
const JSON_TEXT = 1;

const Preference = {
  set(domain, key, value) {
    if (value === undefined) throw new TypeError("Preference.set: a value is wanted");
    const isBuffer = value instanceof ArrayBuffer || ArrayBuffer.isView(value);
    let bytes;
    if (isBuffer) bytes = ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);
    else {
      const text = JSON.stringify(value);
      bytes = new Uint8Array(2 * text.length);
      for (let i = 0; i < text.length; i++) {
        bytes[2 * i] = text.charCodeAt(i) >> 8;
        bytes[2 * i + 1] = text.charCodeAt(i);
      }
    }
    const kept = new Uint8Array(bytes.length + 1);
    kept[0] = isBuffer ? BUFFER : JSON_TEXT;
    kept.set(bytes, 1);
    storage.write(`preference:${domain}`, key, kept.buffer);
  },
  get(domain, key) {
    const kept = storage.read(`preference:${domain}`, key);
    if (kept === undefined) return undefined;
    if (new Uint8Array(kept)[0] === BUFFER) return kept.slice(1);
    const bytes = new Uint8Array(kept, 1);
    let text = "";
    for (let i = 0; i < bytes.length; i += 2) text += String.fromCharCode((bytes[i] << 8) | bytes[i + 1]);
    return JSON.parse(text);
  },
  delete(domain, key) {
    storage.delete(`preference:${domain}`, key);
  },
  keys(domain) {
    const keys = [];
    for (let key = storage.key(`preference:${domain}`, 0); key !== undefined; key = storage.key(`preference:${domain}`, keys.length))
      keys.push(key);
    return keys;
  },
};

export { Preference as default };
