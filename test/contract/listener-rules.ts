import Listener from "../../hosts/moddable/listener.js";
import type { SecureListener } from "../../hosts/moddable/secure-listener.js";
import { SecureSocket } from "../../hosts/moddable/secure-socket.js";
import TLSSocket from "../../hosts/moddable/tls-socket.js";
import { ConnectionPool } from "../../src/connection-pool.js";
import { ascii, connect, echoes, LOCAL, OVER_TCP, plainClient, says, secure, serve, served, take, textOf } from "./ends.js";
import type { Rule } from "./trial.js";

export const LISTENER_RULES: readonly Rule[] = [
  {
    name: "port 0, or none, is a free one, and port tells it; format is socket/tcp and no other; read() where nobody waits is undefined",
    run(trial) {
      const listener = trial.keep(new Listener({ secure: served, port: 0 }));
      const port = listener.port as number;
      trial.check(typeof port === "number" && port > 0 && port < 65536, `port ${port}`);
      trial.equal(listener.format, "socket/tcp", "format");
      listener.format = "socket/tcp";
      trial.throws(() => {
        listener.format = "buffer" as never;
      }, "format");
      trial.equal(listener.read(), undefined, "read()");
      listener.close();
      listener.close();
      trial.equal(listener.port, undefined, "port after close()");
      trial.equal(listener.read(), undefined, "read() after close()");
      trial.pass();
    },
  },
  {
    name: "onReadable(count) comes when handshakes are done, with the listener as this, which has the target; read() gives each socket once",
    run(trial) {
      const target = {};
      const listener: Listener = trial.keep(
        new Listener({
          secure: served,
          target,
          onReadable(count) {
            trial.equal(this, listener, "this");
            trial.equal(this.target, target, "target");
            trial.equal(count, 1, "count");
            const socket = trial.keep(this.read() as SecureSocket);
            trial.check(socket instanceof SecureSocket, "a SecureSocket");
            trial.equal(socket.format, "buffer", "format");
            trial.equal(socket.remoteAddress, LOCAL, "remoteAddress");
            trial.equal(socket.alpn, "mqtt", "alpn");
            trial.equal(this.read(), undefined, "a second read()");
            trial.pass();
          },
        }),
      );
      connect(trial, listener.port, { secure: { ...secure, alpn: ["mqtt"] } });
    },
  },
  {
    name: "Listener.with(secure) is a class for who makes the listener itself, with { port, target, onReadable }",
    run(trial) {
      const Secured = Listener.with(served);
      const listener = trial.keep(
        new Secured({
          port: 0,
          target: "server",
          onReadable() {
            trial.equal((this as SecureListener).target, "server", "target");
            const from = this.read() as SecureSocket;
            take(trial, from, {
              onReadable() {
                trial.equal(textOf(this.read()), "GET /", "request");
                trial.pass();
              },
            });
          },
        }),
      );
      connect(trial, listener.port, {
        onWritable: says("GET /"),
      });
    },
  },
  {
    name: "what a client sends before its socket is taken over is not lost",
    run(trial) {
      const listener = serve(trial, (from) => {
        trial.after(200, () =>
          take(trial, from, {
            onReadable() {
              trial.equal(textOf(this.read()), "early", "data");
              trial.pass();
            },
          }),
        );
      });
      connect(trial, listener.port, {
        onWritable: says("early"),
      });
    },
  },
  {
    name: "SNI: each name is served with its own certificate, an unknown one refused with unrecognized_name",
    run(trial) {
      const names: string[] = [];
      let refused = false;
      const done = (): void => {
        if (!refused || names.length < 2) return;
        trial.equal(names.sort().join(), "localhost,other.example", "names");
        trial.pass();
      };
      const listener = serve(
        trial,
        (socket) => {
          names.push(socket.serverName);
          done();
        },
        { maxHandshakes: 3 },
        (error) => {
          trial.equal(error.alert, "unrecognized_name", "alert");
          refused = true;
          done();
        },
      );
      connect(trial, listener.port, {});
      connect(trial, listener.port, { secure: { ...secure, serverName: "other.example" } });
      connect(trial, listener.port, { secure: { ...secure, serverName: "third.example" }, onError: () => undefined });
    },
  },
  {
    name: "a client's failure goes to onClientError, and the app's socket is never seen",
    run(trial) {
      const listener = serve(
        trial,
        () => trial.fail("a socket came"),
        {},
        (error) => {
          trial.equal(error.name, "TLSAlert", "name");
          trial.equal(error.alert, "unexpected_message", "alert");
          trial.pass();
        },
      );
      plainClient(trial, listener.port, ascii("GET / HTTP/1.1\r\n\r\n"));
    },
  },
  {
    name: "silent clients are capped: the one that waited longest goes, and the listener goes on",
    run(trial) {
      let lost = 0;
      const listener = serve(
        trial,
        () => undefined,
        { maxHandshakes: 1, maxSilent: 1, handshakeTimeout: 3000 },
        () => undefined,
      );
      const gone = (): void => {
        if (++lost !== 2) return;
        trial.equal(listener.refused, 2, "refused");
        connect(trial, listener.port, { onWritable: () => trial.pass() });
      };
      for (let i = 0; i < 3; i++) plainClient(trial, listener.port, null, gone);
    },
  },
  {
    name: "handshakes under way are capped: a further client that speaks is refused; when one has ended, the next is served",
    run(trial) {
      let refused = false;
      const listener = serve(
        trial,
        () => undefined,
        { maxHandshakes: 1, handshakeTimeout: 600 },
        (error) => {
          trial.equal(error.alert, "timed_out", "the first client's alert");
          trial.check(refused, "the second client was not refused before");
          connect(trial, listener.port, { onWritable: () => trial.pass() });
        },
      );
      const begun = Uint8Array.of(22, 3, 1);
      plainClient(trial, listener.port, begun);
      trial.after(200, () => {
        trial.equal(listener.pending, 1, "pending");
        plainClient(trial, listener.port, begun, () => {
          trial.equal(listener.refused, 1, "refused");
          trial.equal(listener.pending, 1, "pending then");
          refused = true;
        });
      });
    },
  },
  {
    name: "a client that says nothing, or stops in its handshake, goes after handshakeTimeout",
    run(trial) {
      const reasons: string[] = [];
      const listener = serve(
        trial,
        () => undefined,
        { handshakeTimeout: 200 },
        (error) => {
          trial.equal(error.alert, "timed_out", "alert");
          reasons.push(error.reason);
          if (reasons.length === 2) trial.pass();
        },
      );
      plainClient(trial, listener.port, null);
      plainClient(trial, listener.port, Uint8Array.of(22, 3, 1));
    },
  },
  {
    name: "close() ends clients that are not the app's yet; sockets that are go on",
    run(trial) {
      let gone = false;
      const listener = serve(trial, (from) => {
        plainClient(trial, listener.port, null, () => {
          gone = true;
        });
        trial.after(100, () => {
          listener.close();
          const socket = take(trial, from);
          trial.after(100, () => {
            trial.check(gone, "the silent client is still there");
            socket.write(ascii("still here"));
          });
        });
      });
      connect(trial, listener.port, {
        onReadable() {
          trial.equal(textOf(this.read()), "still here", "data");
          trial.pass();
        },
      });
    },
  },
  {
    name: "an exception in onReadable or onClientError of the app does not end the listener",
    run(trial) {
      let failures = 0;
      let calls = 0;
      const listener: Listener = trial.keep(
        new Listener({
          secure: { ...served, handshakeTimeout: 1000 },
          onReadable(count) {
            if (++calls === 1) throw new Error("the app's mistake");
            trial.equal(count, 2, "what waits, the one that was not read too");
            trial.keep(this.read() as SecureSocket);
            trial.keep(this.read() as SecureSocket);
            trial.equal(failures, 1, "onClientError");
            trial.pass();
          },
          onClientError() {
            failures++;
            trial.soon(() => connect(trial, listener.port, { onWritable: () => trial.soon(() => connect(trial, listener.port, {})) }));
            throw new Error("the app's mistake");
          },
        }),
      );
      plainClient(trial, listener.port, null);
    },
  },
  {
    name: "three connections at once, each a client and its server, share a pool: one handshake at a time, all are done",
    limit: 30_000,
    run(trial) {
      const pool = new ConnectionPool();
      let echoed = 0;
      const listener = serve(
        trial,
        (from) => {
          take(trial, from, {
            onReadable: echoes,
          });
        },
        { maxHandshakes: 3 },
      );
      for (let i = 0; i < 3; i++) {
        const text = `connection ${i}`;
        connect(trial, listener.port, {
          secure: { ...secure, pool },
          onWritable: says(text),
          onReadable() {
            trial.equal(textOf(this.read()), text, "the echo");
            if (++echoed === 3) trial.pass();
          },
        });
      }
    },
  },
  {
    name: "the SDK's HTTPServer and WebSocket: sockets of Listener.with() are taken over twice, by from.constructor, in the middle of what came",
    run(trial) {
      const Secured = Listener.with(served);
      const listener = trial.keep(
        new Secured({
          port: 0,
          onReadable() {
            const from = this.read() as SecureSocket;
            const http: SecureSocket = take(trial, from, {
              onReadable(count) {
                // Byte by byte up to the end of the head, as HTTPServer reads.
                this.format = "number";
                let head = "";
                for (let left = count; left > 0 && !head.endsWith("\r\n\r\n"); left--) head += String.fromCharCode(this.read() as number);
                this.format = "buffer";
                trial.equal(head, "GET /ws HTTP/1.1\r\n\r\n", "head");
                this.write(ascii("HTTP/1.1 101 \r\n"), { more: true });
                this.write(ascii("\r\n"));
                const detached = new (http.constructor as typeof SecureSocket)({ from: http });
                trial.soon(() =>
                  take(trial, detached, {
                    onReadable() {
                      trial.equal(textOf(this.read()), "frame", "what followed the head");
                      this.write(ascii("pong"));
                    },
                  }),
                );
              },
            });
          },
        }),
      );
      let got = "";
      trial.keep(
        new TLSSocket({
          address: LOCAL,
          port: listener.port as number,
          TCP: OVER_TCP,
          secure,
          onWritable: says("GET /ws HTTP/1.1\r\n\r\nframe"),
          onReadable() {
            got += textOf(this.read());
            if (got === "HTTP/1.1 101 \r\n\r\npong") trial.pass();
          },
          onError: (error) => trial.fail(error.message),
        }),
      );
    },
  },
];
