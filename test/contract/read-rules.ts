import type { SecureSocket } from "../../hosts/moddable/secure-socket.js";
import { ascii, pair, textOf } from "./ends.js";
import type { Rule } from "./trial.js";

const text = (socket: SecureSocket, into?: number) => textOf(socket.read(into));

export const READ_RULES: readonly Rule[] = [
  {
    name: "onReadable(count) tells the number of bytes; read() gives them all as an ArrayBuffer",
    run(trial) {
      pair(
        trial,
        {
          onReadable(count) {
            trial.equal(count, 5, "count");
            const data = this.read();
            trial.check(data instanceof ArrayBuffer, "an ArrayBuffer is read");
            trial.equal(textOf(data), "hello", "data");
            trial.equal(this.read(), undefined, "read() where nothing is");
            trial.pass();
          },
        },
        {},
        (_, server) => server.write(ascii("hello")),
      );
    },
  },
  {
    name: "read(n) gives n bytes, or what is there; read(0) nothing",
    run(trial) {
      let reads = 0;
      pair(
        trial,
        {
          onReadable() {
            if (reads++ > 0) return;
            trial.equal(this.read(0), undefined, "read(0)");
            trial.equal(text(this, 2), "he", "read(2)");
            trial.equal(text(this, 99), "llo", "read(99)");
            trial.equal(this.read(1), undefined, "read(1) where nothing is");
            trial.pass();
          },
        },
        {},
        (_, server) => server.write(ascii("hello")),
      );
    },
  },
  {
    name: "read(buffer) fills views and buffers as far as there is data and gives the count",
    run(trial) {
      pair(
        trial,
        {
          onReadable() {
            const memory = new Uint8Array(6);
            trial.equal(this.read(memory.subarray(1, 3)), 2, "Uint8Array");
            trial.equal(this.read(new DataView(memory.buffer, 3, 1)), 1, "DataView");
            trial.equal(textOf(memory.subarray(1, 4)), "hel", "what they hold");
            trial.equal(memory[0] as number, 0, "the byte before");
            const rest = new ArrayBuffer(8);
            trial.equal(this.read(rest), 2, "ArrayBuffer");
            trial.equal(textOf(rest.slice(0, 2)), "lo", "what it holds");
            trial.equal(this.read(memory), undefined, "where nothing is");
            trial.pass();
          },
        },
        {},
        (_, server) => server.write(ascii("hello")),
      );
    },
  },
  {
    name: "format number: read() gives one byte, and the format changes inside of onReadable",
    run(trial) {
      let head = "";
      pair(
        trial,
        {
          onReadable(count) {
            trial.equal(this.format, "buffer", "the format at first");
            this.format = "number";
            for (let left = count; left > 0; left--) {
              const byte = this.read() as number;
              trial.equal(typeof byte, "number", "typeof a byte");
              head += String.fromCharCode(byte);
              if (byte === 10) break;
            }
            this.format = "buffer";
            trial.equal(head, "a: b\n", "head");
            trial.equal(textOf(this.read(count - head.length)), "body", "body");
            trial.pass();
          },
        },
        {},
        (_, server) => server.write(ascii("a: b\nbody")),
      );
    },
  },
  {
    name: "onReadable comes again after a read that left some",
    run(trial) {
      const counts: number[] = [];
      pair(
        trial,
        {
          onReadable(count) {
            counts.push(count);
            this.read(2);
            if (count <= 2) {
              trial.equal(counts.join(), "5,3,1", "counts");
              trial.pass();
            }
          },
        },
        {},
        (_, server) => server.write(ascii("hello")),
      );
    },
  },
  {
    name: "onReadable that reads nothing is not called again until read() was called from elsewhere",
    run(trial) {
      let calls = 0;
      let ours: SecureSocket;
      pair(
        trial,
        {
          onReadable(count) {
            if (++calls === 2) {
              trial.equal(count, 4, "the rest");
              trial.pass();
            }
          },
        },
        {},
        (client, server) => {
          ours = client;
          server.write(ascii("hello"));
          trial.after(300, () => {
            trial.equal(calls, 1, "calls");
            trial.equal(text(ours, 1), "h", "read(1) outside of a callback");
          });
        },
      );
    },
  },
  {
    name: "10,000 bytes arrive in order through a receive buffer of 2,048",
    run(trial) {
      const TOTAL = 10_000;
      let sent = 0;
      let got = 0;
      pair(
        trial,
        {
          onReadable(count) {
            const bytes = new Uint8Array(count);
            trial.equal(this.read(bytes), count, "read");
            for (let i = 0; i < count; i++) trial.equal(bytes[i], (got + i) % 251, "a byte");
            got += count;
            if (got === TOTAL) trial.pass();
          },
        },
        {
          onWritable(count) {
            const now = Math.min(count, TOTAL - sent);
            if (now === 0) return;
            const bytes = new Uint8Array(now);
            for (let i = 0; i < now; i++) bytes[i] = (sent + i) % 251;
            sent += now;
            this.write(bytes);
          },
        },
        () => undefined,
      );
    },
  },
];
