// Records larger than the receive buffer after the handshake, and on the server.
import { expect } from "chai";
import { bad_record_mac, record_overflow } from "../../src/alert.js";
import { ascii, concat, text } from "../peer/bytes.js";
import { clientIdentity } from "./client-fixture.js";
import { Bench } from "./pair.js";
import { ServerBench } from "./server-pair.js";
import { HANDSHAKE } from "./streamed-bench.js";

describe("client: records larger than the receive buffer, after the handshake", () => {
  const bench = new Bench();

  const ticket = (size: number) =>
    concat(
      [4],
      [0, (size + 13) >> 8, (size + 13) & 255],
      [0, 0, 1, 0, 0, 0, 0, 1, 0],
      [size >> 8, size & 255],
      new Uint8Array(size).fill(3),
      [0, 0],
    );

  it("tickets longer than the buffer pass, and data behind them", () => {
    for (const content of [ticket(5000), concat(ticket(3000), ticket(100), ticket(200))]) {
      const pair = bench.open({ echo: true, connected: (peer) => peer.out.record({ type: HANDSHAKE, content, padding: 100 }) });
      pair.write(ascii("after it"));
      expect(text(pair.received)).to.equal("after it");
    }
  });

  it("a ticket of zeros, and another behind it", () => {
    const zeros = ticket(5000).fill(0, 15);
    const pair = bench.open({
      echo: true,
      connected: (peer) => peer.out.record({ type: HANDSHAKE, content: concat(zeros, ticket(100)) }),
    });
    pair.write(ascii("after it"));
    expect(text(pair.received)).to.equal("after it");
  });

  it("application data does not: record_overflow names the setting and the bytes", () => {
    for (const padding of [0, 3000]) {
      const data = new Uint8Array(padding === 0 ? 3000 : 1).fill(4);
      const pair = bench.run({ connected: (peer) => peer.out.record({ type: 23, content: data, padding }) });
      expect(pair.received).to.have.length(0);
      pair.expectAlert(record_overflow, /receiveBuffer has 2048 bytes, 30\d\d are needed.*lender/);
    }
    const bad = bench.run({ connected: (peer) => peer.out.record({ type: 23, content: new Uint8Array(3000), flip: 77 }) });
    expect(bad.client.failure?.alert).to.equal("bad_record_mac");
  });

  it("close_notify with a lot of padding", () => {
    const pair = bench.run({ connected: (peer) => peer.out.record({ type: 21, content: Uint8Array.of(1, 0), padding: 9000 }) });
    expect(pair.client.peerClosed).to.equal(true);
    expect(pair.client.failure).to.equal(null);
  });

  it("a KeyUpdate behind a long ticket, in its record", () => {
    const pair = bench.open({ echo: true });
    pair.server.out.record({ type: HANDSHAKE, content: concat(ticket(3000), [24, 0, 0, 1, 7]) });
    pair.flushServer();
    expect(pair.client.failure?.reason).to.match(/request_update 7/);
  });

  it("we may write while such a record is under way", () => {
    const pair = bench.open({ echo: true });
    pair.server.out.record({ type: HANDSHAKE, content: ticket(6000) });
    const wire = pair.server.take();
    const { client } = pair;
    for (let at = 0; at < wire.length; ) {
      const n = Math.min(500, client.rxSpace(), wire.length - at);
      client.io.set(wire.slice(at, at + n), client.rxOffset);
      client.received(n);
      at += n;
      client.write(ascii("."), 0, 1);
    }
    pair.run();
    expect(text(pair.server.received)).to.match(/^\.{13,}$/);
    expect(client.failure).to.equal(null);
  });
});

describe("server: handshake records larger than the receive buffer", () => {
  const bench = new ServerBench();
  const identity = clientIdentity();

  it("a client's certificate, signature and Finished", () => {
    const server = { host: bench.asked(true), receiveBuffer: 1024 };
    const pair = bench.run({ identity, padding: 5000 }, server);
    if (pair.server.failure !== null) throw pair.server.failure;
    pair.expectOpen();
    expect(pair.server.peerAuthenticated).to.equal(true);
  });

  it("a wrong tag is bad_record_mac, whatever is inside", () => {
    const server = { host: bench.asked(true) };
    for (const flip of [1000, 20000, 39000, -1])
      bench
        .run({ identity, padding: 5000, record: (plan) => (plan.epoch === "handshake" ? { ...plan, flip } : plan) }, server)
        .expectAlert(bad_record_mac);
  });
});
