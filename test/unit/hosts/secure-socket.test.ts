// SecureSocket: opening, reading, writing, and work that is cut.
import { expect } from "chai";
import { TOY_CLOSE, TOY_DATA, TOY_HELLO, ToyConnection, toyRecord } from "./toy-connection.js";
import { bytes, HELLO, make, opened } from "./toy-socket.js";

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
