// Early data (RFC 9846 §4.3.10), which our server takes from nobody: a client that sends some all the same gets an ordinary handshake.
import { expect } from "chai";
import { bad_record_mac, decode_error, illegal_parameter, record_overflow, unexpected_message } from "../../src/alert.js";
import { ascii, text } from "../peer/bytes.js";
import { addExtension } from "../peer/edit.js";
import { extension } from "../peer/messages.js";
import type { ClientMessageName, ScriptedClient } from "../peer/scripted-client.js";
import { ON_XS } from "./effort.js";
import { byteByByte, COOKIES, ServerBench } from "./server-pair.js";

const OFFER = [extension(42, [])];

/** A protected record that nobody here has the key of. */
function sealed(length: number): Uint8Array {
  const record = new Uint8Array(5 + length).map((_, i) => i * 31 + 7);
  record.set([23, 3, 3, length >> 8, length]);
  return record;
}

function put(name: ClientMessageName, lengths: readonly number[]) {
  return (which: ClientMessageName, client: ScriptedClient): void => {
    if (which !== name) return;
    client.out.flush();
    for (const length of lengths) client.out.record({ raw: sealed(length) });
  };
}

const behind = (name: ClientMessageName, ...lengths: number[]) => ({ lastExtensions: OFFER, after: put(name, lengths) });

/** What was still under way when our flight came. */
const beforeFinished = (...lengths: number[]) => ({ lastExtensions: OFFER, before: put("finished", lengths) });

describe("server: early data", () => {
  const bench = new ServerBench();

  for (const [what, lengths] of [
    ["none", []],
    ["some records", [100, 17, 500]],
    ["records too short for a tag", [1, 16, 4]],
    ["records that are larger than the receive buffer", [5000, 3000, 40]],
    ["as much as there may be", [16_384]],
  ] as const)
    for (const delivery of [undefined, byteByByte])
      it(`${what}: passed over${delivery === undefined ? "" : ", byte by byte"}`, () => {
        const fits = lengths.every((length) => length < 1000);
        for (const early of [...(fits ? [behind("client_hello", ...lengths)] : []), beforeFinished(...lengths)]) {
          const pair = bench.open(early, {}, delivery);
          pair.client.write(ascii("after"));
          pair.run();
          expect(text(pair.received)).to.equal("after");
        }
      });

  it("before a HelloRetryRequest, with a cookie too: passed over", () => {
    for (const server of [{}, { cookies: COOKIES }])
      for (const delivery of [undefined, byteByByte]) bench.open({ shares: [], ...behind("client_hello", 300, 4, 5000) }, server, delivery);
  });

  it("more than 16 KB in all", () => {
    bench.run(beforeFinished(16_384, 1)).expectAlert(bad_record_mac, null, true);
    bench.run(beforeFinished(...new Array<number>(17).fill(1000))).expectAlert(bad_record_mac, null, true);
    bench.run({ shares: [], ...behind("client_hello", 16_384, 1) }).expectAlert(unexpected_message, null, false);
    bench.run(beforeFinished(16_384 + 257)).expectAlert(record_overflow, null, true);
  });

  if (!ON_XS)
    it("empty records without end", () => {
      bench
        .run({ shares: [], ...behind("client_hello", ...new Array<number>(16_400).fill(0)) })
        .expectAlert(unexpected_message, null, false);
    });

  it("not where it was not offered", () => {
    const { after } = behind("client_hello", 100);
    bench.run({ after }).expectAlert(bad_record_mac, null, true);
    bench.run({ shares: [], after }).expectAlert(unexpected_message, null, false);
  });

  it("not behind the first record that opens, nor behind the second ClientHello", () => {
    bench.run(behind("finished", 100)).expectAlert(bad_record_mac, null, true);
    bench.run({ shares: [], ...behind("second_client_hello", 100) }).expectAlert([bad_record_mac, illegal_parameter], null);
  });

  it("offered again after a HelloRetryRequest; with something in it", () => {
    const again = (name: string, message: Uint8Array) => (name === "second_client_hello" ? addExtension(message, 42, []) : message);
    bench.run({ shares: [], mutate: again }).expectAlert(illegal_parameter, /early_data/);
    bench.run({ lastExtensions: [extension(42, [0])] }).expectAlert(decode_error, null, false);
  });
});
