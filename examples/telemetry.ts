// Publishes a reading to an MQTT broker, where it proves itself with a certificate of its own, and stays connected for a while. Many at once:
//   npx thimble sim examples/telemetry.ts --fleet 200 --identities devices --server broker.example:8883 --ca broker-ca.pem --config stay.json

import TCP from "embedded:io/socket/tcp";
import device from "sim:device";
import host from "sim:host";
import measure from "sim:measure";
import config from "mc/config";
import { identityFrom } from "thimble-tls/keys/identity-from";
import { p256Keys } from "thimble-tls/keys/p256-key";
import TLSSocket from "thimble-tls/moddable/tls-socket";
import { secure } from "./secure.js";

const CONNACK = 0x20;
const PUBACK = 0x40;

const { name, certificates, privateKey } = device.identity();
const identity = identityFrom({ certificates, key: privateKey, keys: [p256Keys], sha256: secure.provider.sha256 });

/** MQTT 3.1.1: type and flags, the length of what follows, then bytes, and texts behind their length. */
function packet(type: number, ...parts: readonly (string | readonly number[])[]): Uint8Array {
  const bytes: number[] = [];
  for (const part of parts) {
    if (typeof part !== "string") bytes.push(...part);
    else {
      bytes.push(part.length >> 8, part.length & 255);
      for (let i = 0; i < part.length; i++) bytes.push(part.charCodeAt(i));
    }
  }
  return Uint8Array.from([type, bytes.length, ...bytes]);
}

const reading = `{"sensor":"${name}","celsius":21.5}`;
const connect = packet(0x10, "MQTT", [4, 2, 0, 60], name);
const publish = packet(
  0x32,
  `readings/${name}`,
  [0, 1],
  [...reading].map((character) => character.charCodeAt(0)),
);

let begun = false;
let over = false;
let received: number[] = [];

function fail(why: string): void {
  console.log(`@failed ${why}`);
  host.exit(1);
}

new TLSSocket({
  address: config.address,
  port: config.port,
  TCP: { io: TCP as never },
  secure: { ...secure, identities: [identity] },
  onWritable() {
    if (!begun) this.write(connect);
    begun = true;
  },
  onReadable(count) {
    received.push(...new Uint8Array(this.read(count) as ArrayBuffer));
    while (received.length >= 4) {
      const [type, length, , code] = received as [number, number, number, number];
      if (length !== 2) return fail(`the broker sent a packet of type ${type}`);
      received = received.slice(4);
      if (type === CONNACK && code === 0) {
        measure.mark("connected"); // for the fleet's figures
        this.write(publish);
      } else if (type === PUBACK) {
        setTimeout(
          () => {
            over = true;
            this.write(packet(0xe0));
            this.close();
          },
          (config.staySeconds ?? 0) * 1000,
        );
      } else return fail(`the broker refused: packet of type ${type}, code ${code}`);
    }
  },
  onError(error) {
    if (!over) fail(error.message);
  },
});
