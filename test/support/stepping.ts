/** Helpers for operations that go in steps. */
import { DONE, type KeyExchange, type Random } from "../../src/crypto/provider.js";
import { runner } from "./files.js";

/** Budgets that must all give the same results. */
export const BUDGETS = [1, 7, Number.POSITIVE_INFINITY];

/** How often a test of random or listed numbers goes round: `count` times, and a tenth of it on XS, where the oracle is slow. */
export function rounds(count: number): number {
  return runner.thimbleSample === undefined ? count : Math.ceil(count / 10);
}

/** Steps to completion; returns how many calls it took. Fails where it does not end. */
export function complete(operation: { step(budget: number): number }, budget: number): number {
  for (let calls = 1; calls < 2000; calls++) if (operation.step(budget) === DONE) return calls;
  throw new Error("still pending after 2000 calls");
}

/** A source of random that gives these bytes, and fails where another number is asked for. */
export function fixedRandom(bytes: Uint8Array): Random {
  return {
    fill(out: Uint8Array, offset: number, length: number): void {
      if (length !== bytes.length) throw new Error(`${length} random bytes asked for, not ${bytes.length}`);
      out.set(bytes, offset);
    },
  };
}

/** Generates a key from `random` and returns the public key. */
export function generated(exchange: KeyExchange, random: Uint8Array, publicLength: number, budget: number): Uint8Array {
  exchange.beginGenerate(fixedRandom(random));
  complete(exchange, budget);
  const out = new Uint8Array(publicLength + 2).fill(0xa5);
  exchange.writePublicKey(out, 1);
  if (out[0] !== 0xa5 || out[publicLength + 1] !== 0xa5) throw new Error("written beside the public key");
  return out.slice(1, publicLength + 1);
}

/** The shared secret with `peer`, or null where that was refused. */
export function agreed(exchange: KeyExchange, peer: Uint8Array, budget: number, secretLength = 32): Uint8Array | null {
  const embedded = new Uint8Array(peer.length + 8).fill(0x5a);
  embedded.set(peer, 3);
  exchange.beginAgree(embedded, 3, peer.length);
  // The peer's bytes are free again once begin has returned.
  embedded.fill(0x77);
  complete(exchange, budget);
  const out = new Uint8Array(secretLength + 2).fill(0xa5);
  const accepted = exchange.writeSecret(out, 1);
  if (out[0] !== 0xa5 || out[secretLength + 1] !== 0xa5) throw new Error("written beside the secret");
  if (!accepted) {
    for (const byte of out) if (byte !== 0xa5) throw new Error("a refused secret was written");
    return null;
  }
  return out.slice(1, secretLength + 1);
}
