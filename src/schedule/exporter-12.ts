import type { KeyingMaterial } from "../config.js";
import type { HashAlgorithm } from "../crypto/provider.js";
import { MASTER_SECRET_LENGTH, Prf12 } from "./prf-12.js";

const RANDOMS_LENGTH = 64;
const LONGEST = 0xffff;

/** Labels of TLS's own (RFC 5705 §4): what they give is used by the protocol itself. */
const RESERVED = ["client finished", "server finished", "master secret", "extended master secret", "key expansion"];

function asciiLabel(label: string): Uint8Array {
  if (label.length === 0 || RESERVED.includes(label)) throw new RangeError(`exportKeyingMaterial(): the label "${label}" may not be used`);
  const bytes = new Uint8Array(label.length);
  for (let i = 0; i < label.length; i++) {
    const code = label.charCodeAt(i);
    if (code > 0x7f) throw new RangeError("exportKeyingMaterial(): the label is not ASCII");
    bytes[i] = code;
  }
  return bytes;
}

/** Keying material of TLS 1.2 (RFC 5705 §4). Only with an extended master secret, which no two connections share (RFC 7627 §5.4, RFC 9266 §4.2). */
export class KeyingMaterial12 implements KeyingMaterial {
  /** [ master secret | client random | server random ] */
  readonly secret: Uint8Array;
  private readonly algorithm: HashAlgorithm;

  constructor(algorithm: HashAlgorithm, master: Uint8Array, offset: number, randoms: Uint8Array) {
    const secret = new Uint8Array(MASTER_SECRET_LENGTH + RANDOMS_LENGTH);
    for (let i = 0; i < MASTER_SECRET_LENGTH; i++) secret[i] = master[offset + i];
    for (let i = 0; i < RANDOMS_LENGTH; i++) secret[MASTER_SECRET_LENGTH + i] = randoms[i];
    this.secret = secret;
    this.algorithm = algorithm;
  }

  /** PRF(master_secret, label, randoms), or with the context, its length before it, behind them: none is not the same as an empty one. */
  export(label: string, context: Uint8Array | null, length: number): Uint8Array {
    const { secret, algorithm } = this;
    if (!(length > 0 && length <= LONGEST) || length !== Math.floor(length))
      throw new RangeError(`exportKeyingMaterial(): ${length} bytes; a whole number from 1 to ${LONGEST} may be`);
    if (context !== null && context.length > LONGEST) throw new RangeError(`exportKeyingMaterial(): a context of ${context.length} bytes`);
    const own = asciiLabel(label);
    const seed = new Uint8Array(RANDOMS_LENGTH + (context === null ? 0 : 2 + context.length));
    for (let i = 0; i < RANDOMS_LENGTH; i++) seed[i] = secret[MASTER_SECRET_LENGTH + i];
    if (context !== null) {
      seed[RANDOMS_LENGTH] = context.length >> 8;
      seed[RANDOMS_LENGTH + 1] = context.length;
      for (let i = 0; i < context.length; i++) seed[RANDOMS_LENGTH + 2 + i] = context[i];
    }
    const prf = new Prf12(algorithm);
    const out = new Uint8Array(length);
    prf.exported(secret, own, seed, out);
    prf.wipe();
    return out;
  }

  wipe(): void {
    this.secret.fill(0);
  }
}
