/** RSAPrivateKey (RFC 8017 A.1.2): its numbers must belong together, as a signature made with one wrong number can give the key away. */

import { bitsAt, numberAt, type RsaNumbers } from "../crypto/xs/rsa-private.js";
import { MAX_MODULUS, MIN_MODULUS } from "../crypto/xs/rsa-public.js";
import type { DerCursor } from "./der-cursor.js";

const ONE = 1n;

/** Reads what follows the version; throws where the numbers are no key that can be used. */
export function parseRsaNumbers(cursor: DerCursor, version: number): RsaNumbers {
  if (version !== 0) cursor.fail(version === 1 ? "RSA keys of more than two primes are not supported" : "version is none that is known");
  const { bytes } = cursor;
  const modulus = cursor.unsigned("modulus");
  const publicExponent = cursor.unsigned("publicExponent");
  const privateExponent = cursor.unsigned("privateExponent");
  const key: RsaNumbers = {
    bytes,
    modulus,
    publicExponent,
    prime1: cursor.unsigned("prime1"),
    prime2: cursor.unsigned("prime2"),
    exponent1: cursor.unsigned("exponent1"),
    exponent2: cursor.unsigned("exponent2"),
    coefficient: cursor.unsigned("coefficient"),
  };
  const bits = bitsAt(bytes, modulus);
  if (bits < MIN_MODULUS || bits > MAX_MODULUS) cursor.fail(`its modulus has ${bits} bits, ${MIN_MODULUS} to ${MAX_MODULUS} are allowed`);
  const n = numberAt(bytes, modulus);
  const e = numberAt(bytes, publicExponent);
  if (bitsAt(bytes, publicExponent) > 31 || !(e & ONE) || e === 1n) cursor.fail("its public exponent is not odd and from 3 to 2^31 - 1");
  const p = numberAt(bytes, key.prime1);
  const q = numberAt(bytes, key.prime2);
  if (p * q !== n || p === q) cursor.fail("its modulus is not the product of its primes");
  // The sizes are part of the public knowledge of a key as anybody makes it; much smaller primes are weak.
  if (Math.abs(bitsAt(bytes, key.prime1) - bitsAt(bytes, key.prime2)) > 64) cursor.fail("its primes are not of about the same length");
  if (!(n & ONE)) cursor.fail("its modulus is even");
  checkExponent(cursor, key.exponent1, privateExponent, e, p, 1);
  checkExponent(cursor, key.exponent2, privateExponent, e, q, 2);
  const coefficient = numberAt(bytes, key.coefficient);
  if (coefficient >= p || (coefficient * q) % p !== 1n) cursor.fail("its coefficient does not belong to its primes");
  return key;
}

/** The exponent for one prime: d mod (prime - 1), the inverse of e. */
function checkExponent(cursor: DerCursor, exponent: number, privateExponent: number, e: bigint, prime: bigint, which: number): void {
  const order = prime - ONE;
  const d = numberAt(cursor.bytes, exponent);
  if (d >= order || (d * e) % order !== 1n || numberAt(cursor.bytes, privateExponent) % order !== d)
    cursor.fail(`its exponent${which} does not belong to its other numbers`);
}
