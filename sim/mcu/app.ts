// The apps that go into the image, with the modules that are written for a run: all constants, so that one image serves again and again.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256 } from "../../src/constants.js";
import { flightImports, readFlight } from "../flights/flight.js";
import { apps, providerFile } from "../paths.js";
import type { Replay } from "../scenarios/scenario.js";
import { PEER } from "./bridge.js";
import type { App } from "./flash-image.js";

/** A measuring app with a recorded flight, which lies in flash too, and so do the app's arguments. */
export function replayApp({ app, flight, arguments: args = [] }: Replay, folder: string): App {
  const host = join(folder, "host.js");
  writeFileSync(
    host,
    `const words = ${JSON.stringify(args)};
const host = Object.assign(Object.create(simNative.host), { argument: (index) => words[index] });
export { host as default };
`,
  );
  return { main: join(apps, `${app}.js`), imports: { ...flightImports(readFlight(flight), folder), "sim:host": host } };
}

export interface Trusted {
  readonly serverName: string;
  /** DER. */
  readonly certificates: readonly Uint8Array[];
  /** What the server answers is checked: it is our own. */
  readonly strict: boolean;
}

/** A handshake with a real server and posted readings, marked message by message. */
export function liveApp({ serverName, certificates, strict }: Trusted, folder: string): App {
  const trust = join(folder, "trust.js");
  const config = join(folder, "config.js");
  writeFileSync(trust, `export const certificates = ${arrays(certificates)};\n`);
  const values = {
    ...{ address: PEER, port: 443, tls: true, serverName, path: "/readings", readings: strict ? 3 : 1, strict },
    ...{ suites: [TLS_CHACHA20_POLY1305_SHA256, TLS_AES_128_GCM_SHA256], receiveBuffer: 2048, sendBuffer: 512 },
  };
  writeFileSync(config, `export default ${JSON.stringify(values)};\n`);
  return {
    main: join(apps, "measure-live.js"),
    imports: { "sim:trust": trust, "sim:provider": providerFile("iot-client"), "mc/config": config },
  };
}

/** What a device proves itself with: DER certificates, and a private key as PKCS #8. */
export interface DeviceIdentity {
  readonly certificates: readonly Uint8Array[];
  readonly privateKey: Uint8Array;
}

/** An HTTPS and echo server, which ends after so many clients. */
export function serverApp({ certificates, privateKey }: DeviceIdentity, clients: number, folder: string): App {
  const identity = join(folder, "identity.js");
  const config = join(folder, "config.js");
  writeFileSync(identity, `export const certificates = ${arrays(certificates)};\nexport const [privateKey] = ${arrays([privateKey])};\n`);
  const values = { address: "127.0.0.1", port: 0, receiveBuffer: 2048, sendBuffer: 512, clients };
  writeFileSync(config, `export default ${JSON.stringify(values)};\n`);
  return { main: join(apps, "echo-server.js"), imports: { "sim:identity": identity, "mc/config": config } };
}

function arrays(list: readonly Uint8Array[]): string {
  return `[${list.map((bytes) => `new Uint8Array([${bytes.join(",")}])`).join(",\n")}]`;
}
