/** AES-GCM and ChaCha20-Poly1305 of @noble/ciphers; AES-CCM, which noble lacks, of node:crypto. */
import { type CipherCCMTypes, createCipheriv, createDecipheriv } from "node:crypto";
import { gcm } from "@noble/ciphers/aes.js";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import type { AeadAlgorithm, AeadKeys } from "../../../src/crypto/provider.js";

/** decrypt() throws where the tag is wrong. */
type Cipher = (
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
) => { encrypt(plaintext: Uint8Array): Uint8Array; decrypt(ciphertext: Uint8Array): Uint8Array };

class NobleAeadKeys implements AeadKeys {
  private readonly cipher: Cipher;
  private readonly sealKey: Uint8Array;
  private readonly openKey: Uint8Array;
  private readonly tagLength: number;

  constructor(cipher: Cipher, keys: 1 | 2, keyLength: number, tagLength: number) {
    this.cipher = cipher;
    this.sealKey = new Uint8Array(keyLength);
    this.openKey = keys === 2 ? new Uint8Array(keyLength) : this.sealKey;
    this.tagLength = tagLength;
  }

  setKey(opens: boolean, key: Uint8Array, offset: number): void {
    const to = opens ? this.openKey : this.sealKey;
    to.set(key.subarray(offset, offset + to.length));
  }

  seal(
    nonce: Uint8Array,
    nonceOffset: number,
    aad: Uint8Array,
    aadOffset: number,
    aadLength: number,
    buf: Uint8Array,
    offset: number,
    length: number,
  ): void {
    const cipher = this.cipher(this.sealKey, nonce.slice(nonceOffset, nonceOffset + 12), aad.slice(aadOffset, aadOffset + aadLength));
    buf.set(cipher.encrypt(buf.slice(offset, offset + length)), offset);
  }

  open(
    nonce: Uint8Array,
    nonceOffset: number,
    aad: Uint8Array,
    aadOffset: number,
    aadLength: number,
    buf: Uint8Array,
    offset: number,
    length: number,
  ): boolean {
    const cipher = this.cipher(this.openKey, nonce.slice(nonceOffset, nonceOffset + 12), aad.slice(aadOffset, aadOffset + aadLength));
    const sealed = buf.slice(offset, offset + length + this.tagLength);
    if (sealed.length !== length + this.tagLength) return false;
    let plaintext: Uint8Array;
    try {
      plaintext = cipher.decrypt(sealed);
    } catch {
      return false;
    }
    buf.set(plaintext, offset);
    plaintext.fill(0);
    return true;
  }

  wipe(): void {
    this.sealKey.fill(0);
    this.openKey.fill(0);
  }
}

function aead(name: string, cipher: Cipher, keyLength: number, tagLength: number, recordLimit: number): AeadAlgorithm {
  return { name, keyLength, tagLength, recordLimit, create: (keys) => new NobleAeadKeys(cipher, keys, keyLength, tagLength) };
}

/** Content of no bytes at all is refused: Node's CCM cannot do it, and TLS's has its type at least. */
function ccm(authTagLength: number, name: CipherCCMTypes = "aes-128-ccm"): Cipher {
  return (key, nonce, aad) => ({
    encrypt(plaintext) {
      const cipher = createCipheriv(name, key, nonce, { authTagLength });
      cipher.setAAD(aad, { plaintextLength: plaintext.length });
      return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    },
    decrypt(ciphertext) {
      const length = ciphertext.length - authTagLength;
      if (length < 1) throw new RangeError("nothing is sealed");
      const cipher = createDecipheriv(name, key, nonce, { authTagLength });
      cipher.setAuthTag(ciphertext.subarray(length));
      cipher.setAAD(aad, { plaintextLength: length });
      const plaintext = cipher.update(ciphertext.subarray(0, length));
      cipher.final();
      return plaintext;
    },
  });
}

/** AES-CCM: 2^23 records of full size (RFC 9147 §4.5.3). */
const CCM_RECORDS = 0x800000;

/** AES-GCM: 2^24.5 records of full size (RFC 9846 §5.5). ChaCha20-Poly1305 has no limit below the sequence number's. */
export const aes128gcm = aead("AES-128-GCM", gcm, 16, 16, 23_726_566);
export const aes256gcm = aead("AES-256-GCM", gcm, 32, 16, 23_726_566);
export const chachaPoly1305 = aead("ChaCha20-Poly1305", chacha20poly1305, 32, 16, Number.MAX_SAFE_INTEGER);
export const aes128ccm = aead("AES-128-CCM", ccm(16), 16, 16, CCM_RECORDS);
export const aes128ccm8 = aead("AES-128-CCM-8", ccm(8), 16, 8, CCM_RECORDS);
export const aes256ccm = aead("AES-256-CCM", ccm(16, "aes-256-ccm"), 32, 16, CCM_RECORDS);
export const aes256ccm8 = aead("AES-256-CCM-8", ccm(8, "aes-256-ccm"), 32, 8, CCM_RECORDS);
