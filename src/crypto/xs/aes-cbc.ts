import type { CbcAlgorithm, CbcKey } from "../cbc.js";
import { AES_128, AES_256, type AesSize, expandKey } from "./aes.js";
import { expandInverseKey } from "./aes-inverse.js";
import { aesCbcDecrypt, aesCbcEncrypt } from "./generated/aes-cbc.js";

/** A key of AES-CBC (NIST SP 800-38A §6.2) that encrypts, or one that decrypts. */
class AesCbcKey implements CbcKey {
  private readonly size: AesSize;
  private readonly words: Int32Array;
  private readonly decrypts: boolean;
  /** A view of the caller's buffer, kept while it stays the same. */
  private view: DataView | null;

  constructor(size: AesSize, decrypts: boolean) {
    this.size = size;
    this.words = new Int32Array(size.words);
    this.decrypts = decrypts;
    this.view = null;
  }

  setKey(key: Uint8Array, offset: number): void {
    if (this.decrypts) expandInverseKey(this.words, 0, key, offset, this.size);
    else expandKey(this.words, 0, key, offset, this.size.keyLength);
  }

  crypt(buf: Uint8Array, offset: number, length: number): void {
    let view = this.view;
    if (view === null || view.buffer !== buf.buffer) {
      view = new DataView(buf.buffer);
      this.view = view;
    }
    const at = buf.byteOffset + offset;
    if (this.decrypts) aesCbcDecrypt(this.words, 0, this.size.rounds, view, at, length >> 4);
    else aesCbcEncrypt(this.words, 0, this.size.rounds, view, at, length >> 4);
  }

  detach(): void {
    this.view = null;
  }

  wipe(): void {
    this.words.fill(0);
    this.view = null;
  }
}

export const aes128Cbc: CbcAlgorithm = {
  name: "AES_128_CBC",
  keyLength: 16,
  create(decrypts: boolean): CbcKey {
    return new AesCbcKey(AES_128, decrypts);
  },
};

export const aes256Cbc: CbcAlgorithm = {
  name: "AES_256_CBC",
  keyLength: 32,
  create(decrypts: boolean): CbcKey {
    return new AesCbcKey(AES_256, decrypts);
  },
};
