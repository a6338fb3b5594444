import { CBC_BLOCK } from "../crypto/cbc.js";
import type { Cipher12, KeyPlaces, MacFirst, Protection12 } from "./cipher-suite-12.js";
import { EncryptThenMac } from "./encrypt-then-mac.js";
import type { CbcParts } from "./protection-12-cbc.js";

/** A block cipher in CBC mode with an HMAC, as suites for legacy peers have it (RFC 5246 §6.2.3.2, RFC 7366). */
export class CbcCipher12 implements Cipher12 {
  readonly name: string;
  readonly macKeyLength: number;
  readonly keyLength: number;
  readonly ivLength: number;
  readonly overhead: number;
  readonly takesEncryptThenMac: boolean;
  readonly parts: CbcParts;

  constructor(parts: CbcParts) {
    const { cipher, mac } = parts;
    this.name = cipher.name;
    this.macKeyLength = mac.outputLength;
    this.keyLength = cipher.keyLength;
    this.ivLength = 0;
    this.overhead = 2 * CBC_BLOCK + mac.outputLength;
    this.takesEncryptThenMac = true;
    this.parts = parts;
  }

  create(opens: boolean, sibling: Protection12 | null, places: KeyPlaces, macFirst: MacFirst | null): Protection12 {
    if (macFirst !== null) return macFirst.create(this, opens, sibling, places.random);
    return new EncryptThenMac(this.parts, opens, sibling as EncryptThenMac | null, places.random);
  }
}
