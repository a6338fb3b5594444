/** Tells the records that pass in one direction, from their five-byte headers (RFC 9846 §5.1) alone. */

const TYPES: Readonly<Record<number, string>> = { 20: "change_cipher_spec", 21: "alert", 22: "handshake", 23: "application_data" };
const HEADER = 5;

export class RecordTrace {
  private readonly arrow: string;
  private readonly tell: (line: string) => void;
  private readonly header = new Uint8Array(HEADER);
  private have = 0;
  private skip = 0;
  private lost = false;

  constructor(arrow: string, tell: (line: string) => void) {
    this.arrow = arrow;
    this.tell = tell;
  }

  push(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length && !this.lost; ) {
      const skipped = Math.min(this.skip, bytes.length - i);
      this.skip -= skipped;
      i += skipped;
      while (this.skip === 0 && this.have < HEADER && i < bytes.length) this.header[this.have++] = bytes[i++] ?? 0;
      if (this.have === HEADER) this.record();
    }
  }

  private record(): void {
    const [type = 0, , , high = 0, low = 0] = this.header;
    const name = TYPES[type];
    this.have = 0;
    this.skip = high * 256 + low;
    this.lost = name === undefined;
    this.tell(name === undefined ? `${this.arrow} no TLS record (first byte ${type})` : `${this.arrow} ${name}, ${this.skip} bytes`);
  }
}
