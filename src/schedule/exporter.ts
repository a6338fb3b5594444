import type { Exporter, KeyingMaterial } from "../config.js";
import type { HashAlgorithm, KeyedHash } from "../crypto/provider.js";
import { expandLabel, LABEL_EXPORTER_SECRET } from "../crypto/xs/hkdf.js";
import { Hmac } from "../crypto/xs/hmac.js";

/** "exporter", as HkdfLabel.label. */
const LABEL_EXPORTER = new Uint8Array([0x0e, 0x74, 0x6c, 0x73, 0x31, 0x33, 0x20, 0x65, 0x78, 0x70, 0x6f, 0x72, 0x74, 0x65, 0x72]);
/** "tls13 " before each label (RFC 9846 §7.1). */
const PREFIX_LENGTH = 6;
const LONGEST_LABEL = 255 - PREFIX_LENGTH;

/** HkdfLabel.label of a label of the app's: RFC 5705 §4 has them in ASCII. */
function hkdfLabel(label: string): Uint8Array {
  const { length } = label;
  if (length === 0 || length > LONGEST_LABEL)
    throw new RangeError(`exportKeyingMaterial(): a label of ${length} characters; 1 to ${LONGEST_LABEL} may be`);
  const bytes = new Uint8Array(1 + PREFIX_LENGTH + length);
  for (let i = 1; i <= PREFIX_LENGTH; i++) bytes[i] = LABEL_EXPORTER[i];
  bytes[0] = PREFIX_LENGTH + length;
  for (let i = 0; i < length; i++) {
    const code = label.charCodeAt(i);
    if (code > 0x7f) throw new RangeError("exportKeyingMaterial(): the label is not ASCII");
    bytes[1 + PREFIX_LENGTH + i] = code;
  }
  return bytes;
}

/** exporter_main_secret, and what is derived from it (RFC 9846 §7.5). */
class KeyingMaterial13 implements KeyingMaterial {
  readonly secret: Uint8Array;
  private readonly algorithm: HashAlgorithm;

  constructor(algorithm: HashAlgorithm, hmac: KeyedHash, transcript: Uint8Array, offset: number) {
    const { outputLength } = algorithm;
    this.secret = new Uint8Array(outputLength);
    this.algorithm = algorithm;
    expandLabel(hmac, LABEL_EXPORTER_SECRET, transcript, offset, outputLength, this.secret, 0, outputLength);
  }

  /** HKDF-Expand-Label(Derive-Secret(exporter_main_secret, label, ""), "exporter", Hash(context), length); no context is an empty one. */
  export(label: string, context: Uint8Array | null, length: number): Uint8Array {
    const { secret, algorithm } = this;
    const { outputLength, emptyDigest } = algorithm;
    if (!(length > 0 && length <= 255 * outputLength) || length !== Math.floor(length))
      throw new RangeError(`exportKeyingMaterial(): ${length} bytes; a whole number from 1 to ${255 * outputLength} may be`);
    const own = hkdfLabel(label);
    const hash = algorithm.create();
    const hmac = new Hmac(hash);
    const derived = new Uint8Array(2 * outputLength);
    hmac.setKey(secret, 0, outputLength);
    expandLabel(hmac, own, emptyDigest, 0, outputLength, derived, 0, outputLength);
    hash.reset();
    if (context !== null) hash.update(context, 0, context.length);
    hash.digest(derived, outputLength);
    hmac.setKey(derived, 0, outputLength);
    const out = new Uint8Array(length);
    expandLabel(hmac, LABEL_EXPORTER, derived, outputLength, outputLength, out, 0, length);
    hmac.wipe();
    derived.fill(0);
    return out;
  }

  wipe(): void {
    this.secret.fill(0);
  }
}

/** The `exporter` of a config. */
export const exporter: Exporter = {
  keep: (algorithm, hmac, transcript, offset) => new KeyingMaterial13(algorithm, hmac, transcript, offset),
};

/** The channel binding tls-exporter (RFC 9266 §2): what SCRAM-SHA-256-PLUS and the like bind to this connection. */
export function tlsExporter(connection: {
  exportKeyingMaterial(label: string, context: Uint8Array | null, length: number): Uint8Array;
}): Uint8Array {
  return connection.exportKeyingMaterial("EXPORTER-Channel-Binding", null, 32);
}
