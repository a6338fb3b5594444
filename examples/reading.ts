// Posts one reading over HTTPS. In the simulator: npx thimble sim examples/reading.ts --server own

import TCP from "embedded:io/socket/tcp";
import host from "sim:host";
import config from "mc/config";
import Net from "net";
import TLSSocket from "thimble-tls/moddable/tls-socket";
import { secure } from "./secure.js";

const body = '{"sensor":"example","sequence":1,"celsius":21.5}';
const head = `POST /readings HTTP/1.1\r\nHost: ${config.host}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;

function post(address: string): void {
  let answer = "";
  let sent = false;
  new TLSSocket({
    address,
    port: config.port,
    TCP: { io: TCP as never },
    secure,
    onWritable() {
      if (sent) return;
      sent = true;
      this.write(Uint8Array.from(head + body, (character) => character.charCodeAt(0)));
    },
    onReadable(count) {
      answer += String.fromCharCode(...new Uint8Array(this.read(count) as ArrayBuffer));
    },
    onError(error) {
      this.close();
      const accepted = answer.startsWith("HTTP/1.1 200");
      console.log(accepted ? answer.slice(answer.indexOf("\r\n\r\n") + 4) : `no answer: ${error.message}`);
      if (!accepted) host.exit(1);
    },
  });
}

Net.resolve(config.host, (name, address) => {
  if (address === undefined) throw new Error(`${name}: no such host`);
  post(address);
});
