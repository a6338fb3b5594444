// The SDK's fetch and WebSocketClient over thimble: both take the socket's class as an option. They are modules of the SDK, so this app needs one; the
// other examples run without.
//   mc/config: host, address, port, path, root (base64 of the root certificate)

import TCP from "embedded:io/socket/tcp";
import HTTPClient from "embedded:network/http/client";
import WebSocketClient from "embedded:network/websocket/client";
import fetch from "fetch";
import config from "mc/config";
import TLSSocket from "thimble-tls/moddable/tls-socket";
import { secure } from "./secure.js";

/** Where the host is, is in mc/config; an app with a network of its own has the SDK's resolver here. */
class Configured {
  resolve({ host, onResolved }: { host: string; onResolved: (host: string, address: string) => void }): void {
    onResolved.call(this, host, config.address);
  }
  close(): void {}
}

const dns = { io: Configured };
const socket = { io: TLSSocket, TCP: { io: TCP }, secure };

/** fetch gives the port of an URL as text; a socket's is a number. */
class Client extends HTTPClient {
  constructor(options: { port: number | string }) {
    super({ ...options, port: Number(options.port) } as never);
  }
}

// fetch looks here for what it makes connections with.
const everywhere = globalThis as unknown as { device?: { network?: object } };
everywhere.device = { ...everywhere.device, network: { ...everywhere.device?.network, https: { io: Client, dns, socket } } };

function talk(): void {
  let sent = false;
  new WebSocketClient({
    host: config.host,
    port: Number(config.port),
    path: config.path,
    dns,
    socket,
    onWritable() {
      if (sent) return;
      sent = true;
      this.write(Uint8Array.from("hello", (character) => character.charCodeAt(0)).buffer, { binary: false });
    },
    onReadable(count) {
      trace("message: ", String.fromCharCode(...new Uint8Array(this.read(count))), "\n");
      this.close();
      trace("done\n");
    },
    onError() {
      trace("the WebSocket failed\n");
    },
  });
}

fetch(`https://${config.host}:${config.port}${config.path}`)
  .then((response) => response.text().then((text) => trace(`${response.status}, ${text.length} characters\n`)))
  .then(talk)
  .catch((error) => trace("failed: ", String(error), "\n"));
