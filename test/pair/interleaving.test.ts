// An alert never stands inside a handshake message of ours that goes out in several records (RFC 9846 §5.1).
import { expect } from "chai";
import { type Both, BothBench, CLOSED, FAILED, HANDSHAKING, OPEN } from "./both.js";
import { clientIdentity } from "./client-fixture.js";
import { identityOf } from "./signer.js";

const bench = new BothBench();

/** A client with a send buffer that its Certificate does not fit into, stopped when the first piece has gone. */
function halfWay(): Both {
  const both = bench.join({
    client: { identities: [identityOf(bench.crypto, clientIdentity())], sendBuffer: 256 },
    server: { host: bench.asked(true) },
  });
  const { client, server, toServer, toClient } = both;
  for (let i = 0; i < 1000; i++) {
    // Its Certificate's first piece waits: EncryptedExtensions to Finished have come.
    const { proof } = (client as unknown as { flow: { proof: { certificates: { done: boolean; at: number } } | null } }).flow;
    if (proof !== null && proof.certificates.at > 0 && !proof.certificates.done) return both;
    if (client.txPending() > 0) toServer.take(client);
    if (toServer.flight.length > 0) toServer.give(server);
    if (server.txPending() > 0) toClient.take(server);
    if (toClient.flight.length > 0) toClient.give(client);
  }
  throw new Error("the client never came to its Certificate");
}

describe("alerts and our own messages in pieces", () => {
  it("close(): nothing but the message's beginning goes out", () => {
    const both = halfWay();
    both.client.close();
    both.run();
    expect(both.client.state).to.equal(CLOSED);
    expect(both.server.state).to.equal(HANDSHAKING);
    both.server.receivedEnd();
    expect(both.server.failure?.alert).to.equal("connection_lost");
  });

  it("fail(): the same", () => {
    const both = halfWay();
    both.client.fail(80, "a failure of the host's");
    both.run();
    expect(both.client.state).to.equal(FAILED);
    expect(both.server.state).to.equal(HANDSHAKING);
  });

  it("closeWrite(): the handshake goes on, close_notify comes behind it", () => {
    const both = halfWay();
    both.client.closeWrite();
    expect(() => both.client.closeWrite()).to.not.throw();
    both.run();
    both.expectOpen();
    expect(both.server.peerClosed).to.equal(true);
    both.write(both.server, new Uint8Array([1, 2, 3]));
    expect([...both.clientReceived]).to.deep.equal([1, 2, 3]);
  });

  it("closeWrite() of a server before its handshake: the same", () => {
    const both = bench.join();
    both.server.closeWrite();
    both.run();
    both.expectOpen();
    expect(both.client.peerClosed).to.equal(true);
    expect(both.client.state).to.equal(OPEN);
    both.write(both.client, new Uint8Array([1]));
    expect([...both.serverReceived]).to.deep.equal([1]);
  });
});
