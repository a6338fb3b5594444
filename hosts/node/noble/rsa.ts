/** RSA verification of a digest (RFC 8017 §8.1.2 and §8.2.2): the public operation is node:crypto's, the encodings are checked here. */
import { constants, createHash, createPublicKey, publicDecrypt } from "node:crypto";
import type { Verify } from "./signatures.js";

/** The signature raised to the exponent, with the number of bits that the modulus has; null where key or signature are refused. */
function opened(key: Uint8Array, signature: Uint8Array): { message: Buffer; bits: number } | null {
  const publicKey = createPublicKey({ key: Buffer.from(key), format: "der", type: "pkcs1" });
  const { modulusLength: bits = 0, publicExponent = 0n } = publicKey.asymmetricKeyDetails ?? {};
  if (bits < 2048 || bits > 8192 || publicExponent < 3n || publicExponent >= 1n << 31n || (publicExponent & 1n) === 0n) return null;
  if (signature.length !== Math.ceil(bits / 8)) return null;
  return { message: publicDecrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, signature), bits };
}

/** EMSA-PSS with a salt as long as the hash, MGF1 with the same hash. */
export function verifyPss(hash: string, length: number): Verify {
  return (key, digest, signature) => {
    const result = opened(key, signature);
    if (result === null) return false;
    const { bits } = result;
    const encodedLength = Math.ceil((bits - 1) / 8);
    const extra = result.message.length - encodedLength;
    if (extra > 0 && result.message[0] !== 0) return false;
    const encoded = result.message.subarray(extra);
    if (encoded[encodedLength - 1] !== 0xbc) return false;
    const block = encoded.subarray(0, encodedLength - length - 1);
    const mark = encoded.subarray(encodedLength - length - 1, encodedLength - 1);
    const unused = 8 * encodedLength - (bits - 1);
    if ((block[0] as number) >> (8 - unused) !== 0) return false;
    const mask = mgf1(hash, mark, block.length);
    for (let i = 0; i < block.length; i++) block[i] = (block[i] as number) ^ (mask[i] as number);
    block[0] = (block[0] as number) & (0xff >> unused);
    const saltAt = block.length - length;
    for (let i = 0; i < saltAt - 1; i++) if (block[i] !== 0) return false;
    if (block[saltAt - 1] !== 1) return false;
    const expected = createHash(hash).update(new Uint8Array(8)).update(digest).update(block.subarray(saltAt)).digest();
    return expected.equals(mark);
  };
}

function mgf1(hash: string, seed: Uint8Array, length: number): Buffer {
  const parts: Buffer[] = [];
  const counter = Buffer.alloc(4);
  for (let made = 0; made < length; made += (parts[0] as Buffer).length) {
    counter.writeUInt32BE(parts.length);
    parts.push(createHash(hash).update(seed).update(counter).digest());
  }
  return Buffer.concat(parts).subarray(0, length);
}

/** EMSA-PKCS1-v1_5: the one encoding is made and compared. oid: the last octet of the hash's OID 2.16.840.1.101.3.4.2.x. */
export function verifyPkcs1(oid: number, length: number): Verify {
  const prefix = Buffer.of(0x30, 17 + length, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, oid, 5, 0, 4, length);
  return (key, digest, signature) => {
    const result = opened(key, signature);
    if (result === null || digest.length !== length) return false;
    const padding = Buffer.alloc(result.message.length - 3 - prefix.length - length, 0xff);
    return result.message.equals(Buffer.concat([Buffer.of(0, 1), padding, Buffer.of(0), prefix, digest]));
  };
}
