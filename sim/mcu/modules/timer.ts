// Moddable's "timer": a list, soonest first.
const { milliseconds } = simNative.host;

export interface Entry {
  readonly callback: (id: Entry) => void;
  when: number;
  interval: number;
  next: Entry | null;
  live: boolean;
}

let first: Entry | null = null;

function insert(entry: Entry): void {
  let before: Entry | null = null;
  let after = first;
  while (after !== null && after.when <= entry.when) {
    before = after;
    after = after.next;
  }
  entry.next = after;
  if (before === null) first = entry;
  else before.next = entry;
}

function remove(entry: Entry): void {
  if (first === entry) first = entry.next;
  else for (let e = first; e !== null; e = e.next) if (e.next === entry) e.next = entry.next;
}

function add(callback: (id: Entry) => void, delay: number, interval: number): Entry {
  const entry: Entry = { callback, when: milliseconds() + delay, interval, next: null, live: true };
  insert(entry);
  return entry;
}

/** Milliseconds until the next one, -1: none. */
export function untilNext(): number {
  return first === null ? -1 : Math.max(0, first.when - milliseconds());
}

/** Calls back those whose time has come: each once, also where a callback sets another. */
export function fireTimers(): void {
  const now = milliseconds();
  let entry = first;
  while (entry !== null && entry.when <= now) {
    remove(entry);
    if (entry.interval >= 0) {
      entry.when = now + entry.interval;
      insert(entry);
    } else entry.live = false;
    entry.callback(entry);
    entry = first !== entry ? first : null;
  }
}

const Timer = {
  set(callback: (id: Entry) => void, delay = 0, interval = -1): Entry {
    return add(callback, delay, interval);
  },

  repeat(callback: (id: Entry) => void, interval: number): Entry {
    return add(callback, interval, interval);
  },

  schedule(entry: Entry, delay: number, interval = -1): void {
    remove(entry);
    entry.when = milliseconds() + delay;
    entry.interval = interval;
    insert(entry);
  },

  clear(entry: Entry | undefined): void {
    if (entry === undefined || !entry.live) return;
    entry.live = false;
    remove(entry);
  },

  delay(): never {
    throw new Error("Timer.delay() would hold the event loop");
  },
};

export default Timer;
