/** The pre-master secret of a pre-shared key: `other` with its length, the key with its (RFC 4279 §2; ECDHE's shared secret: RFC 5489 §2). Both are zeroed by their owners. */
export function pskSecret(other: Uint8Array, key: Uint8Array): Uint8Array {
  const secret = new Uint8Array(4 + other.length + key.length);
  secret[0] = other.length >> 8;
  secret[1] = other.length;
  secret.set(other, 2);
  secret[2 + other.length] = key.length >> 8;
  secret[3 + other.length] = key.length;
  secret.set(key, 4 + other.length);
  return secret;
}
