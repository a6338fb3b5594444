import { random } from "contract:given";
import { clock } from "../../hosts/moddable/clock.js";
import { plannedMemory } from "../../hosts/moddable/planned-memory.js";
import PskSocket, { type PskSecureOptions, type PskSocketOptions } from "../../hosts/moddable/psk-socket.js";
import { pskClient } from "../../src/profiles/psk-client.js";
import { ExternalPsk, PskList } from "../../src/session/external-psk.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { ascii, echoes, LOCAL, OVER_TCP, says, serve, take, textOf, trust } from "./ends.js";
import type { Rule, Trial } from "./trial.js";

const psk = new ExternalPsk(ascii("sensor 7"), new Uint8Array(32).fill(7));
const secure: PskSecureOptions = { provider: pskClient, random, clock, psk };

function refuses(trial: Trial, options: object, ...words: readonly string[]): void {
  const here = { address: LOCAL, port: 9, TCP: OVER_TCP, secure };
  trial.throws(() => trial.keep(new PskSocket({ ...here, ...options } as PskSocketOptions)), ...words);
}

export const PSK_RULES: readonly Rule[] = [
  {
    name: "PskSocket: a key in common alone, and the data goes both ways",
    run(trial) {
      const listener = serve(
        trial,
        (from) => {
          take(trial, from, {
            onReadable: echoes,
          });
        },
        { psk: new PskList([psk]), hosts: new VirtualHosts([], { identities: [] }) },
      );
      trial.keep(
        new PskSocket({
          address: LOCAL,
          port: listener.port as number,
          TCP: OVER_TCP,
          secure,
          onWritable: says("reading"),
          onReadable() {
            trial.equal(textOf(this.read()), "reading", "the echo");
            trial.pass();
          },
          onError: (error) => trial.fail(error.message),
        }),
      );
    },
  },
  {
    name: "PskSocket: what is unknown, missing or wrong of its `secure` is named, the SDK's keys and those of certificates too",
    run(trial) {
      refuses(trial, { secure: undefined }, "secure", "object");
      const of = (key: object, ...words: readonly string[]): void => refuses(trial, { secure: { ...secure, ...key } }, ...words);
      of({ provider: undefined }, "secure.provider", "missing");
      of({ random: undefined }, "secure.random", "missing");
      of({ clock: { now: 1 } }, "secure.clock", "seconds");
      of({ psk: undefined }, "secure.psk", "missing");
      of({ psk: "secret" }, "secure.psk", "object");
      of({ handshakeTimeout: -1 }, "secure.handshakeTimeout");
      of({ idleTimeout: "1" }, "secure.idleTimeout", "number");
      of({ receiveBuffer: 10 }, "receiveBuffer", "256");
      of({ cipher: "all" }, "secure.cipher", "no such option");
      of({ trust }, "secure.trust", "no such option");
      of({ serverName: "localhost" }, "secure.serverName", "no such option");
      of({ verify: false }, "secure.verify", "no such option");
      of({ certificate: new ArrayBuffer(3) }, "secure.certificate", "no such option");
      of({ tls_max_fragment_length: 512 }, "secure.tls_max_fragment_length", "no such option");
      of({ memory: plannedMemory({ chunkBytes: 2000, slots: 1000, stackBytes: 8192 }) }, "secure.memory", "chunks", "2000");
      trial.pass();
    },
  },
];
