// Sockets by number, and what the C loop calls. A socket is added while it waits for events of the wire.
import { fireTimers, untilNext } from "./timer.js";

export const OPEN = 1;
export const READABLE = 2;
export const WRITABLE = 3;
export const ENDED = 4;
export const ACCEPTED = 5;

export interface WireSocket {
  readonly id: number;
  next: WireSocket | null;
  event(kind: number, count: number): void;
}

let first: WireSocket | null = null;
let ids = 0;

export function newId(): number {
  ids = (ids + 1) & 127;
  return ids;
}

export function addSocket(socket: WireSocket): void {
  socket.next = first;
  first = socket;
}

export function removeSocket(socket: WireSocket): void {
  if (first === socket) first = socket.next;
  else for (let s = first; s !== null; s = s.next) if (s.next === socket) s.next = socket.next;
}

/** Exported, so that the image keeps it. */
export const loop: Loop = {
  timeout(): number {
    const wait = untilNext();
    return wait < 0 && first === null ? -2 : wait;
  },
  fire: fireTimers,
  event(kind: number, id: number, count: number): void {
    for (let s = first; s !== null; s = s.next)
      if (s.id === id) {
        s.event(kind, count);
        return;
      }
  },
};

simNative.net.setLoop(loop);
