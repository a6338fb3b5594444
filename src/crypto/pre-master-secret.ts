/** The pre-master secret inside an RSA-decrypted block (RFC 5246 §7.4.7.1; RFC 8017 §7.2.2). */

export const PRE_MASTER_LENGTH = 48;

/**
 * The block is 0, 2, octets that are not 0, a 0, client_version, 46 random octets: of a known length, so each has one place. Where that is so, the secret
 * at block's end takes the place of the random one that stands at secret[at, at + 48); where anything is wrong, the random one stays. Every octet is looked
 * at once in either case: no branch, no early end, no index that depends on the block, and one mask for all (Bleichenbacher 1998; Klíma, Pokorný,
 * Rosa 2003). Nobody is told which it was: only Finished shows it.
 */
export function takePreMasterSecret(
  block: Uint8Array,
  offset: number,
  length: number,
  clientVersion: number,
  secret: Uint8Array,
  at: number,
): void {
  const start = offset + length - PRE_MASTER_LENGTH;
  let wrong = block[offset] | (block[offset + 1] ^ 2);
  // 0 - 1 is the one that leaves a sign.
  for (let i = offset + 2; i < start - 1; i++) wrong |= (block[i] - 1) >> 8;
  wrong |= block[start - 1] | (block[start] ^ (clientVersion >> 8)) | (block[start + 1] ^ (clientVersion & 0xff));
  const keep = (wrong | (0 - wrong)) >> 31;
  for (let i = 0; i < PRE_MASTER_LENGTH; i++) secret[at + i] = (secret[at + i] & keep) | (block[start + i] & ~keep);
}
