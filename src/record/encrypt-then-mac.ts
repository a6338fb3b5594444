import { bad_record_mac, TLSAlert } from "../alert.js";
import { equalBytes } from "../bytes/equal.js";
import { CBC_BLOCK } from "../crypto/cbc.js";
import type { Random } from "../crypto/provider.js";
import { HEADER_LENGTH } from "./protection.js";
import { type CbcParts, CbcProtection, PSEUDO_HEADER } from "./protection-12-cbc.js";

/** RFC 7366 §3: the MAC is over the ciphertext, so nothing that was altered is ever decrypted, and no padding can be asked about. */
export class EncryptThenMac extends CbcProtection {
  constructor(parts: CbcParts, opens: boolean, sibling: CbcProtection | null, random: Random) {
    super(parts, opens, sibling, random, opens ? parts.mac.outputLength : 0);
  }

  open(io: Uint8Array, header: number, length: number): number {
    const { macLength } = this;
    const body = header + HEADER_LENGTH;
    const start = body + CBC_BLOCK;
    const end = body + length - macLength;
    this.checkVersion(io, header);
    if (end - start < CBC_BLOCK || (end - start) % CBC_BLOCK !== 0)
      throw new TLSAlert(bad_record_mac, `a record of ${length} bytes cannot be an initialization vector, whole blocks and a MAC`);
    this.beginMac(io[header], end - body);
    this.hmac.update(io, body, end - body);
    this.hmac.finish(this.work, PSEUDO_HEADER);
    if (!equalBytes(io, end, this.work, PSEUDO_HEADER, macLength))
      throw new TLSAlert(bad_record_mac, "a record from the peer does not carry the MAC its key gives");
    this.cipher.crypt(io, start, end - start);
    // Authentic, so this is the peer's mistake; its place may be told.
    const padding = io[end - 1];
    let wrong = end - start <= padding ? 1 : 0;
    for (let i = 0; i < padding && wrong === 0; i++) wrong = io[end - 2 - i] ^ padding;
    if (wrong !== 0) throw new TLSAlert(bad_record_mac, `a record's padding is not what its last byte, ${padding}, says`);
    this.advance();
    return end - 1 - padding;
  }

  seal(io: Uint8Array, header: number, length: number, type: number): number {
    const { macLength } = this;
    const body = header + HEADER_LENGTH;
    const start = body + CBC_BLOCK;
    const end = this.frame(io, body, start + length);
    this.cipher.crypt(io, start, end - start);
    this.beginMac(type, end - body);
    this.hmac.update(io, body, end - body);
    this.hmac.finish(io, end);
    this.writeHeader(io, header, type, end - body + macLength);
    this.advance();
    return end + macLength;
  }
}
