// A sensor that has a key in common with its server, and no certificates: it sends one reading and reads the answer. The firmware links no X.509.
//   mc/config: address, port, identity, key (base64, 16 bytes at least, from a good random source)

import TCP from "embedded:io/socket/tcp";
import config from "mc/config";
import PskSocket from "thimble-tls/moddable/psk-socket";
import { secure } from "./secure.js";

const reading = `{"sensor":"${config.identity}","celsius":21.5}\n`;
let sent = false;
let answer = "";

new PskSocket({
  address: config.address,
  port: Number(config.port),
  TCP: { io: TCP as never },
  secure,
  onWritable() {
    if (sent) return;
    sent = true;
    this.write(Uint8Array.from(reading, (character) => character.charCodeAt(0)));
  },
  onReadable(count) {
    const bytes = new Uint8Array(this.read(count) as ArrayBuffer);
    for (let i = 0; i < count; i++) answer += String.fromCharCode(bytes[i] as number);
    const end = answer.indexOf("\n");
    if (end < 0) return;
    trace("answer: ", answer.slice(0, end), "\n");
    this.close();
  },
  onError(error) {
    trace("failed: ", error.message, "\n");
    this.close();
  },
});
