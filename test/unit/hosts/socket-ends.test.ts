// SecureSocket: how it ends, and what is left then.
import { expect } from "chai";
import { SecureSocket } from "../../../hosts/moddable/secure-socket.js";
import { FakeTimers } from "./fake-tcp.js";
import { TOY_ALERT, TOY_CLOSE, TOY_DATA, ToyConnection, toyRecord } from "./toy-connection.js";
import { bytes, HELLO, make, opened } from "./toy-socket.js";

describe("hosts/moddable SecureSocket: ends", () => {
  it("tells the peer's orderly end once, after the data was read", () => {
    const { tcp, socket, log, failures, timers } = opened();
    tcp.deliver(toyRecord(TOY_DATA, [1]), toyRecord(TOY_CLOSE));
    tcp.gone();
    expect(log).to.deep.equal(["readable 1"]);
    socket.read();
    timers.advance(0);
    expect(log).to.deep.equal(["readable 1", "error close_notify"]);
    expect(failures[0]).to.include({ origin: "peer", reason: "the peer closed the connection" });
    expect(tcp.closed).to.equal(true);
    expect(timers.count).to.equal(0);
  });

  it("answers close_notify with close_notify", () => {
    const { tcp } = opened();
    tcp.deliver(toyRecord(TOY_CLOSE));
    expect(tcp.sent).to.deep.equal([TOY_CLOSE, 0]);
    expect(tcp.closed).to.equal(true);
  });

  it("an end without close_notify is connection_lost, after the data that came", () => {
    const { tcp, socket, log, timers } = opened();
    tcp.deliver(toyRecord(TOY_DATA, [1]));
    tcp.gone();
    expect(log).to.deep.equal(["readable 1"]);
    expect(bytes(socket.read())).to.deep.equal([1]);
    timers.advance(0);
    expect(log).to.deep.equal(["readable 1", "error connection_lost"]);
  });

  it("no TCP connection is told as such", () => {
    const { tcp, log, failures, timers } = make();
    tcp.gone();
    expect(log).to.deep.equal(["error connection_lost"]);
    expect(failures[0]?.reason).to.equal("no TCP connection could be made");
    expect(tcp.closed).to.equal(true);
    expect(timers.count).to.equal(0);
  });

  it("sends its alert, then closes and tells", () => {
    const { tcp, log, timers } = opened();
    tcp.deliver(toyRecord(99));
    expect(tcp.sent).to.deep.equal([TOY_ALERT, 1, 10]);
    expect(tcp.closed).to.equal(true);
    expect(log).to.deep.equal(["error unexpected_message"]);
    expect(timers.count).to.equal(0);
  });

  it("the last bytes wait for room, but not for ever", () => {
    for (const room of [true, false]) {
      const { tcp, socket, timers } = opened();
      tcp.writable(0);
      socket.close();
      expect(tcp.closed).to.equal(false);
      if (room) tcp.writable(10);
      else timers.advance(1000);
      expect(tcp.closed).to.equal(true);
      expect(tcp.sent).to.deep.equal(room ? [TOY_CLOSE, 0] : []);
      expect(timers.count).to.equal(0);
    }
  });

  it("a peer that goes on, but takes nothing, does not hold the last bytes longer", () => {
    const { tcp, socket, timers } = opened();
    tcp.writable(0);
    socket.close();
    for (let i = 0; i < 9; i++) {
      timers.advance(100);
      tcp.deliver(Uint8Array.of(i));
    }
    tcp.writable(1);
    expect(tcp.closed).to.equal(false);
    timers.advance(100);
    expect(tcp.closed).to.equal(true);
    expect(timers.count).to.equal(0);
  });

  it("operationDone() before a takeover is not lost, where TCP has no room", () => {
    const { tcp, socket, timers, connection } = make();
    tcp.writable(2);
    const before = connection.resumes;
    socket.operationDone();
    socket.detach();
    timers.advance(0);
    expect(connection.resumes).to.equal(before + 1);
  });

  it("a handshake without an answer ends", () => {
    const { tcp, log, failures, timers } = make();
    tcp.writable(100);
    timers.advance(999);
    expect(log).to.deep.equal([]);
    timers.advance(1);
    expect(log).to.deep.equal(["error timed_out"]);
    expect(failures[0]?.reason).to.equal("the handshake was not finished within 1000 ms");
    expect(tcp.closed).to.equal(true);
    expect(timers.count).to.equal(0);
  });

  it("an idle connection ends, one that is used does not", () => {
    const { tcp, socket, log, timers } = opened({ onWritable: () => undefined });
    for (let i = 0; i < 10; i++) {
      timers.advance(3000);
      tcp.deliver(toyRecord(TOY_DATA, [i]));
      socket.read();
    }
    log.length = 0;
    timers.advance(3999);
    expect(log).to.deep.equal([]);
    timers.advance(1001);
    expect(log).to.deep.equal(["error timed_out"]);
    expect(tcp.sent).to.deep.equal([TOY_CLOSE, 0]);
    expect(timers.count).to.equal(0);
  });

  it("what an app throws goes to onError, not to TCP", () => {
    const { tcp, log, failures } = opened({
      onReadable() {
        throw new TypeError("oops");
      },
    });
    tcp.deliver(toyRecord(TOY_DATA, [1]));
    expect(log).to.deep.equal(["error internal_error"]);
    expect(failures[0]?.reason).to.equal("the socket or its app threw TypeError: oops");
    const mute = opened({
      onReadable() {
        throw Object.create(null);
      },
    });
    mute.tcp.deliver(toyRecord(TOY_DATA, [1]));
    expect(mute.failures[0]?.reason).to.equal("the socket or its app threw an object");
    const again = opened({
      onError() {
        throw new Error("in onError");
      },
    });
    again.tcp.gone();
    expect(again.tcp.closed).to.equal(true);
  });

  it("close() inside each callback ends quietly", () => {
    const inReadable = opened({
      onReadable() {
        this.close();
      },
    });
    inReadable.tcp.deliver(toyRecord(TOY_DATA, [1]), toyRecord(TOY_DATA, [2]));
    const inError = opened({
      onError() {
        this.close();
      },
    });
    inError.tcp.gone();
    const inWritable = make({
      onWritable() {
        this.close();
      },
    });
    inWritable.tcp.writable(100);
    inWritable.tcp.deliver(HELLO, toyRecord(TOY_DATA, [1]));
    for (const { tcp, log, timers, socket } of [inReadable, inError, inWritable]) {
      socket.close();
      expect(log).to.deep.equal([]);
      expect(tcp.closed).to.equal(true);
      expect(timers.count).to.equal(0);
    }
  });

  it("a TCP class that throws leaves nothing behind", () => {
    class Broken {
      constructor() {
        throw new Error("no network");
      }
    }
    const timers = new FakeTimers();
    const options = { address: "", port: 1, TCP: { io: Broken as never } };
    expect(() => new SecureSocket(options, new ToyConnection(), timers, 10, 10)).to.throw("no network");
    expect(timers.count).to.equal(0);
  });
});
