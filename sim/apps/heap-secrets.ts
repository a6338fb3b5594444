/// <reference types="@moddable/typings/embedded_io/socket/tcp.d.ts" />
// One connection from begin to end, and after it a look for its secrets in all of the device's RAM.
import TCP from "embedded:io/socket/tcp";
import host from "sim:host";
import measure from "sim:measure";
import config from "mc/config";
import { Timer } from "../../hosts/moddable/timer.js";
import TLSSocket from "../../hosts/moddable/tls-socket.js";
import { toBytes } from "./ascii.js";
import { secure } from "./secrets-config.js";

let socket: TLSSocket | null = null;
let wrote = false;

function closed(): void {
  measure.search("closed");
  measure.collect();
  measure.search("collected");
  host.exit(0);
}

socket = new TLSSocket({
  address: "127.0.0.1",
  port: config.port,
  TCP: { io: TCP as never },
  secure,
  onWritable() {
    if (!wrote) this.write(toBytes("hello"));
    wrote = true;
  },
  onReadable() {
    this.read();
    measure.search("open");
    this.close();
    socket = null;
    Timer.set(closed, 200);
  },
  onError(error) {
    trace(error.message, "\n");
    host.exit(socket === null ? 0 : 1);
  },
});
