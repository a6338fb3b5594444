// Changes by chance, repeated by seed: whatever comes, the server ends with one failure of its own, and never opens for bytes that were not the client's.
import { expect } from "chai";
import { mutateBytes, mutateMessage } from "../fuzz/mutate.js";
import { concat } from "../peer/bytes.js";
import { SeededRandom } from "../peer/random.js";
import type { ClientMessageName, ScriptedClientOptions } from "../peer/scripted-client.js";
import { clientIdentity } from "./client-fixture.js";
import { ON_XS } from "./effort.js";
import { COOKIES, FAILED, HANDSHAKING, inPieces, OPEN, ServerBench, type ServerPair } from "./server-pair.js";

describe("server: changes by chance", function () {
  this.timeout(300000);
  const bench = new ServerBench();
  const ROUNDS = ON_XS ? 8 : 300;
  const client: ScriptedClientOptions = {
    identity: clientIdentity(),
    alpn: ["http/1.1"],
    serverName: "server.test",
    grease: true,
    shares: [],
  };
  const server = { cookies: COOKIES, host: { ...bench.asked(), alpn: ["http/1.1"] } };

  function neverWrong(pair: ServerPair, what: string): void {
    if (pair.server.state === OPEN) throw new Error(`${what}: the connection opened`);
    expect(pair.server.appData(), what).to.equal(0);
    expect(pair.failure?.origin, `${what}: ${pair.failure?.message}`).to.not.equal("internal");
    if (pair.server.state === HANDSHAKING) pair.server.receivedEnd();
    expect(pair.server.state, what).to.equal(FAILED);
  }

  const MESSAGES: readonly ClientMessageName[] = ["client_hello", "second_client_hello", "certificate", "certificate_verify", "finished"];
  for (const message of MESSAGES)
    it(`${message}: ${ROUNDS} times`, () => {
      const random = new SeededRandom(`mutate ${message}`);
      for (let i = 0; i < ROUNDS; i++) {
        let changed = false;
        const pair = bench.run(
          {
            ...client,
            transcript: "original",
            mutate: (name, bytes) => {
              if (name !== message) return bytes;
              const out = mutateMessage(bytes, random, []);
              changed = out.length !== bytes.length || out.some((byte, k) => byte !== bytes[k]);
              return out;
            },
          },
          server,
        );
        if (changed) neverWrong(pair, `${message}, round ${i}`);
      }
    });

  it(`the stream of the client: ${ROUNDS} times`, () => {
    const random = new SeededRandom("mutate the stream");
    for (let i = 0; i < ROUNDS; i++) {
      const pair = bench.run(client, server, (pieces) => inPieces(1 + random.below(300))([mutateBytes(concat(...pieces), random)], 0));
      expect(pair.failure?.origin, `stream, round ${i}: ${pair.failure?.message}`).to.not.equal("internal");
      expect(pair.received, `stream, round ${i}`).to.have.length(0);
    }
  });

  it("records of application data on an open connection", () => {
    const random = new SeededRandom("mutate data");
    for (let i = 0; i < ROUNDS; i++) {
      const pair = bench.open();
      pair.client.write(random.bytes(1 + random.below(400)));
      const wire = pair.client.take();
      const out = mutateBytes(wire, random);
      pair.deliver(out);
      // what was doubled or followed by rubbish is given out once; what was changed, never
      if (pair.received.length > 0) expect(out.slice(0, wire.length), `round ${i}`).to.deep.equal(wire);
      expect(pair.failure?.origin, `round ${i}`).to.not.equal("internal");
    }
  });
});
