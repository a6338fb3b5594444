/**
 * What a connection keeps of its keys, in one array that no offset from the wire ever indexes:
 *
 *     [ read iv | write iv | nonce | read traffic secret | write traffic secret ]
 *
 * The AEAD keys themselves stand in the AeadKey objects.
 */
export class ConnectionKeys {
  readonly bytes: Uint8Array;
  readonly readIv: number;
  readonly writeIv: number;
  readonly nonce: number;
  readonly readSecret: number;
  readonly writeSecret: number;

  /** hashLength: the longest hash of the suites offered. */
  constructor(hashLength: number) {
    this.bytes = new Uint8Array(36 + 2 * hashLength);
    this.readIv = 0;
    this.writeIv = 12;
    this.nonce = 24;
    this.readSecret = 36;
    this.writeSecret = 36 + hashLength;
  }

  wipe(): void {
    this.bytes.fill(0);
  }
}
