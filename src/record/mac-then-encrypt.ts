import { bad_record_mac, TLSAlert } from "../alert.js";
import { CBC_BLOCK } from "../crypto/cbc.js";
import type { Random } from "../crypto/provider.js";
import type { CbcCipher12 } from "./cbc-cipher-12.js";
import { CbcOpening } from "./cbc-opening.js";
import type { Cipher12, MacFirst, Protection12 } from "./cipher-suite-12.js";
import { HEADER_LENGTH } from "./protection.js";
import { type CbcParts, CbcProtection } from "./protection-12-cbc.js";

/**
 * RFC 5246 §6.2.3.2 as it was first: the MAC is over the content, then all is encrypted. A receiver that tells by an alert or by its time what was
 * wrong with a record gives its content away (Vaudenay 2002; Lucky 13, AlFardan and Paterson 2013): CbcOpening does the same work for every
 * padding and every content, and there is one error. Still the order is fragile, so it has to be asked for by a frightening name.
 */
class MacThenEncrypt extends CbcProtection {
  private readonly opening: CbcOpening | null;

  constructor(parts: CbcParts, opens: boolean, sibling: CbcProtection | null, random: Random) {
    super(parts, opens, sibling, random, 0);
    this.opening = opens ? new CbcOpening(parts.mac) : null;
  }

  open(io: Uint8Array, header: number, length: number): number {
    const start = header + HEADER_LENGTH + CBC_BLOCK;
    const size = length - CBC_BLOCK;
    this.checkVersion(io, header);
    if (size <= this.macLength || size % CBC_BLOCK !== 0)
      throw new TLSAlert(bad_record_mac, `a record of ${length} bytes cannot be an initialization vector and whole blocks with a MAC`);
    this.cipher.crypt(io, start, size);
    this.setPseudoHeader(io[header], 0);
    const content = (this.opening as CbcOpening).check(this.hmac, this.work, io, start, size);
    if (content < 0) throw new TLSAlert(bad_record_mac, "a record from the peer does not carry the MAC its key gives");
    this.advance();
    return start + content;
  }

  seal(io: Uint8Array, header: number, length: number, type: number): number {
    const body = header + HEADER_LENGTH;
    const start = body + CBC_BLOCK;
    this.beginMac(type, length);
    this.hmac.update(io, start, length);
    this.hmac.finish(io, start + length);
    const end = this.frame(io, body, start + length + this.macLength);
    this.cipher.crypt(io, start, end - start);
    this.writeHeader(io, header, type, end - body);
    this.advance();
    return end;
  }

  override wipe(): void {
    super.wipe();
    this.opening?.wipe();
  }
}

/** For legacy peers that have CBC suites and not encrypt-then-MAC. */
export const insecureMacThenEncrypt: MacFirst = {
  create(cipher: Cipher12, opens: boolean, sibling: Protection12 | null, random: Random): Protection12 {
    return new MacThenEncrypt((cipher as CbcCipher12).parts, opens, sibling as MacThenEncrypt | null, random);
  },
};
