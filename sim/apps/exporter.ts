/// <reference types="@moddable/typings/embedded_io/socket/tcp.d.ts" />
// Prints what a connection exports: the test compares it with what the server exports.
import TCP from "embedded:io/socket/tcp";
import host from "sim:host";
import { certificates as roots } from "sim:trust";
import config from "mc/config";
import TLSSocket from "../../hosts/moddable/tls-socket.js";
import type { TLSAlert } from "../../src/alert.js";
import { iotClient } from "../../src/profiles/iot-client.js";
import { exporter, tlsExporter } from "../../src/schedule/exporter.js";
import { AnchorList, anchorFromCertificate } from "../../src/x509/anchors.js";
import { toBytes } from "./ascii.js";

const trust = new AnchorList(roots.map((der) => anchorFromCertificate(der, iotClient.sha256)));

function print(bytes: Uint8Array): void {
  for (const byte of bytes) trace(byte < 16 ? "0" : "", byte.toString(16));
  trace("\n");
}

let told = false;
const socket: TLSSocket = new TLSSocket({
  address: "127.0.0.1",
  port: config.port,
  TCP: { io: TCP as never },
  secure: {
    provider: iotClient,
    random: {
      fill(bytes, offset, length) {
        host.fillRandom(bytes, offset, length);
      },
    },
    clock: { seconds: () => Math.floor(Date.now() / 1000) },
    trust,
    serverName: "localhost",
    exporter,
  },
  onWritable() {
    if (told) return;
    told = true;
    print(socket.exportKeyingMaterial("EXPORTER-test", toBytes("context"), 40));
    print(tlsExporter(socket));
    socket.write(toBytes("x"));
  },
  onReadable() {
    socket.close();
    host.exit(0);
  },
  onError(error: TLSAlert) {
    trace(error.message, "\n");
    host.exit(1);
  },
});
