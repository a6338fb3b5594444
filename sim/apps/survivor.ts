/// <reference types="@moddable/typings/embedded_io/socket/tcp.d.ts" />
// A device app that meets one bad server after the other: it tells each error and connects again.
import TCP from "embedded:io/socket/tcp";
import { anchors } from "sim:anchors";
import host from "sim:host";
import config from "mc/config";
import TLSSocket from "../../hosts/moddable/tls-socket.js";
import type { TLSAlert } from "../../src/alert.js";
import { iotClient } from "../../src/profiles/iot-client.js";
import { AnchorList } from "../../src/x509/anchors.js";
import { toBytes, toText } from "./ascii.js";

const stores = anchors.map((anchor) => new AnchorList([anchor]));
const hello = toBytes("hello");
const random = {
  fill(bytes: Uint8Array, offset: number, length: number) {
    host.fillRandom(bytes, offset, length);
  },
};

class Survivor {
  private index = -1;
  private text = "";
  private socket: TLSSocket | null = null;

  next(): void {
    if (++this.index === config.targets.length) {
      trace("alive at the end\n");
      return;
    }
    const { port, serverName, anchor, now } = config.targets[this.index];
    this.text = "";
    let greeted = false;
    this.socket = new TLSSocket({
      address: "127.0.0.1",
      port,
      TCP: { io: TCP as never },
      secure: {
        provider: iotClient,
        random,
        clock: { seconds: () => now },
        trust: stores[anchor],
        serverName,
        handshakeTimeout: 1500,
        idleTimeout: 1500,
      },
      onReadable: () => {
        this.text += toText(new Uint8Array(this.socket!.read() as ArrayBuffer));
        if (this.text === "hello") this.tell("open, answered");
      },
      onWritable: () => {
        if (!greeted) this.socket!.write(hello);
        greeted = true;
      },
      onError: (error: TLSAlert) => this.tell(error.message),
    });
  }

  private tell(what: string): void {
    trace(config.targets[this.index].name, " | ", this.text, " | ", what, "\n");
    this.socket!.close();
    this.next();
  }
}

new Survivor().next();
