/** What an app wrote in pieces that are to go out in one record: kept until the last of them. */
export class Gathered {
  length: number;
  private bytes: Uint8Array;

  /** size: bytes that are expected. */
  constructor(size: number) {
    this.length = 0;
    this.bytes = new Uint8Array(size);
  }

  add(piece: Uint8Array): void {
    const length = this.length + piece.length;
    if (length > this.bytes.length) {
      const { bytes } = this;
      this.bytes = new Uint8Array(length);
      this.bytes.set(bytes);
      bytes.fill(0);
    }
    this.bytes.set(piece, this.length);
    this.length = length;
  }

  /** Takes the last piece back. */
  drop(length: number): void {
    this.length -= length;
  }

  /** All of it, in memory of its own. */
  all(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  wipe(): void {
    this.bytes.fill(0);
  }
}
