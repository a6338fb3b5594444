/**
 * What a connection keeps of its keys, in one array that no offset from the wire ever indexes:
 *
 *     [ read iv 12 | write iv 12 | nonce 12 | read traffic secret | write traffic secret ]
 *
 * The first three places are those of record/nonce.ts. The secrets have room for the longest hash. The AEAD keys themselves stand in AeadKeys.
 */
export const READ_SECRET = 36;
export const WRITE_SECRET = 84;
export const KEYS_LENGTH = 132;

/** TLS 1.2 keeps no traffic secrets. Behind the nonce stands a record's additional data; the master secret stays until the handshake is over. */
export const MASTER_SECRET = WRITE_SECRET;
