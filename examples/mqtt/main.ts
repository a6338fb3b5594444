// Publishes a reading with QoS 1 to an MQTT broker, proves itself with a certificate of its own, and speaks of its protocol by ALPN.
//   mc/config: host, address, port, alpn, client, root, certificate, key (base64 of DER, certificates with commas between them; the key PKCS #8 or ECPrivateKey)

import TCP from "embedded:io/socket/tcp";
import config from "mc/config";
import TLSSocket from "thimble-tls/moddable/tls-socket";
import { secure } from "./secure.js";

const CONNACK = 0x20;
const PUBACK = 0x40;

/** MQTT 3.1.1: type and flags, the length of what follows, then bytes, and texts behind their length. */
function packet(type: number, ...parts: readonly (string | readonly number[])[]): Uint8Array {
  const bytes: number[] = [];
  for (const part of parts) {
    if (typeof part === "string") bytes.push(part.length >> 8, part.length & 255);
    for (let i = 0; i < part.length; i++) bytes.push(typeof part === "string" ? part.charCodeAt(i) : (part[i] as number));
  }
  return Uint8Array.from([type, bytes.length, ...bytes]);
}

const { client } = config;
const reading = [..."21.5"].map((character) => character.charCodeAt(0));
let begun = false;
let received: number[] = [];

new TLSSocket({
  address: config.address,
  host: config.host,
  port: Number(config.port),
  TCP: { io: TCP as never },
  secure,
  onWritable() {
    if (begun) return;
    begun = true;
    trace("connected: ", this.alpn ?? "no ALPN", "\n");
    this.write(packet(0x10, "MQTT", [4, 2, 0, 60], client));
  },
  onReadable(count) {
    const bytes = new Uint8Array(this.read(count) as ArrayBuffer);
    for (let i = 0; i < count; i++) received.push(bytes[i] as number);
    while (received.length >= 4) {
      const type = received[0] as number;
      const code = received[3] as number;
      received = received.slice(4);
      if (type === CONNACK && code === 0) this.write(packet(0x32, `readings/${client}`, [0, 1], reading));
      else if (type === PUBACK) {
        trace("published\n");
        this.write(packet(0xe0));
        this.close();
        return;
      } else {
        trace("failed: the broker answered with ", type, ", ", code, "\n");
        this.close();
        return;
      }
    }
  },
  onError(error) {
    trace("failed: ", error.message, "\n");
    this.close();
  },
});
