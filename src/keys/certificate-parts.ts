import { DerCursor } from "./der-cursor.js";
import { algorithmKeyType } from "./key-algorithms.js";

/** What of a certificate of ours has to do with its key. Places: 65,536 times the first octet's, plus the number of octets. */
export interface CertificateParts {
  /** The issuer's whole Name element. */
  readonly issuer: number;
  /** KEY_…, 0 for a type that is not known here. */
  readonly keyType: number;
  /** The content of subjectPublicKey. */
  readonly publicKey: number;
}

/** Reads as much of a DER certificate (RFC 5280 §4.1) as that takes. Throws a RangeError where it is none. */
export function certificateParts(der: Uint8Array, what: string): CertificateParts {
  const cursor = new DerCursor(der, 0, der.length, what);
  const around = cursor.enter(0x30, "Certificate");
  const certificate = cursor.enter(0x30, "tbsCertificate");
  if (cursor.peek() === 0xa0) cursor.skip(0xa0, "version");
  cursor.skip(0x02, "serialNumber");
  cursor.skip(0x30, "signature");
  const name = cursor.at;
  cursor.skip(0x30, "issuer");
  const issuer = name * 0x10000 + cursor.at - name;
  cursor.skip(0x30, "validity");
  cursor.skip(0x30, "subject");
  const tbs = cursor.enter(0x30, "subjectPublicKeyInfo");
  const length = cursor.skip(0x30, "algorithm");
  const keyType = algorithmKeyType(der, cursor.at - length, length);
  const publicKey = cursor.bitString(0x03, "subjectPublicKey");
  cursor.leave(tbs, "subjectPublicKeyInfo");
  while (cursor.peek() !== 0) cursor.skip(cursor.peek(), "an extension field");
  cursor.leave(certificate, "tbsCertificate");
  cursor.skip(0x30, "signatureAlgorithm");
  cursor.skip(0x03, "signatureValue");
  cursor.leave(around, "Certificate");
  if (cursor.at !== der.length) cursor.fail(`${der.length - cursor.at} octets follow it`);
  return { issuer, keyType, publicKey };
}
