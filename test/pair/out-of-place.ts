// TLS 1.2: each state and each handshake message that may not come there, on either side.
import { unexpected_message } from "../../src/alert.js";
import { TYPES } from "./well-formed.js";

/** A state by its name, the message that is due there, and the types that may come. */
export type StateRow<Name> = readonly [state: string, due: Name, legal: readonly number[]];

export type Before<Name> = (which: Name, peer: { handshake(message: Uint8Array): void }) => void;

/** `run`: a handshake in which this is called before each message of the peer. */
export function refusesOutOfPlace<Name>(
  states: readonly StateRow<Name>[],
  run: (before: Before<Name>) => { expectAlert(alert: number): void },
): void {
  for (const [state, due, legal] of states) {
    const wrong = TYPES.filter(([, type]) => !legal.includes(type));
    it(`${state}: ${wrong.length} messages`, () => {
      for (const [name, type] of wrong) {
        let sent = 0;
        const pair = run((which, peer) => {
          if (which !== due) return;
          sent++;
          peer.handshake(new Uint8Array([type, 0, 0, 0]));
        });
        if (sent !== 1) throw new Error(`${name} was sent ${sent} times`);
        try {
          pair.expectAlert(unexpected_message);
        } catch (error) {
          throw new Error(`${name}: ${(error as Error).message}`);
        }
      }
    });
  }
}
