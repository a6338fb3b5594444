// The recorded flights of one handshake each, with the app that replays it.
import type { Replay } from "../scenarios/scenario.js";

const LIST: readonly Replay[] = [
  ...["chacha", "aesgcm", "aes256gcm", "aes128ccm", "aes128ccm8", "small", "1k", "big"].map((name) => ({
    app: "measure-handshake",
    flight: `client13-${name}`,
  })),
  { app: "measure-mtls", flight: "client13-mtls" },
  { app: "measure-resume", flight: "client13-resumed" },
  { app: "measure-psk", flight: "client13-psk" },
  { app: "measure-ocsp", flight: "client13-ocsp" },
  { app: "measure-server", flight: "server13-chacha" },
  ...["chacha", "aesgcm"].map((name) => ({ app: "measure-handshake-12", flight: `client12-${name}` })),
  { app: "measure-legacy-12", flight: "client12-psk", arguments: ["psk"] },
  { app: "measure-resume", flight: "client12-resumed", arguments: ["1.2"] },
  { app: "measure-ocsp-12", flight: "client12-ocsp" },
  { app: "measure-server-12", flight: "server12-chacha" },
];

/** By the flight's name. */
export const REPLAYS: ReadonlyMap<string, Replay> = new Map(LIST.map((replay) => [replay.flight, replay]));
