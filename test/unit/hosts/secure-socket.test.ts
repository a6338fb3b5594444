import { expect } from "chai";
import { SecureSocket } from "../../../hosts/moddable/secure-socket.js";
import type { SliceTime } from "../../../hosts/moddable/slices.js";
import type { SecureSocketOptions } from "../../../hosts/moddable/socket-options.js";
import type { TLSAlert } from "../../../src/alert.js";
import { type FakeTCP, FakeTimers, fakeTcp } from "./fake-tcp.js";
import { TOY_ALERT, TOY_CLOSE, TOY_DATA, TOY_HELLO, ToyConnection, toyRecord } from "./toy-connection.js";

type Callbacks = Pick<SecureSocketOptions, "onReadable" | "onWritable" | "onError" | "format">;

const HELLO = toyRecord(TOY_HELLO);

function bytes(result: number | ArrayBuffer | undefined): number[] | undefined {
  return result instanceof ArrayBuffer ? Array.from(new Uint8Array(result)) : undefined;
}

function make(callbacks: Callbacks = {}, connection = new ToyConnection(), slices: SliceTime | null = null) {
  const timers = new FakeTimers();
  const network = fakeTcp();
  const log: string[] = [];
  const failures: TLSAlert[] = [];
  const socket = new SecureSocket(
    {
      address: "10.0.0.1",
      port: 443,
      TCP: network,
      onReadable: (count) => log.push(`readable ${count}`),
      onWritable: (count) => log.push(`writable ${count}`),
      onError(failure) {
        log.push(`error ${failure.alert}`);
        failures.push(failure);
      },
      ...callbacks,
    },
    connection,
    timers,
    1000,
    4000,
    slices,
  );
  const tcp = network.sockets[0] as FakeTCP;
  return { timers, log, failures, socket, tcp, connection };
}

/** A connection whose handshake is done; the log is empty. */
function opened(callbacks: Callbacks = {}, connection?: ToyConnection) {
  const made = make(callbacks, connection);
  made.tcp.writable(1000);
  made.tcp.deliver(HELLO);
  made.tcp.take();
  made.log.length = 0;
  return made;
}

describe("hosts/moddable SecureSocket", () => {
  it("calls nothing before the constructor returns, and opens", () => {
    const { log, tcp, timers } = make();
    expect(log).to.deep.equal([]);
    expect(tcp.options).to.include({ address: "10.0.0.1", port: 443, format: "buffer" });
    timers.advance(0);
    expect(tcp.sent).to.deep.equal([]);
    tcp.writable(1000);
    expect(tcp.take()).to.deep.equal([TOY_HELLO, 0]);
    expect(log).to.deep.equal([]);
    tcp.deliver(HELLO);
    expect(log).to.deep.equal(["writable 30"]);
  });

  it("callbacks have the socket as this", () => {
    const seen: unknown[] = [];
    const { socket, tcp } = opened({
      onWritable() {
        seen.push(this);
      },
      onReadable() {
        seen.push(this);
      },
      onError() {
        seen.push(this);
      },
    });
    tcp.deliver(toyRecord(TOY_DATA, [1]));
    socket.read();
    tcp.gone();
    expect(seen.length).to.equal(3);
    expect(seen.every((self) => self === socket)).to.equal(true);
  });

  it("reads buffers, counts, into views and buffers", () => {
    const { socket, tcp, log } = opened();
    expect(socket.read()).to.equal(undefined);
    tcp.deliver(toyRecord(TOY_DATA, [1, 2, 3, 4, 5, 6, 7, 8]));
    expect(log).to.deep.equal(["readable 8"]);
    expect(bytes(socket.read(2))).to.deep.equal([1, 2]);
    const view = new Uint8Array(4).subarray(1, 3);
    expect(socket.read(view)).to.equal(2);
    expect(Array.from(new Uint8Array(view.buffer))).to.deep.equal([0, 3, 4, 0]);
    for (const count of [-1, 0.5, 1.5, Number.NaN]) expect(() => socket.read(count), String(count)).to.throw(RangeError);
    const buffer = new ArrayBuffer(1);
    expect(socket.read(buffer)).to.equal(1);
    expect(bytes(buffer)).to.deep.equal([5]);
    expect(socket.read(new DataView(new ArrayBuffer(2), 1))).to.equal(1);
    expect(bytes(socket.read())).to.deep.equal([7, 8]);
    expect(socket.read(5)).to.equal(undefined);
  });

  it("reads byte by byte in format number, and changes the format in a callback", () => {
    const got: unknown[] = [];
    const { tcp } = opened({
      format: "number",
      onReadable(count) {
        if (this.format === "buffer") got.push(bytes(this.read()));
        else
          for (let i = 0; i < count; i++) {
            const byte = this.read();
            got.push(byte);
            if (byte === 2) {
              this.format = "buffer";
              break;
            }
          }
      },
    });
    tcp.deliver(toyRecord(TOY_DATA, [1, 2, 3, 4]));
    expect(got).to.deep.equal([1, 2, [3, 4]]);
    expect(() => opened({ format: "text" as "number" })).to.throw(RangeError);
  });

  it("tells again after a read that left some, waits after one that took none", () => {
    const counts: number[] = [];
    let take = 0;
    const { tcp, socket, timers } = opened({
      onReadable(count) {
        counts.push(count);
        if (take > 0) this.read(take);
      },
    });
    tcp.deliver(toyRecord(TOY_DATA, [1, 2, 3, 4, 5]));
    expect(counts).to.deep.equal([5]);
    tcp.deliver(toyRecord(TOY_DATA, [6]));
    timers.advance(0);
    expect(counts).to.deep.equal([5]);
    take = 2;
    socket.read(1);
    timers.advance(0);
    expect(counts).to.deep.equal([5, 4, 2, 1]);
  });

  it("leaves in TCP what does not fit, and loses nothing", () => {
    const got: number[] = [];
    let reading = false;
    const { tcp, socket, timers } = opened({
      onReadable() {
        if (reading) got.push(...(bytes(this.read()) as number[]));
      },
    });
    const sent: number[] = [];
    for (let i = 0; i < 20; i++) {
      const body = Array.from({ length: 1 + i }, (_, k) => (i * 7 + k) & 255);
      sent.push(...body);
      tcp.deliver(toyRecord(TOY_DATA, body));
    }
    expect(tcp.waiting).to.be.greaterThan(100);
    reading = true;
    got.push(...(bytes(socket.read()) as number[]));
    timers.advance(0);
    expect(got).to.deep.equal(sent);
    expect(tcp.waiting).to.equal(0);
  });

  it("takes bytes one by one as well", () => {
    const got: number[] = [];
    const { tcp, log } = opened({
      onReadable() {
        got.push(...(bytes(this.read()) as number[]));
      },
    });
    const flight = [...toyRecord(TOY_DATA, [1, 2]), ...toyRecord(TOY_DATA, [3]), ...toyRecord(TOY_CLOSE)];
    for (const byte of flight) tcp.deliver(Uint8Array.of(byte));
    expect(got).to.deep.equal([1, 2, 3]);
    expect(log).to.deep.equal(["error close_notify"]);
  });

  it("writes what was told, refuses more, and tells when there is room again", () => {
    const { tcp, socket, log } = opened();
    expect(socket.write(Uint8Array.of(1, 2, 3))).to.equal(30);
    expect(tcp.take()).to.deep.equal([TOY_DATA, 3, 1, 2, 3]);
    tcp.writable(0);
    log.length = 0;
    expect(socket.write(new Uint8Array(20).buffer)).to.equal(8);
    expect(tcp.take()).to.deep.equal([]);
    expect(() => socket.write(new Uint8Array(9))).to.throw("would block");
    tcp.writable(10);
    expect(tcp.sent.length).to.equal(10);
    tcp.writable(100);
    expect(tcp.sent.length).to.equal(22);
    expect(log).to.deep.equal(["writable 8", "writable 30"]);
    tcp.take();
    socket.format = "number";
    socket.write(7);
    expect(tcp.take()).to.deep.equal([TOY_DATA, 1, 7]);
  });

  it("refuses to write before it is open and after the end", () => {
    const { socket } = make();
    expect(() => socket.write(Uint8Array.of(1))).to.throw("before the first onWritable");
    socket.close();
    expect(() => socket.write(Uint8Array.of(1))).to.throw("closed socket");
    expect(socket.read()).to.equal(undefined);
  });

  it("an app that writes in onWritable is asked until it has no more", () => {
    let left = 100;
    const { tcp } = opened({
      onWritable(count) {
        const now = Math.min(count, left);
        left -= now;
        if (now > 0) this.write(new Uint8Array(now));
      },
    });
    tcp.writable(1000);
    expect(left).to.equal(0);
  });

  it("cut work goes on by timers of zero, and reads nothing meanwhile", () => {
    const { tcp, timers, log, connection } = make({}, new ToyConnection(64, 32, 3));
    tcp.writable(100);
    tcp.deliver(HELLO);
    expect(connection.resumes).to.equal(0);
    for (let i = 1; i <= 2; i++) {
      timers.advance(0);
      tcp.deliver();
    }
    timers.advance(0);
    expect(connection.resumes).to.be.at.least(3);
    expect(log).to.deep.equal(["writable 30"]);
  });

  it("sliceMilliseconds: as many slices in one turn as fit into the time", () => {
    let now = 0;
    const ticks = () => now;
    /** Each slice takes 3 milliseconds. */
    class Slow extends ToyConnection {
      override resume(): void {
        now += 3;
        super.resume();
      }
    }
    const whole = make({}, new ToyConnection(64, 32, 50), { milliseconds: 1, ticks });
    whole.tcp.writable(100);
    whole.tcp.deliver(HELLO);
    whole.timers.advance(0);
    expect(whole.connection.resumes).to.equal(50);
    expect(whole.log).to.deep.equal(["writable 30"]);
    const { tcp, timers, connection } = make({}, new Slow(64, 32, 50), { milliseconds: 10, ticks });
    const turns: number[] = [];
    const set = timers.set.bind(timers);
    timers.set = (callback, milliseconds) =>
      set(() => {
        const before = connection.resumes;
        callback();
        turns.push(connection.resumes - before);
      }, milliseconds);
    tcp.writable(100);
    tcp.deliver(HELLO);
    for (let i = 0; i < 60; i++) timers.advance(0);
    expect(connection.resumes).to.equal(50);
    expect(turns.filter((count) => count > 0)).to.deep.equal([...new Array(12).fill(4), 2]);
  });

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

  it("records of one size are read without a new view", () => {
    const views = new Set<Uint8Array>();
    const { tcp, socket } = opened();
    const read = tcp.read.bind(tcp);
    tcp.read = (view) => {
      views.add(view);
      return read(view);
    };
    for (let i = 0; i < 10; i++) {
      tcp.deliver(toyRecord(TOY_DATA, [1, 2, 3]));
      socket.read();
    }
    expect(views.size).to.equal(1);
  });
});
