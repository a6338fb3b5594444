/// <reference types="@moddable/typings/embedded_io/socket/tcp.d.ts" />
// A device app: posts readings to a server over HTTPS, through the ECMA-419 TLSSocket, and checks each reply.
import TCP from "embedded:io/socket/tcp";
import host from "sim:host";
import config from "mc/config";
import TLSSocket from "../../hosts/moddable/tls-socket.js";
import type { TLSAlert } from "../../src/alert.js";
import { toBytes, toText } from "./ascii.js";
import { postRequest, readReply } from "./http.js";
import { progress } from "./progress.js";
import { secure } from "./secure.js";

/** What the app uses of a socket; a TCP and a TLSSocket are the same to it. */
interface Socket {
  read(): unknown;
  write(data: Uint8Array): unknown;
  close(): void;
}

class Sensor {
  private socket: Socket;
  private sequence: number;
  private text: string;

  constructor() {
    this.sequence = 0;
    this.text = "";
    const options = {
      address: config.address,
      port: config.port,
      onReadable: () => this.readable(),
      onWritable: () => this.writable(),
      onError: (error?: unknown) => this.ended(error),
    };
    this.socket = config.tls ? new TLSSocket({ ...options, TCP: { io: TCP as never }, secure }) : new TCP(options);
  }

  private writable(): void {
    if (this.sequence === 0) {
      progress("connected");
      this.post();
    }
  }

  private post(): void {
    const last = ++this.sequence === config.readings;
    const body = `{"sensor":"thimble","sequence":${this.sequence},"celsius":${20 + this.sequence / 4}}`;
    this.socket.write(toBytes(postRequest(config.path, config.serverName, body, last)));
  }

  private readable(): void {
    this.text += toText(new Uint8Array(this.socket.read() as ArrayBuffer));
    const reply = readReply(this.text);
    if (reply === null) return;
    this.text = "";
    if (config.strict && (reply.status !== 200 || reply.body !== `{"accepted":${this.sequence}}`)) {
      this.fail(`reading ${this.sequence} was not accepted: status ${reply.status}, ${reply.body.slice(0, 64)}`);
      return;
    }
    progress(config.strict ? `reading ${this.sequence} accepted` : `the server answered with status ${reply.status}`);
    if (this.sequence < config.readings) this.post();
    else this.done();
  }

  private done(): void {
    this.sequence = -1;
    this.socket.close();
  }

  private ended(error: unknown): void {
    if (this.sequence < 0) return;
    const alert = error as TLSAlert | undefined;
    this.fail(alert?.reason === undefined ? "the connection was lost" : alert.message);
  }

  private fail(why: string): void {
    trace("sensor: ", why, "\n");
    this.done();
    host.exit(1);
  }
}

new Sensor();
