// Changes by chance, repeated by seed: whatever comes, the client ends with one failure of its own, and never opens for bytes that were not the server's.
import { expect } from "chai";
import { concat, splice } from "../peer/bytes.js";
import { fixLength } from "../peer/edit.js";
import { SeededRandom } from "../peer/random.js";
import type { FlightName } from "../peer/scripted-server.js";
import { ON_XS } from "./effort.js";
import { Bench, FAILED, HANDSHAKING, inPieces, OPEN, type Pair } from "./pair.js";

const INTERESTING = [0, 1, 2, 3, 4, 5, 16, 32, 127, 128, 254, 255];

/** One to three small changes. */
function mutated(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  let out = bytes;
  for (let i = 1 + random.below(3); i > 0; i--) {
    const at = random.below(out.length);
    const kind = random.below(6);
    if (kind === 0) out = splice(out, at, 1, [out[at]! ^ (1 << random.below(8))]);
    else if (kind === 1) out = splice(out, at, 1, [INTERESTING[random.below(INTERESTING.length)]!]);
    else if (kind === 2) out = splice(out, at, 1 + random.below(8), []);
    else if (kind === 3) out = splice(out, at, 0, random.bytes(1 + random.below(8)));
    else if (kind === 4) out = splice(out, at, 0, out.slice(at, at + 1 + random.below(40)));
    else out = splice(out, at, 1, random.bytes(1));
    if (out.length < 5) return bytes;
  }
  return out;
}

describe("client: changes by chance", function () {
  this.timeout(300000);
  const bench = new Bench();

  function neverWrong(pair: Pair, what: string): void {
    const { client } = pair;
    if (client.state === OPEN) throw new Error(`${what}: the connection opened`);
    expect(client.appData(), what).to.equal(0);
    expect(client.failure === null ? "" : client.failure.origin, `${what}: ${client.failure?.message}`).to.not.equal("internal");
    if (client.state === HANDSHAKING) client.receivedEnd();
    expect(client.state, what).to.equal(FAILED);
  }

  const MESSAGES: readonly FlightName[] = [
    "server_hello",
    "encrypted_extensions",
    "certificate_request",
    "certificate",
    "certificate_verify",
    "finished",
  ];
  const ROUNDS = ON_XS ? 8 : 400;

  for (const message of MESSAGES)
    it(`${message}: ${ROUNDS} times`, () => {
      const random = new SeededRandom(`mutate ${message}`);
      for (let i = 0; i < ROUNDS; i++) {
        let changed = false;
        const pair = bench.run(
          {
            alpn: ["http/1.1"],
            certificateRequest: {},
            transcript: "original",
            mutate: (name, bytes) => {
              if (name !== message) return bytes;
              const raw = mutated(bytes, random);
              // half of them with a length that fits, so that more than the framing is reached
              const out = random.below(2) === 0 ? raw : fixLength(raw);
              changed = out.length !== bytes.length || out.some((byte, k) => byte !== bytes[k]);
              return out;
            },
          },
          { alpn: ["http/1.1"] },
        );
        if (changed) neverWrong(pair, `${message}, round ${i}`);
      }
    });

  it(`the stream of the server: ${ROUNDS} times`, () => {
    const random = new SeededRandom("mutate the stream");
    const records = 2;
    for (let i = 0; i < ROUNDS; i++) {
      let changed = false;
      const pair = bench.run({}, {}, (pieces, delivered) => {
        const all = concat(...pieces);
        if (delivered > 0) return [all];
        const out = mutated(all, random);
        // legacy_record_version of records in clear is not looked at (§5.1), and the server's change_cipher_spec may come, or not
        const clear = pieces.slice(0, records).reduce((sum, piece) => sum + piece.length, 0);
        changed = out.length !== all.length || out.some((byte, k) => k >= clear && byte !== all[k]);
        return inPieces(1 + random.below(300))([out], 0);
      });
      if (changed && pair.client.state !== OPEN) neverWrong(pair, `stream, round ${i}`);
      if (changed && pair.client.state === OPEN) expect(pair.received, `stream, round ${i}`).to.have.length(0);
      expect(pair.client.failure?.origin, `stream, round ${i}: ${pair.client.failure?.message}`).to.not.equal("internal");
    }
  });

  it("records of application data on an open connection", () => {
    const random = new SeededRandom("mutate data");
    for (let i = 0; i < ROUNDS; i++) {
      const pair = bench.open();
      pair.server.write(random.bytes(1 + random.below(400)));
      const wire = pair.server.take();
      const out = mutated(wire, random);
      if (out.length === wire.length && !out.some((byte, k) => byte !== wire[k])) continue;
      pair.deliver(out);
      const { received } = pair;
      // a record that was doubled or followed by rubbish is given out once; one that was changed, never
      if (received.length > 0) expect(out.slice(0, wire.length), `round ${i}`).to.deep.equal(wire);
      expect(pair.client.failure?.origin, `round ${i}`).to.not.equal("internal");
    }
  });
});
