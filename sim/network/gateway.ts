// A process of the simulator through which a device's connections and look-ups go: it makes them slow, stalls them, loses them, and knows names
// that no resolver knows. The device sends a line for each, "connect HOST PORT" or "resolve NAME" (sim/xs/gateway.c).
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Link, type Shape } from "./link.js";

export interface Gateway {
  readonly port: number;
  stop(): void;
}

const LONGEST_LINE = 512;
/** Bytes that may wait in one direction before the sender is held. */
const WAITING_LIMIT = 65_536;
/** The longest that a timer of Node's takes. */
const LONGEST_TIMER = 0x7fffffff;

/** One direction of a connection: what came waits for its time, in order. */
class Lane {
  private readonly from: Socket;
  private readonly to: Socket;
  private readonly link: Link;
  private readonly toDevice: boolean;
  private readonly queue: { readonly due: number; bytes: Buffer | null }[] = [];
  private waiting = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(from: Socket, to: Socket, link: Link, toDevice: boolean) {
    this.from = from;
    this.to = to;
    this.link = link;
    this.toDevice = toDevice;
    from.on("data", (bytes: Buffer) => this.came(bytes));
    from.on("end", () => this.came(null));
    from.resume();
  }

  came(bytes: Buffer | null): void {
    this.queue.push({ due: Date.now() + this.link.latency, bytes });
    this.waiting += bytes?.length ?? 0;
    if (this.waiting > WAITING_LIMIT) this.from.pause();
    this.move();
  }

  private move(): void {
    if (this.timer !== null) return;
    for (let first = this.queue[0]; first !== undefined; first = this.queue[0]) {
      const wait = Math.max(first.due - Date.now(), this.link.wait());
      if (wait > 0) {
        this.timer = setTimeout(
          () => {
            this.timer = null;
            this.move();
          },
          Math.min(wait, LONGEST_TIMER),
        );
        this.timer.unref();
        return;
      }
      this.pass(first);
    }
  }

  private pass(first: { bytes: Buffer | null }): void {
    const { bytes } = first;
    if (bytes === null) {
      this.queue.shift();
      this.to.end();
      return;
    }
    const count = this.toDevice ? this.link.allowance(bytes.length) : bytes.length;
    this.to.write(bytes.subarray(0, count));
    if (this.toDevice) this.link.passed(count);
    if (count < bytes.length) first.bytes = bytes.subarray(count);
    else this.queue.shift();
    this.waiting -= count;
    if (this.waiting <= WAITING_LIMIT) this.from.resume();
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Record<string, string> = {
    ECONNREFUSED: "Connection refused",
    ENOTFOUND: "no such host",
    EAI_AGAIN: "no such host",
    ETIMEDOUT: "Connection timed out",
    EHOSTUNREACH: "No route to host",
    ENETUNREACH: "Network is unreachable",
  };
  return known[code ?? ""] ?? message.split("\n")[0] ?? "no connection";
}

/** names: NAME → address, for those that only this device knows. */
export async function startGateway(shape: Shape, names: Readonly<Record<string, string>>): Promise<Gateway> {
  const link = new Link(shape);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once("close", () => sockets.delete(socket));
  };
  const addressOf = async (name: string): Promise<string> => names[name.toLowerCase()] ?? (await lookup(name)).address;
  /** Both ways take their time, and longer while the link is lost. */
  const roundTrip = async (): Promise<void> => {
    for (let wait = Math.max(2 * link.latency, link.wait()); wait > 0; wait = link.wait())
      await new Promise((done) => setTimeout(done, Math.min(wait, LONGEST_TIMER)).unref());
  };

  const answer = async (device: Socket, line: string): Promise<void> => {
    const [verb, host = "", port] = line.split(" ");
    try {
      await roundTrip();
      const address = await addressOf(host);
      if (verb === "resolve") {
        device.end(`+${address}\n`);
        return;
      }
      const server = connect({ host: address, port: Number(port), allowHalfOpen: true });
      keep(server);
      await once(server, "connect");
      const cut = (one: Socket, other: Socket): void => {
        one.on("error", () => {
          if (link.wait() === Infinity) return; // nobody is told of what a lost link hides
          other.resetAndDestroy();
        });
      };
      cut(server, device);
      cut(device, server);
      device.write("+\n");
      new Lane(server, device, link, true);
      new Lane(device, server, link, false);
    } catch (error) {
      device.end(`-${reasonOf(error)}\n`);
    }
  };

  const listener = createServer({ allowHalfOpen: true, pauseOnConnect: false }, (device) => {
    keep(device);
    let text = "";
    const onData = (bytes: Buffer): void => {
      text += bytes.toString("latin1");
      const end = text.indexOf("\n");
      if (end < 0 && text.length < LONGEST_LINE) return;
      device.off("data", onData);
      device.pause();
      if (end < 0) device.destroy();
      else void answer(device, text.slice(0, end));
    };
    device.on("data", onData);
    device.on("error", () => {});
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: (listener.address() as AddressInfo).port,
    stop: () => {
      listener.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
