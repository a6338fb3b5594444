// A device app: a server over TLS. It answers HTTP's GET with a page and sends everything else back; it ends after config.clients clients.
import host from "sim:host";
import { certificates, privateKey } from "sim:identity";
import measure from "sim:measure";
import config from "mc/config";
import Listener from "../../hosts/moddable/listener.js";
import type { SecureListener } from "../../hosts/moddable/secure-listener.js";
import type { SecureSocket } from "../../hosts/moddable/secure-socket.js";
import type { TLSAlert } from "../../src/alert.js";
import { identityFrom } from "../../src/keys/identity-from.js";
import { p256Keys } from "../../src/keys/p256-key.js";
import { iotClient } from "../../src/profiles/iot-client.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { toBytes } from "./ascii.js";
import { secure } from "./secure-server.js";

const PAGE = "Hello from a device that is served by thimble.\n";

/** One client: what it sends waits here until it can be sent back. */
class Client {
  private readonly server: Server;
  private readonly socket: SecureSocket;
  private waiting: Uint8Array | null;
  private room: number;
  private first: boolean;
  private last: boolean;

  constructor(server: Server, from: SecureSocket) {
    this.server = server;
    this.waiting = null;
    this.room = 0;
    this.first = true;
    this.last = false;
    this.socket = new (from.constructor as typeof SecureSocket)({
      from,
      onReadable: (count) => this.readable(count),
      onWritable: (count) => this.writable(count),
      onError: (failure) => this.ended(failure),
    });
  }

  private readable(count: number): void {
    if (this.waiting !== null) return;
    const bytes = new Uint8Array(count);
    this.socket.read(bytes);
    const get = this.first && bytes[0] === 0x47 && bytes[1] === 0x45 && bytes[2] === 0x54;
    this.first = false;
    this.last = get;
    this.waiting = get ? toBytes(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${PAGE.length}\r\n\r\n${PAGE}`) : bytes;
    this.flush();
  }

  private writable(count: number): void {
    this.room = count;
    this.flush();
  }

  private flush(): void {
    const { waiting, room } = this;
    if (waiting === null || room === 0) return;
    const now = Math.min(room, waiting.length);
    this.room = this.socket.write(waiting.subarray(0, now));
    this.waiting = now < waiting.length ? waiting.subarray(now) : null;
    if (this.waiting !== null) return;
    if (this.last) this.ended(null);
    else if (this.socket.available > 0) this.readable(this.socket.available);
  }

  private ended(failure: TLSAlert | null): void {
    this.socket.close();
    this.server.left(failure === null || failure.alert === "close_notify" ? "" : failure.message);
  }
}

class Server {
  private readonly listener: Listener;
  private served: number;

  constructor() {
    this.served = 0;
    const identity = identityFrom({ certificates, key: privateKey, keys: [p256Keys], sha256: iotClient.sha256 });
    const server = this;
    const hosts = new VirtualHosts([], { identities: [identity], alpn: ["http/1.1", "echo"] });
    const Secured = Listener.with({ ...secure, hosts });
    this.listener = new Secured({
      port: config.port,
      address: config.address,
      onReadable(count) {
        for (let i = 0; i < count; i++) server.came(this);
      },
      onClientError: (failure) => trace("server: a client failed: ", failure.message, "\n"),
    });
    measure.mark("listening");
    trace("server: listening on ", this.listener.port ?? config.port, "\n");
  }

  private came(listener: SecureListener): void {
    const from = listener.read();
    if (from === undefined) return;
    measure.mark("client connected");
    trace("server: alpn ", from.alpn ?? "none", ", name ", from.serverName, "\n");
    new Client(this, from);
  }

  left(why: string): void {
    measure.mark("client left");
    if (why !== "") trace("server: ", why, "\n");
    if (++this.served < config.clients) return;
    this.listener.close();
    host.exit(0);
  }
}

new Server();
