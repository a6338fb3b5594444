import { expect } from "chai";
import { type ListenerLimits, SecureListener, type SecureListenerOptions } from "../../../hosts/moddable/secure-listener.js";
import { SecureSocket } from "../../../hosts/moddable/secure-socket.js";
import type { TLSAlert } from "../../../src/alert.js";
import { FakeListener, type FakeTCP, FakeTimers } from "./fake-tcp.js";
import { TOY_CLOSE, TOY_DATA, TOY_HELLO, ToyConnection, toyRecord } from "./toy-connection.js";

const HELLO = toyRecord(TOY_HELLO);
const LIMITS: ListenerLimits = { maxHandshakes: 2, maxSilent: 3, handshakeTimeout: 1000, idleTimeout: 4000 };

function make(options: SecureListenerOptions = {}, limits: Partial<ListenerLimits> = {}, broken = false) {
  const timers = new FakeTimers();
  const log: string[] = [];
  const connections: ToyConnection[] = [];
  let tcp: FakeListener | null = null;
  class Remembered extends FakeListener {
    constructor(given: FakeListener["options"]) {
      super(given);
      tcp = this;
    }
  }
  const listener = new SecureListener(
    {
      port: 4433,
      onReadable: (count) => log.push(`readable ${count}`),
      onClientError: (failure: TLSAlert) => log.push(`client ${failure.alert}`),
      ...options,
    },
    Remembered as never,
    () => {
      if (broken) throw new Error("no memory");
      const connection = new ToyConnection();
      connections.push(connection);
      return connection;
    },
    timers,
    { ...LIMITS, ...limits },
  );
  return { listener, timers, log, connections, network: tcp as unknown as FakeListener };
}

/** A client sends its first bytes; its TCP socket is taken over and told of them. */
function speak(client: FakeTCP, ...parts: Uint8Array[]): FakeTCP {
  client.last.deliver(...parts);
  const { last } = client;
  last.writable(1000);
  last.tell();
  return last;
}

describe("hosts/moddable SecureListener", () => {
  it("listens, and calls nothing before its constructor returns", () => {
    const { listener, log, network } = make({ address: "10.0.0.1", target: "mine" });
    expect(network.options).to.include({ port: 4433, address: "10.0.0.1" });
    expect(listener.port).to.equal(4433);
    expect(listener.target).to.equal("mine");
    expect(listener.read()).to.equal(undefined);
    expect(log).to.deep.equal([]);
  });

  it("gives a socket when the handshake is done, from the event loop", () => {
    const { listener, log, network, timers, connections } = make();
    const client = network.come();
    expect(connections.length).to.equal(0);
    const tcp = speak(client, HELLO);
    expect(connections.length).to.equal(1);
    expect(tcp.take()).to.deep.equal([TOY_HELLO, 0]);
    expect(log).to.deep.equal([]);
    timers.advance(0);
    expect(log).to.deep.equal(["readable 1"]);
    const socket = listener.read();
    expect(socket).to.be.instanceOf(SecureSocket);
    expect(socket?.remoteAddress).to.equal("10.0.0.2");
    expect(listener.read()).to.equal(undefined);
    expect(listener.pending).to.equal(0);
  });

  it("{ from } gives it callbacks; what came meanwhile is told, and the former socket is left empty", () => {
    const { listener, network, timers } = make();
    const tcp = speak(network.come(), HELLO, toyRecord(TOY_DATA, [1, 2, 3]));
    timers.advance(0);
    const from = listener.read() as SecureSocket;
    const log: string[] = [];
    const Socket = from.constructor as typeof SecureSocket;
    const socket = new Socket({
      from,
      target: "app",
      onWritable: (count) => log.push(`writable ${count}`),
      onReadable(count) {
        log.push(`readable ${count} ${this === socket} ${this.target}`);
        log.push(String(Array.from(new Uint8Array(this.read() as ArrayBuffer))));
      },
      onError: (failure) => log.push(`error ${failure.alert}`),
    });
    expect(log).to.deep.equal([]);
    timers.advance(0);
    expect(log).to.deep.equal(["writable 30", "readable 3 true app", "1,2,3"]);
    tcp.take();
    socket.write(Uint8Array.of(9));
    expect(tcp.take()).to.deep.equal([TOY_DATA, 1, 9]);
    expect(() => new Socket({ from })).to.throw("from is no open socket");
    from.close();
    expect(tcp.closed).to.equal(false);
    tcp.deliver(toyRecord(TOY_CLOSE));
    expect(log.pop()).to.equal("error close_notify");
    expect(tcp.closed).to.equal(true);
    expect(timers.count).to.equal(0);
  });

  it("operationDone() goes on with what waits for an operation elsewhere, from the event loop", () => {
    const { listener, network, timers, connections, log } = make();
    speak(network.come(), Uint8Array.of(TOY_HELLO));
    const connection = connections[0] as ToyConnection;
    const before = connection.resumes;
    listener.operationDone();
    listener.operationDone();
    expect(connection.resumes).to.equal(before);
    timers.advance(0);
    expect(connection.resumes).to.equal(before + 1);
    expect(log).to.deep.equal([]);
    listener.close();
    listener.operationDone();
    expect(timers.count).to.equal(0);
  });

  it("a client that says nothing costs no connection, and goes after the time-out", () => {
    const { log, network, timers, connections } = make();
    const client = network.come();
    timers.advance(999);
    expect(client.last.closed).to.equal(false);
    timers.advance(252);
    expect(client.last.closed).to.equal(true);
    expect(connections.length).to.equal(0);
    expect(log).to.deep.equal(["client timed_out"]);
    expect(timers.count).to.equal(0);
  });

  it("close() inside of onClientError ends the clients that are silent still", () => {
    const { network, timers, log } = make({
      onClientError(failure) {
        log.push(`client ${failure.alert}`);
        this.close();
      },
    });
    const clients = [network.come(), network.come(), network.come()];
    timers.advance(1251);
    expect(log).to.deep.equal(["client timed_out"]);
    expect(clients.every((client) => client.last.closed)).to.equal(true);
    expect(timers.count).to.equal(0);
  });

  it("of many silent clients the oldest goes; one that speaks is served", () => {
    const { listener, network, timers, log } = make();
    const clients = [network.come(), network.come(), network.come(), network.come()];
    expect(clients.map((client) => client.last.closed)).to.deep.equal([true, false, false, false]);
    expect(listener.refused).to.equal(1);
    speak(clients[2] as FakeTCP, HELLO);
    timers.advance(0);
    expect(log).to.deep.equal(["readable 1"]);
  });

  it("a silent client that leaves is forgotten", () => {
    const { network, timers, log } = make();
    network.come().last.gone();
    expect(timers.count).to.equal(0);
    expect(log).to.deep.equal([]);
  });

  it("above the cap a client is refused before a connection is made; then there is room again", () => {
    const { listener, network, timers, connections } = make({}, { maxHandshakes: 1 });
    const slow = speak(network.come(), Uint8Array.of(TOY_HELLO));
    const refused = network.come();
    refused.last.deliver(HELLO);
    expect(refused.last.closed).to.equal(true);
    expect(connections.length).to.equal(1);
    expect(listener.refused).to.equal(1);
    timers.advance(1000);
    expect(slow.closed).to.equal(true);
    speak(network.come(), HELLO);
    expect(connections.length).to.equal(2);
    // A socket that the app has not read yet holds its memory too.
    const unread = network.come();
    unread.last.deliver(HELLO);
    expect(unread.last.closed).to.equal(true);
    listener.read();
    speak(network.come(), HELLO);
    expect(connections.length).to.equal(3);
  });

  it("handshakes that fail or take too long are told to onClientError alone", () => {
    const { network, timers, log, listener } = make();
    speak(network.come(), toyRecord(99));
    const slow = speak(network.come(), Uint8Array.of(TOY_HELLO));
    timers.advance(1000);
    expect(slow.closed).to.equal(true);
    speak(network.come(), Uint8Array.of(TOY_HELLO)).gone();
    expect(log).to.deep.equal(["client unexpected_message", "client timed_out", "client connection_lost"]);
    expect(listener.pending).to.equal(0);
    expect(timers.count).to.equal(0);
  });

  it("a socket that ends before it was read is not given out", () => {
    const { listener, network, timers, log } = make();
    const tcp = speak(network.come(), HELLO);
    timers.advance(0);
    tcp.gone();
    expect(log).to.deep.equal(["readable 1", "client connection_lost"]);
    expect(listener.read()).to.equal(undefined);
  });

  it("nothing that an app or a maker throws goes to TCP", () => {
    const { network, timers, listener } = make({
      onReadable() {
        throw new Error("oops");
      },
      onClientError() {
        throw new Error("oops");
      },
    });
    speak(network.come(), HELLO);
    timers.advance(0);
    expect(listener.read()).to.be.instanceOf(SecureSocket);
    speak(network.come(), toyRecord(99));
    const broken = make({}, {}, true);
    const client = broken.network.come();
    expect(() => client.last.deliver(HELLO)).to.not.throw();
    expect(client.last.closed).to.equal(true);
    expect(broken.timers.count).to.equal(0);
  });

  it("close() ends all that is not the app's yet, quietly", () => {
    const { listener, network, timers, log } = make({}, { maxHandshakes: 5 });
    const silent = network.come();
    const slow = speak(network.come(), Uint8Array.of(TOY_HELLO));
    const ready = speak(network.come(), HELLO);
    const taken = speak(network.come(), HELLO);
    listener.read();
    const kept = listener.read() as SecureSocket;
    expect(kept.remoteAddress).to.equal("10.0.0.2");
    listener.close();
    listener.close();
    expect(network.closed).to.equal(true);
    expect(silent.last.closed).to.equal(true);
    expect(slow.closed).to.equal(true);
    expect(ready.closed).to.equal(false); // read above: the app's
    expect(taken.closed).to.equal(false);
    expect(log).to.deep.equal([]);
    kept.close();
    expect(timers.count).to.equal(1); // the idle watch of the other one that was read
  });
});
