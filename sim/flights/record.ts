// Records the flights anew: node dist/sim/flights/record.js [--new-certificates]. Needed when the ClientHello changes, since then the server's
// signature and keys do. The certificates and their keys are kept in sim/flights/pki (they protect nothing).
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { certificatesFrom } from "../../hosts/node/certificates.js";
import { ClientConnection } from "../../src/client.js";
import { OPEN } from "../../src/connection.js";
import { iotClient } from "../../src/profiles/iot-client.js";
import { AnchorList, anchorFromCertificate } from "../../src/x509/anchors.js";
import { fixedClock, insecureFixedRandom } from "../apps/fixed-random.js";
import { flights } from "../paths.js";
import { makePki, type Pki, readPki } from "../pki.js";
import { type Flight, flightFile } from "./flight.js";

const SERVER_NAME = "localhost";
const DAYS = 8400;

/** One handshake with Node's server. Returns its records, up to the tickets behind its Finished. */
async function record(pki: Pki, suite: string): Promise<Flight> {
  const server = createServer({
    cert: pki.chain,
    key: pki.key,
    minVersion: "TLSv1.3",
    ciphers: suite,
    ecdhCurve: "X25519",
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const rootDer = certificatesFrom(pki.root, "root")[0] as Uint8Array;
  const connection = new ClientConnection({
    provider: iotClient,
    random: insecureFixedRandom,
    clock: fixedClock,
    trust: new AnchorList([anchorFromCertificate(rootDer, iotClient.sha256)]),
    serverName: SERVER_NAME,
    receiveBuffer: 2048, // as in the replay: record_size_limit and max_fragment_length in the ClientHello tell it
  });
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  let bytes = Buffer.alloc(0);
  const send = (): void => {
    const pending = connection.txPending();
    if (pending === 0) return;
    socket.write(connection.io.slice(connection.txOffset, connection.txOffset + pending));
    connection.sent(pending);
  };
  socket.on("connect", send);
  socket.on("data", (data) => {
    bytes = Buffer.concat([bytes, data]);
    for (let at = 0; at < data.length; ) {
      const length = Math.min(connection.rxSpace(), data.length - at);
      if (length === 0) throw new Error(`the client takes no more: ${connection.failure?.message ?? "its buffer is full"}`);
      connection.io.set(data.subarray(at, at + length), connection.rxOffset);
      connection.received(length);
      at += length;
    }
    send();
  });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  socket.destroy();
  server.close();
  if (connection.state !== OPEN) throw new Error(`the handshake failed: ${connection.failure?.message ?? "not done"}`);
  const records: string[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 5 + bytes.readUInt16BE(at + 3);
    records.push(bytes.subarray(at, end).toString("hex"));
    at = end;
  }
  return {
    about: `TLS 1.3, ${suite}, X25519; Node ${process.versions.node}'s tls with OpenSSL ${process.versions.openssl}; recorded with insecureFixedRandom`,
    serverName: SERVER_NAME,
    root: Buffer.from(rootDer).toString("hex"),
    records,
  };
}

const folder = join(flights, "pki");
mkdirSync(folder, { recursive: true });
const pki = process.argv.includes("--new-certificates") || !existsSync(join(folder, "leaf.pem")) ? makePki(folder, DAYS) : readPki(folder);
for (const [name, suite] of [
  ["client13-chacha", "TLS_CHACHA20_POLY1305_SHA256"],
  ["client13-aesgcm", "TLS_AES_128_GCM_SHA256"],
] as const) {
  const flight = await record(pki, suite);
  writeFileSync(flightFile(name), `${JSON.stringify(flight, null, 2)}\n`);
  process.stdout.write(`${flightFile(name)}: ${flight.records.length} records, ${flight.records.join("").length / 2} bytes\n`);
}
