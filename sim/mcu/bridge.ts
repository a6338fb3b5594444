// The other end of the firmware's wire (sim/mcu/wire.h): its requests become TCP of this machine. One event is told at a time, when the firmware waits.
import { spawnSync } from "node:child_process";
import { createReadStream, createWriteStream, type WriteStream } from "node:fs";
import { connect, createServer, type Server, Socket } from "node:net";
import { join } from "node:path";
import { BuildError } from "../engine/compile.js";
import { type Gateway, startGateway } from "../network/gateway.js";
import { NO_SHAPE } from "../network/link.js";
import type { Network } from "../network/options.js";
import { LOOK_UP } from "./modules/look-up-mark.js";

const WAIT = 1;
const CONNECT = 2;
const LISTEN = 3;
const READ = 4;
const WRITE = 5;
const CLOSE = 6;

const TIME = 0;
const OPEN = 1;
const READABLE = 2;
const WRITABLE = 3;
const ENDED = 4;
const ACCEPTED = 5;

const HEADER = 8;
const NO_LIMIT = 0xffffffff;
/** Numbers of connections that a listener took; the firmware's own are below. */
const FIRST_ACCEPTED = 128;

interface Line {
  readonly socket: Socket;
  /** The gateway's answer has not come. */
  asks: boolean;
  received: Buffer[];
  available: number;
  opened: boolean;
  /** Somebody takes its events: of a connection that a listener took, only once it was asked for. */
  attached: boolean;
  openTold: boolean;
  /** Bytes that were told of: told again only once there are more, or fewer were read. */
  told: number;
  drained: boolean;
  ended: boolean;
}

/** The address that apps in the image connect to. */
export const PEER = "server";

export interface Peer {
  readonly host: string;
  readonly port: number;
}

const PLAIN: Network = { shape: NO_SHAPE, segment: null, names: {} };

export interface Counts {
  sent: number;
  received: number;
}

export class Bridge {
  readonly counts: Counts;
  private readonly folder: string;
  private readonly peer: Peer | null;
  private readonly lines: Map<number, Line>;
  private readonly servers: Map<number, Server>;
  private readonly accepted: { readonly listener: number; readonly id: number }[];
  private readonly onListening: (port: number) => void;
  private readonly network: Network;
  private readonly isPlain: boolean;
  /** Through which look-ups go, and all connections where the network is not plain. */
  private gateway: Promise<Gateway> | null;
  /** When the firmware began to wait. */
  private since: number;
  private out: WriteStream | null;
  private pending: Buffer;
  private waiting: boolean;
  private timer: NodeJS.Timeout | null;
  private nextAccepted: number;

  /** folder: where the two pipes are made, and the firmware runs. peer: where "server" is. onListening: the device listens there. */
  constructor(folder: string, peer: Peer | null, network: Network = PLAIN, onListening: (port: number) => void = () => {}) {
    const { latency, stall, loss } = network.shape;
    this.folder = folder;
    this.peer = peer;
    this.network = network;
    this.isPlain = latency === 0 && stall === null && loss === null && Object.keys(network.names).length === 0;
    this.gateway = null;
    this.counts = { sent: 0, received: 0 };
    this.lines = new Map();
    this.servers = new Map();
    this.accepted = [];
    this.onListening = onListening;
    this.since = 0;
    this.out = null;
    this.pending = Buffer.alloc(0);
    this.waiting = false;
    this.timer = null;
    this.nextAccepted = FIRST_ACCEPTED;
    const pipes = ["to-host", "from-host"].map((name) => join(folder, name));
    if (spawnSync("mkfifo", pipes).status !== 0) throw new BuildError("mkfifo failed: named pipes are needed (Linux, macOS)");
    // The firmware opens them at its first request; a stream waits for it.
    createReadStream(pipes[0] as string)
      .on("data", (bytes) => this.take(bytes as Buffer))
      .on("error", () => {});
    this.out = createWriteStream(pipes[1] as string);
    this.out.on("error", () => {});
  }

  /** Ends all connections. The pipes are opened once more where nobody did, so that no stream waits for ever. */
  end(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    for (const { socket } of this.lines.values()) socket.destroy();
    for (const server of this.servers.values()) server.close();
    void this.gateway?.then((gateway) => gateway.stop());
    this.out?.destroy();
    spawnSync("sh", ["-c", "exec 3<>to-host 4<>from-host"], { cwd: this.folder });
  }

  private take(bytes: Buffer): void {
    this.pending = Buffer.concat([this.pending, bytes]);
    for (;;) {
      if (this.pending.length < HEADER) return;
      const kind = this.pending[0] as number;
      const id = this.pending[1] as number;
      const length = this.pending.readUInt32LE(4);
      const follows = kind === CONNECT || kind === LISTEN || kind === WRITE ? length : 0;
      if (this.pending.length < HEADER + follows) return;
      const body = this.pending.subarray(HEADER, HEADER + follows);
      this.pending = this.pending.subarray(HEADER + follows);
      this.request(kind, id, length, body);
    }
  }

  private request(kind: number, id: number, length: number, body: Buffer): void {
    if (kind === WAIT) this.wait(length);
    else if (kind === CONNECT) this.connect(id, body.toString("latin1"));
    else if (kind === LISTEN) this.listen(id, Number(body.toString("latin1")));
    else if (kind === READ) this.read(id, length);
    else if (kind === WRITE) {
      this.counts.sent += body.length;
      const line = this.lines.get(id);
      if (line !== undefined) line.drained = line.socket.write(Buffer.from(body)) && line.drained;
    } else if (kind === CLOSE) this.close(id);
  }

  private connect(id: number, text: string): void {
    if (text === "") {
      const line = this.lines.get(id);
      if (line !== undefined) Object.assign(line, { attached: true, openTold: false, told: 0 });
      return;
    }
    if (text.startsWith(LOOK_UP)) {
      this.ask(id, `resolve ${text.slice(LOOK_UP.length)}`, false); // the answer is what it receives
      return;
    }
    const colon = text.lastIndexOf(":");
    const named = { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
    // An address that is not in the image, so that one image serves at any port.
    const { host, port } = named.host === PEER && this.peer !== null ? this.peer : named;
    if (this.isPlain) this.add(id, connect({ host, port }), false);
    else this.ask(id, `connect ${host} ${port}`, true);
  }

  /** By the gateway; asks: its answer is a line before what is received. */
  private ask(id: number, question: string, asks: boolean): void {
    const socket = new Socket();
    this.add(id, socket, false, asks);
    this.gateway ??= startGateway(this.network.shape, this.network.names);
    void this.gateway.then(({ port }) => socket.connect(port, "127.0.0.1", () => socket.write(`${question}\n`)));
  }

  /** The gateway's line: what follows is the connection's. */
  private answered(line: Line, bytes: Buffer): void {
    const all = Buffer.concat([...line.received.splice(0), bytes]);
    const end = all.indexOf("\n");
    if (end < 0) {
      line.received.push(all);
      return;
    }
    line.asks = false;
    if (all[0] !== "+".charCodeAt(0)) return; // it ends
    line.opened = true;
    line.received.push(all.subarray(end + 1));
    line.available = all.length - end - 1;
  }

  private add(id: number, socket: Socket, opened: boolean, asks = false): void {
    const line: Line = {
      socket,
      asks,
      received: [],
      available: 0,
      opened,
      attached: !opened,
      openTold: false,
      told: 0,
      drained: true,
      ended: false,
    };
    this.lines.set(id, line);
    socket.setNoDelay(true);
    socket.on("connect", () => {
      line.opened = !asks;
      this.wake();
    });
    socket.on("data", (bytes: Buffer) => {
      if (line.asks) this.answered(line, bytes);
      else {
        line.received.push(bytes);
        line.available += bytes.length;
      }
      this.wake();
    });
    const end = (): void => {
      line.ended = true;
      this.wake();
    };
    socket.on("end", end).on("error", end).on("close", end);
  }

  private listen(id: number, port: number): void {
    const server = createServer((socket) => {
      const number = this.nextAccepted;
      this.nextAccepted = number === 255 ? FIRST_ACCEPTED : number + 1;
      this.add(number, socket, true);
      this.accepted.push({ listener: id, id: number });
      this.wake();
    });
    this.servers.set(id, server);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      this.onListening(typeof address === "object" && address !== null ? address.port : port);
    });
  }

  private close(id: number): void {
    this.lines.get(id)?.socket.end();
    this.lines.delete(id);
    this.servers.get(id)?.close();
    this.servers.delete(id);
  }

  private read(id: number, length: number): void {
    const line = this.lines.get(id);
    if (line === undefined) throw new Error(`wire: read from ${id}, which is not open`);
    const all = Buffer.concat(line.received);
    line.received = [all.subarray(length)];
    line.available -= length;
    line.told = 0;
    this.counts.received += length;
    this.out?.write(all.subarray(0, length));
  }

  private wait(milliseconds: number): void {
    this.waiting = true;
    this.since = performance.now();
    if (milliseconds !== NO_LIMIT) this.timer = setTimeout(() => this.tell(TIME, 0, 0), milliseconds);
    this.wake();
  }

  private wake(): void {
    if (!this.waiting) return;
    const event = this.nextEvent();
    if (event !== null) this.tell(...event);
  }

  /** What there is to tell: kind, id, length. */
  private nextEvent(): readonly [number, number, number] | null {
    const taken = this.accepted.shift();
    if (taken !== undefined) return [ACCEPTED, taken.listener, taken.id];
    for (const [id, line] of this.lines) {
      if (!line.attached) continue;
      if (line.opened && !line.openTold) {
        line.openTold = true;
        return [OPEN, id, 0];
      }
      const there = Math.min(line.available, this.network.segment ?? line.available);
      if (there > line.told) {
        line.told = there;
        return [READABLE, id, there];
      }
      if (!line.drained && line.socket.writableLength === 0) {
        line.drained = true;
        return [WRITABLE, id, 0];
      }
      if (line.ended && line.available === 0) {
        this.lines.delete(id);
        return [ENDED, id, 0];
      }
    }
    return null;
  }

  private tell(kind: number, id: number, length: number): void {
    this.waiting = false;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const event = Buffer.alloc(HEADER + 4);
    event[0] = kind;
    event[1] = id;
    event.writeUInt32LE(length, 4);
    event.writeUInt32LE(Math.round(performance.now() - this.since), HEADER);
    this.out?.write(event);
  }
}
