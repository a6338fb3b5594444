// An HTTPS server with two names, each with a certificate of its own; it answers with the name that was asked for.
//   mc/config: port, name, certificate, key, other, otherCertificate, otherKey

import config from "mc/config";
import Listener from "thimble-tls/moddable/listener";
import type { SecureSocket } from "thimble-tls/moddable/secure-socket";
import { secure } from "./secure.js";

function serve(from: SecureSocket): void {
  let asked = "";
  let answer: Uint8Array | null = null;
  const Socket = from.constructor as new (options: object) => SecureSocket;
  new Socket({
    from,
    onReadable(this: SecureSocket, count: number) {
      const bytes = new Uint8Array(this.read(count) as ArrayBuffer);
      for (let i = 0; i < count && answer === null; i++) {
        asked = (asked + String.fromCharCode(bytes[i] as number)).slice(-4); // of a request all that matters here is its end
        if (asked === "\r\n\r\n") answer = answerFor(this.serverName);
      }
      send(this);
    },
    onWritable(this: SecureSocket) {
      send(this);
    },
    onError(this: SecureSocket) {
      this.close();
    },
  });

  function send(socket: SecureSocket): void {
    if (answer === null) return;
    socket.write(answer);
    socket.close();
  }
}

function answerFor(name: string): Uint8Array {
  const body = `this is ${name}\n`;
  const text = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

new Listener({
  port: Number(config.port),
  secure,
  onReadable(count) {
    for (let i = 0; i < count; i++) {
      const from = this.read();
      if (from !== undefined) serve(from);
    }
  },
  onClientError(error) {
    trace("a client failed: ", error.message, "\n");
  },
});
trace("listening\n");
