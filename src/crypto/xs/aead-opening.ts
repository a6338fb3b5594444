import type { AeadOpening } from "../provider.js";

/** Words in which keys have the state of a record that is opened in parts. */
const STATE = 16;

/** Keys whose steps carry on from state[0, 16), which other records may use in between. */
export interface PartwiseKeys {
  readonly state: Int32Array;
  /** `done` bytes were decrypted before. */
  openPart(buf: Uint8Array, offset: number, length: number, done: number): void;
  endParts(aadLength: number, length: number, buf: Uint8Array, offset: number): boolean;
}

/** Keeps the state between two parts, while records are sealed. */
export class Opening implements AeadOpening {
  private readonly keys: PartwiseKeys;
  private readonly state: Int32Array;
  private readonly aadLength: number;
  private done: number;

  /** They have begun: the state stands in state[0, 16). */
  constructor(keys: PartwiseKeys, aadLength: number) {
    this.keys = keys;
    this.state = new Int32Array(STATE);
    this.aadLength = aadLength;
    this.done = 0;
    this.save();
  }

  part(buf: Uint8Array, offset: number, length: number): void {
    this.load();
    this.keys.openPart(buf, offset, length, this.done);
    this.save();
    this.done += length;
  }

  end(buf: Uint8Array, offset: number): boolean {
    this.load();
    const right = this.keys.endParts(this.aadLength, this.done, buf, offset);
    this.save();
    this.wipe();
    return right;
  }

  wipe(): void {
    this.state.fill(0);
  }

  private load(): void {
    const { state } = this.keys;
    for (let i = 0; i < STATE; i++) state[i] = this.state[i]!;
  }

  private save(): void {
    const { state } = this.keys;
    for (let i = 0; i < STATE; i++) this.state[i] = state[i]!;
    state.fill(0, 0, STATE);
  }
}
