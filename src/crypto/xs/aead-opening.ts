import type { AeadOpening } from "../provider.js";

/** Words of its scratch in which a key keeps the state of a record that is opened in parts. */
const STATE = 16;

/** A key whose steps carry on from words[0, 16), which other records may use in between. */
export interface PartwiseKey {
  readonly words: Int32Array;
  /** `done` bytes were decrypted before. */
  openPart(buf: Uint8Array, offset: number, length: number, done: number): void;
  endParts(aadLength: number, length: number, buf: Uint8Array, offset: number): boolean;
}

/** Keeps the state between two parts, while the other direction's key uses the scratch. */
export class Opening implements AeadOpening {
  private readonly key: PartwiseKey;
  private readonly state: Int32Array;
  private readonly aadLength: number;
  private done: number;

  /** The key has begun: its state stands in words[0, 16). */
  constructor(key: PartwiseKey, aadLength: number) {
    this.key = key;
    this.state = new Int32Array(STATE);
    this.aadLength = aadLength;
    this.done = 0;
    this.save();
  }

  part(buf: Uint8Array, offset: number, length: number): void {
    this.load();
    this.key.openPart(buf, offset, length, this.done);
    this.save();
    this.done += length;
  }

  end(buf: Uint8Array, offset: number): boolean {
    this.load();
    const right = this.key.endParts(this.aadLength, this.done, buf, offset);
    this.save();
    this.wipe();
    return right;
  }

  wipe(): void {
    this.state.fill(0);
  }

  private load(): void {
    const { words } = this.key;
    for (let i = 0; i < STATE; i++) words[i] = this.state[i]!;
  }

  private save(): void {
    const { words } = this.key;
    for (let i = 0; i < STATE; i++) this.state[i] = words[i]!;
    words.fill(0, 0, STATE);
  }
}
