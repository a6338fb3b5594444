// A whole TLS socket on a replayed flight. First argument "plain": the same app and TCP socket with no connection constructed.
import host from "sim:host";
import measure from "sim:measure";
import { Timer } from "../../hosts/moddable/timer.js";
import TLSSocket from "../../hosts/moddable/tls-socket.js";
import { replayConfig } from "./replay-config.js";
import { ReplayTCP } from "./replay-tcp.js";

const plain = host.argument(0) === "plain";

/** Time for the server's tickets to come. */
const SETTLED = 50;

class App {
  readonly socket: { close(): void };

  constructor() {
    const options = {
      address: "127.0.0.1",
      port: 0,
      onWritable: () => this.writable(),
      onReadable: () => {},
      onError: () => host.exit(1),
    };
    this.socket = plain ? new ReplayTCP(options) : new TLSSocket({ ...options, TCP: { io: ReplayTCP as never }, secure: replayConfig });
  }

  writable(): void {
    measure.mark("connected");
    Timer.set(() => this.idle(), SETTLED);
  }

  idle(): void {
    measure.mark("idle");
    this.socket.close();
  }
}

measure.reset();
measure.mark("start");
new App();
