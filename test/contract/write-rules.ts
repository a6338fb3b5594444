/// <reference types="@moddable/typings/embedded_io/socket/tcp.d.ts" />
import TCP from "embedded:io/socket/tcp";
import type { SecureSocket } from "../../hosts/moddable/secure-socket.js";
import { ascii, connect, pair, serve, textOf } from "./ends.js";
import type { Rule, Trial } from "./trial.js";

/** TCP that counts the records that go through it. */
class CountingTCP extends TCP {
  static records = { count: 0 };
}

/** Pieces that are sent, and what the other side reads; `records`: how many of application data went out. */
function coalesces(trial: Trial, send: (client: SecureSocket) => void, wanted: string, records: number): void {
  let got = "";
  let count = 0;
  let counting = false;
  class Counted extends CountingTCP {
    override write(data: never): void {
      if (counting) count++;
      // The SDK's sockets answer how much can be written then.
      // biome-ignore lint/correctness/noVoidTypeReturn: as above
      return super.write(data);
    }
  }
  pair(
    trial,
    { TCP: { io: Counted as never } },
    {
      onReadable() {
        got += textOf(this.read());
        if (got.length < wanted.length) return;
        trial.equal(got, wanted, "what the server got");
        trial.equal(count, records, "records");
        trial.pass();
      },
    },
    (client) => {
      counting = true;
      send(client);
    },
  );
}

export const WRITE_RULES: readonly Rule[] = [
  {
    name: "the first onWritable(count) comes when the handshake is done; count bytes can be written at once, one more would block",
    run(trial) {
      let first = true;
      const listener = serve(trial, () => undefined);
      connect(trial, listener.port, {
        onWritable(count) {
          if (!first) return;
          first = false;
          trial.check(count > 0, `count is ${count}`);
          trial.throws(() => this.write(new Uint8Array(count + 1)), "would block");
          this.write(new Uint8Array(count));
          trial.pass();
        },
      });
    },
  },
  {
    name: "write() takes Uint8Array, DataView, ArrayBuffer, and answers how much can be written then",
    run(trial) {
      let got = "";
      pair(
        trial,
        {},
        {
          onReadable() {
            got += textOf(this.read());
            if (got !== "onetwothree") return;
            trial.pass();
          },
        },
        (client) => {
          const memory = ascii("-two-");
          const left = client.write(ascii("one"));
          trial.equal(typeof left, "number", "typeof what write() answers");
          client.write(new DataView(memory.buffer, 1, 3));
          client.write(ascii("three").buffer as ArrayBuffer);
        },
      );
    },
  },
  {
    name: "format number: write() sends one byte",
    run(trial) {
      pair(
        trial,
        { format: "number" },
        {
          onReadable() {
            trial.equal(textOf(this.read()), "A", "what came");
            trial.pass();
          },
        },
        (client) => {
          trial.equal(client.format, "number", "format");
          client.write(65);
        },
      );
    },
  },
  {
    name: "write(data, { more: true }) goes out with the next write, in one record",
    run(trial) {
      coalesces(
        trial,
        (client) => {
          client.write(ascii("GET "), { more: true });
          client.write(ascii("/ "), { more: true });
          client.write(ascii("HTTP/1.1"));
        },
        "GET / HTTP/1.1",
        1,
      );
    },
  },
  {
    name: "write(data, { more: true, byteLength }) too, and what it answers falls with each piece",
    run(trial) {
      coalesces(
        trial,
        (client) => {
          const before = client.write(Uint8Array.of(65), { more: true, byteLength: 4 });
          const after = client.write(ascii("BC"), { more: true });
          trial.equal(before - after, 2, "what two bytes take");
          client.write(ascii("D"));
        },
        "ABCD",
        1,
      );
    },
  },
  {
    name: "pieces with { more: true } that no record holds: the piece that does not fit would block, what was written before stays",
    run(trial) {
      coalesces(
        trial,
        (client) => {
          const room = client.write(ascii("ab"), { more: true });
          trial.throws(() => client.write(new Uint8Array(room + 1), { more: true }), "would block");
          client.write(ascii("cd"));
        },
        "abcd",
        1,
      );
    },
  },
  {
    name: "format number: write(byte, { more: true }) as well",
    run(trial) {
      coalesces(
        trial,
        (client) => {
          client.format = "number";
          client.write(0x78, { more: true });
          client.write(0x79);
        },
        "xy",
        1,
      );
    },
  },
  {
    name: "write() throws before the first onWritable, and after close()",
    run(trial) {
      const listener = serve(trial, () => undefined);
      const socket = connect(trial, listener.port, {});
      trial.throws(() => socket.write(ascii("x")), "before the first onWritable");
      socket.close();
      trial.throws(() => socket.write(ascii("x")), "closed");
      trial.pass();
    },
  },
  {
    name: "onWritable comes again when there is room again",
    run(trial) {
      const TOTAL = 20_000;
      let sent = 0;
      let got = 0;
      pair(
        trial,
        {
          onWritable(count) {
            const now = Math.min(count, TOTAL - sent);
            sent += now;
            if (now > 0) this.write(new Uint8Array(now));
          },
        },
        {
          onReadable(count) {
            got += count;
            this.read();
            if (got === TOTAL) trial.pass();
          },
        },
        () => undefined,
      );
    },
  },
];
