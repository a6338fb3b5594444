// Posts one reading over HTTPS and ends. In the simulator: npm run sim -- examples/reading.ts --server own
import TLSSocket from "thimble-tls/moddable/tls-socket";
import { iotClient } from "thimble-tls/profiles/iot-client";
import { AnchorList, anchorFromCertificate } from "thimble-tls/x509/anchors";
import TCP from "embedded:io/socket/tcp";
import config from "mc/config";
import Net from "net";
import host from "sim:host";
import { certificates } from "sim:trust";

// Made once, while the firmware is built: it lies in flash.
const secure = {
  provider: iotClient,
  random: { fill: (bytes: Uint8Array, offset: number, length: number) => host.fillRandom(bytes, offset, length) },
  clock: { seconds: () => Math.floor(Date.now() / 1000) },
  trust: new AnchorList(certificates.map((der) => anchorFromCertificate(der, iotClient.sha256))),
  serverName: config.serverName as string,
  handshakeTimeout: 20_000,
};

const body = '{"sensor":"example","sequence":1,"celsius":21.5}';
const request = `POST /readings HTTP/1.1\r\nHost: ${config.host}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;

function post(address: string): void {
  let answer = "";
  const socket = new TLSSocket({
    address,
    port: config.port as number,
    TCP: { io: TCP },
    secure,
    onWritable() {
      if (answer === "") this.write(Uint8Array.from(request, (c) => c.charCodeAt(0)));
    },
    onReadable(count) {
      answer += String.fromCharCode(...new Uint8Array(this.read(count) as ArrayBuffer));
    },
    onError(error) {
      socket.close();
      if (error.alert !== "close_notify") throw error;
      console.log(answer.split("\r\n\r\n")[1]);
    },
  });
}

Net.resolve(config.host as string, (name, address) => {
  if (address === undefined) throw new Error(`${name}: no such host`);
  post(address);
});
