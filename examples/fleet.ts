// Posts one reading over HTTPS and proves who it is with a certificate of its own. For many devices at once:
//   npx thimble sim examples/fleet.ts --fleet 20 --server own

import TCP from "embedded:io/socket/tcp";
import device from "sim:device";
import host from "sim:host";
import measure from "sim:measure";
import config from "mc/config";
import { identityFrom } from "thimble-tls/keys/identity-from";
import { p256Keys } from "thimble-tls/keys/p256-key";
import TLSSocket from "thimble-tls/moddable/tls-socket";
import { secure } from "./secure.js";

const { name, certificates, privateKey } = device.identity();
const identity = identityFrom({ certificates, key: privateKey, keys: [p256Keys], sha256: secure.provider.sha256 });
const body = `{"sensor":"${name}","sequence":1,"celsius":21.5}`;
const head = `POST /readings HTTP/1.1\r\nHost: ${config.host}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;

let answer = "";
let sent = false;
new TLSSocket({
  address: config.address,
  port: config.port,
  TCP: { io: TCP as never },
  secure: { ...secure, identities: [identity] },
  onWritable() {
    if (sent) return;
    sent = true;
    measure.mark("connected"); // for the fleet's figures
    this.write(Uint8Array.from(head + body, (character) => character.charCodeAt(0)));
  },
  onReadable(count) {
    answer += String.fromCharCode(...new Uint8Array(this.read(count) as ArrayBuffer));
  },
  onError(error) {
    this.close();
    if (answer.startsWith("HTTP/1.1 200")) return;
    console.log(`@failed no answer: ${error.message}`);
    host.exit(1);
  },
});
