import { LOOK_UP } from "./look-up-mark.js";
import { addSocket, ENDED, newId, READABLE, removeSocket, type WireSocket } from "./sockets.js";

const { net } = simNative;

/** A name that is looked up outside: "+ADDRESS" and a newline, or "-" and a reason. */
export class LookUp implements WireSocket {
  readonly id: number;
  next: WireSocket | null;
  private readonly onAnswer: (address?: string) => void;
  private text: string;

  constructor(name: string, onAnswer: (address?: string) => void) {
    this.next = null;
    this.onAnswer = onAnswer;
    this.text = "";
    this.id = newId();
    net.connect(this.id, LOOK_UP + name);
    addSocket(this);
  }

  event(kind: number, count: number): void {
    if (kind === READABLE) {
      const bytes = new Uint8Array(count);
      net.read(this.id, bytes);
      this.text += String.fromCharCode(...bytes);
    } else if (kind === ENDED) {
      removeSocket(this);
      this.onAnswer(this.text.startsWith("+") ? this.text.slice(1, -1) : undefined);
    }
  }
}
