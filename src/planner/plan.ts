/**
 * How much memory connections take on XS with slots of 16 bytes, before the first byte is sent: a sum of their buffers and of what was measured
 * for a handshake like theirs (figures.ts). Live memory: an engine that collects late needs more.
 */
import { DEFAULT_RECEIVE_BUFFER, DEFAULT_SEND_BUFFER } from "../config.js";
import { checkBuffers } from "../config-check.js";
import { ARRAY_SLOTS, bufferBytes, SLOT_BYTES } from "./buffers.js";
import { FIGURES } from "./figures.js";
import { MESSAGES } from "./messages.js";
import { cipherOf, isSuite12, type PlanConfig } from "./plan-config.js";

/** Bytes. */
export interface Sum {
  /** Receive and send buffers. */
  readonly buffers: number;
  /** All other chunks: keys, state of ciphers and hashes, numbers. */
  readonly keys: number;
  /** Slots: objects, their properties, views. */
  readonly objects: number;
  /** Of the XS stack, below the app's own. */
  readonly stack: number;
  readonly total: number;
}

export interface Plan {
  /** The message at which most memory lives. */
  readonly at: string;
  /** One connection: at its peak, at the most between two messages, open and at rest, and the same when it is parked. */
  readonly handshake: Sum;
  readonly waiting: Sum;
  readonly connected: Sum;
  readonly parked: Sum;
  /** All connections: one at its peak, and the others as far as they can be; all open; all parked. */
  readonly all: { readonly handshake: Sum; readonly connected: Sum; readonly parked: Sum };
  /** Of each kind the most that is needed at any time, with all connections: for heaps of their own. */
  readonly most: { readonly chunkBytes: number; readonly slots: number; readonly stackBytes: number };
}

/** Of the numbers of a part. */
const IDLE = 0;
const PARKED = 2;
const ROWS = 4;
const ROW = 6;
/** Of the numbers of a row: what the peak takes, what lives behind it. */
const PEAK = 1;
const LIVE = 4;

/** The numbers of the socket: what it adds at rest, and at the peak. */
const SOCKET_PEAK = 4;

const SPACE = 0x20;
const MINUS = 0x2d;
const ZERO = 0x30;

/** A sum that is being made. */
interface Use {
  buffers: number;
  keys: number;
  slots: number;
  stack: number;
}

const NONE: Use = { buffers: 0, keys: 0, slots: 0, stack: 0 };

function bytesOf({ buffers, keys, slots, stack }: Use): number {
  return buffers + keys + slots * SLOT_BYTES + stack;
}

function plus(a: Use, b: Use, times: number): Use {
  return {
    buffers: a.buffers + b.buffers * times,
    keys: a.keys + b.keys * times,
    slots: a.slots + b.slots * times,
    stack: a.stack + b.stack * times,
  };
}

function sumOf(use: Use): Sum {
  const { buffers, keys, slots, stack } = use;
  return { buffers, keys, objects: slots * SLOT_BYTES, stack, total: bytesOf(use) };
}

/** The numbers of a part; null: there is no such part. */
function figuresOf(name: string): number[] | null {
  const text = FIGURES[name];
  if (text === undefined) return null;
  const numbers: number[] = [];
  let sign = 1;
  let value = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : SPACE;
    if (code === MINUS) sign = -1;
    else if (code !== SPACE) value = value * 10 + code - ZERO;
    else {
      numbers.push(sign * value);
      sign = 1;
      value = 0;
    }
  }
  return numbers;
}

/** Two or three numbers of a part. */
function useAt(numbers: readonly number[], at: number, withStack: boolean): Use {
  return { buffers: 0, keys: numbers[at], slots: numbers[at + 1], stack: withStack ? numbers[at + 2] : 0 };
}

function rowOf(numbers: readonly number[], message: number): number {
  for (let at = ROWS; at < numbers.length; at += ROW) if (numbers[at] === message) return at;
  return -1;
}

/** What flows were measured with: they add nothing. */
const MEASURED_WITH: readonly string[] = ["CHACHA20", "x25519", "peer P-256", "own P-256"];

/** What a choice adds, named as the figures do; null: nothing. What no figure of this version tells is that of a TLS 1.3 client. */
function choiceNumbers(family: string, flow: string, choice: string): number[] | null {
  if (MEASURED_WITH.indexOf(choice) >= 0) return null;
  const numbers = figuresOf(`${flow} ${choice}`) ?? figuresOf(`${family} ${choice}`) ?? figuresOf(`client13 ${choice}`);
  if (numbers === null) throw new RangeError(`there are no figures for "${choice}"`);
  return numbers;
}

/** The costliest of several at this message; message -1: of those at rest, `at` tells which. */
function costliest(parts: readonly (readonly number[] | null)[], message: number, at: number): Use {
  let most: Use | null = null;
  for (let i = 0; i < parts.length; i++) {
    const numbers = parts[i];
    let use = NONE;
    if (numbers !== null) {
      const row = message < 0 ? -1 : rowOf(numbers, message);
      // No row: what it adds at rest is there all the time.
      use = row >= 0 ? useAt(numbers, row + at, at === PEAK) : useAt(numbers, message < 0 ? at : IDLE, false);
    }
    if (most === null || bytesOf(use) > bytesOf(most)) most = use;
  }
  return most ?? NONE;
}

/** For each choice its alternatives. */
function choicesOf(config: PlanConfig, version12: boolean, certificates: boolean, resumed: boolean): string[][] {
  const { role, clientAuth = false, peerKeys = ["P-256"], ownKey = "P-256" } = config;
  const suites = suitesOf(config, version12);
  const choices: string[][] = [suites.map(cipherOf)];
  if (config.psk !== "psk_ke") choices.push([...(config.groups ?? DEFAULT_GROUPS)]);
  if (certificates) {
    if (role === "client" || clientAuth) choices.push(peerKeys.map((key) => `peer ${key}`));
    if (role === "server" || clientAuth) choices.push([`own ${ownKey}`]);
    if (config.ocsp === true && role === "client") choices.push(["ocsp"]);
    if (config.largeRecords === true) choices.push(["largeRecords"]);
    if (config.longNames === true) choices.push(["longNames"]);
  }
  if (config.exporter === true) choices.push(["exporter"]);
  if (config.resumption === true && !resumed) choices.push(["resumption"]);
  if (version12) return choices;
  if (config.postHandshakeAuth === true && role === "client") {
    const hash384 = suites.some((suite) => suite.endsWith("_SHA384"));
    choices.push([hash384 ? "postHandshakeAuth-384" : "postHandshakeAuth"]);
  }
  return choices;
}

const DEFAULT_GROUPS = ["x25519", "secp256r1"] as const;
const DEFAULT_SUITES = [
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
] as const;

function suitesOf({ suites = DEFAULT_SUITES }: PlanConfig, version12: boolean): string[] {
  const found: string[] = [];
  for (let i = 0; i < suites.length; i++) if (isSuite12(suites[i]) === version12) found.push(suites[i]);
  for (let i = 0; i < found.length; i++)
    if (cipherOf(found[i]) === "") throw new RangeError(`suites: there are no figures for ${found[i]}`);
  if (found.length === 0) throw new RangeError(`suites: none of them is of TLS ${version12 ? "1.2" : "1.3"}`);
  return found;
}

class Planner {
  private readonly io: Use;
  private readonly socketRest: Use;
  private readonly socketPeak: Use;
  at: string;
  handshake: Use;
  waiting: Use;
  connected: Use;
  parked: Use;
  chunkBytes: number;
  slots: number;
  stack: number;

  constructor({ receiveBuffer = DEFAULT_RECEIVE_BUFFER, sendBuffer = DEFAULT_SEND_BUFFER, socket = false }: PlanConfig) {
    this.io = { ...NONE, buffers: bufferBytes(receiveBuffer, sendBuffer) };
    const numbers = socket ? figuresOf("socket") : null;
    this.socketRest = numbers === null ? NONE : useAt(numbers, IDLE, false);
    this.socketPeak = numbers === null ? NONE : useAt(numbers, SOCKET_PEAK, true);
    this.at = "";
    this.handshake = this.waiting = this.connected = this.parked = NONE;
    this.chunkBytes = this.slots = this.stack = 0;
  }

  /** All that may happen in this flow. */
  take(family: string, flow: string, choices: readonly (readonly string[])[]): void {
    const numbers = figuresOf(flow);
    if (numbers === null) throw new RangeError(`there are no figures for "${flow}"`);
    const parts = choices.map((alternatives) => alternatives.map((choice) => choiceNumbers(family, flow, choice)));
    for (let row = ROWS; row < numbers.length; row += ROW) {
      const message = numbers[row];
      let peak = plus(plus(useAt(numbers, row + PEAK, true), this.io, 1), this.socketPeak, 1);
      let live = plus(plus(useAt(numbers, row + LIVE, false), this.io, 1), this.socketRest, 1);
      for (let i = 0; i < parts.length; i++) {
        peak = plus(peak, costliest(parts[i], message, PEAK), 1);
        live = plus(live, costliest(parts[i], message, LIVE), 1);
      }
      if (bytesOf(peak) > bytesOf(this.handshake)) {
        this.handshake = peak;
        this.at = MESSAGES[message];
      }
      if (bytesOf(live) > bytesOf(this.waiting)) this.waiting = live;
      this.chunkBytes = Math.max(this.chunkBytes, peak.buffers + peak.keys);
      this.slots = Math.max(this.slots, peak.slots);
      this.stack = Math.max(this.stack, peak.stack);
    }
    let idle = plus(plus(useAt(numbers, IDLE, false), this.io, 1), this.socketRest, 1);
    let parked = plus(useAt(numbers, PARKED, false), this.socketRest, 1);
    for (let i = 0; i < parts.length; i++) {
      idle = plus(idle, costliest(parts[i], -1, IDLE), 1);
      parked = plus(parked, costliest(parts[i], -1, PARKED), 1);
    }
    if (bytesOf(idle) > bytesOf(this.connected)) this.connected = idle;
    if (bytesOf(parked) > bytesOf(this.parked)) this.parked = parked;
  }

  plan({ connections = 1, pool = false, poolKeeps = 0 }: PlanConfig): Plan {
    const { handshake, waiting, connected, parked } = this;
    const others = connections - 1;
    // With a pool one handshake runs at a time and the others are parked. Without, all others may have come as far as they can.
    const other = pool ? parked : bytesOf(waiting) > bytesOf(connected) ? waiting : connected;
    const kept = pool ? { ...NONE, buffers: this.io.buffers * poolKeeps, slots: ARRAY_SLOTS * poolKeeps } : NONE;
    return {
      at: this.at,
      handshake: sumOf(handshake),
      waiting: sumOf(waiting),
      connected: sumOf(connected),
      parked: sumOf(parked),
      all: {
        handshake: sumOf(plus(plus(handshake, other, others), kept, 1)),
        connected: sumOf(plus(kept, connected, connections)),
        parked: sumOf(plus(kept, parked, connections)),
      },
      most: {
        chunkBytes: this.chunkBytes + (other.buffers + other.keys) * others + kept.buffers,
        slots: this.slots + other.slots * others + kept.slots,
        stackBytes: this.stack,
      },
    };
  }
}

/** Throws a RangeError for what there are no figures for. */
export function plan(config: PlanConfig): Plan {
  const { role, versions = ["1.3"], connections = 1, psk = "", clientAuth = false, resumption = false } = config;
  if (!(connections >= 1)) throw new RangeError(`connections is ${connections}; there must be one at least`);
  checkBuffers(config.receiveBuffer ?? DEFAULT_RECEIVE_BUFFER, config.sendBuffer ?? DEFAULT_SEND_BUFFER, undefined, undefined);
  const planner = new Planner(config);
  for (let i = 0; i < versions.length; i++) {
    const version12 = versions[i] === "1.2";
    const family = `${role}${version12 ? "12" : "13"}`;
    if (psk !== "") {
      if (version12) throw new RangeError("psk: there are no figures for pre-shared keys in TLS 1.2");
      planner.take(family, `${family}-${psk}`, choicesOf(config, false, false, false));
      continue;
    }
    planner.take(family, clientAuth ? `${family}-auth` : family, choicesOf(config, version12, true, false));
    if (resumption) planner.take(family, `${family}-resumed`, choicesOf(config, version12, false, true));
  }
  return planner.plan(config);
}

/** What a device has for all that, each of its heaps. */
export interface Room {
  readonly chunkBytes: number;
  readonly slots: number;
  readonly stackBytes: number;
}

/** Why it does not fit into what is free; "": it does. */
export function shortage({ most, handshake }: Plan, room: Room): string {
  if (most.chunkBytes > room.chunkBytes)
    return `memory too small: ${most.chunkBytes} bytes of chunks are needed, ${handshake.buffers} of them for the buffers of a connection; there are ${room.chunkBytes}`;
  if (most.slots > room.slots) return `memory too small: ${most.slots} slots are needed; there are ${room.slots}`;
  if (most.stackBytes > room.stackBytes)
    return `memory too small: ${most.stackBytes} bytes of stack are needed; there are ${room.stackBytes}`;
  return "";
}
