// How a connection ends that nobody closed here: what onError is told.
import { stranger } from "contract:given";
import { iotClient } from "../../src/profiles/iot-client.js";
import { AnchorList, anchorFromCertificate } from "../../src/x509/anchors.js";
import { ascii, connect, pair, plainServer, secure, serve, take, textOf } from "./ends.js";
import type { Rule } from "./trial.js";

const badTrust = new AnchorList([anchorFromCertificate(stranger, iotClient.sha256)]);

export const FAILURE_RULES: readonly Rule[] = [
  {
    name: "data that came before the peer's end is read before onError tells of it",
    run(trial) {
      let reads = 0;
      pair(
        trial,
        {
          onReadable(count) {
            if (reads++ > 0) this.read(count);
          },
          onError(error) {
            trial.equal(error.alert, "close_notify", "alert");
            trial.equal(this.available, 0, "available");
            trial.check(reads >= 2, "data was not told again");
            trial.pass();
          },
        },
        {},
        (client, server) => {
          server.write(ascii("data"));
          server.close();
          trial.after(200, () => {
            trial.equal(reads, 1, "onReadable so far");
            trial.equal(textOf(client.read(1)), "d", "read(1)");
          });
        },
      );
    },
  },
  {
    name: "an exception in onReadable goes to onError, with the reason; nothing is thrown out of the callback",
    run(trial) {
      pair(
        trial,
        {
          onReadable() {
            throw new Error("the app's mistake");
          },
          onError(error) {
            trial.equal(error.alert, "internal_error", "alert");
            trial.check(error.reason.indexOf("the app's mistake") >= 0, `reason: ${error.reason}`);
            throw new Error("one more, in onError");
          },
        },
        {
          onError(error) {
            trial.equal(error.alert, "internal_error", "what the server sees");
            trial.after(50, () => trial.pass());
          },
        },
        (_, server) => server.write(ascii("x")),
      );
    },
  },
  {
    name: "a server that is not trusted: onError with name, alert and reason; onWritable never comes",
    run(trial) {
      const listener = serve(
        trial,
        () => undefined,
        {},
        () => undefined,
      );
      connect(trial, listener.port, {
        secure: { ...secure, trust: badTrust },
        onWritable: () => trial.fail("onWritable"),
        onError(error) {
          trial.equal(error.name, "TLSAlert", "name");
          trial.equal(error.alert, "unknown_ca", "alert");
          trial.check(error.reason.length > 10, "reason");
          trial.check(error.origin === "self", "origin");
          trial.pass();
        },
      });
    },
  },
  {
    name: "a server that closes in the handshake: onError, connection_lost",
    run(trial) {
      const port = plainServer(trial, (socket) => socket.close());
      connect(trial, port, {
        onError(error) {
          trial.equal(error.alert, "connection_lost", "alert");
          trial.pass();
        },
      });
    },
  },
  {
    name: "a server that does not speak TLS: onError, unexpected_message",
    run(trial) {
      const port = plainServer(trial, (socket) => socket.write(ascii("220 mail.example ESMTP\r\n") as never));
      connect(trial, port, {
        onError(error) {
          trial.equal(error.alert, "unexpected_message", "alert");
          trial.pass();
        },
      });
    },
  },
  {
    name: "nobody listens: onError, connection_lost",
    run(trial) {
      const listener = serve(trial, () => undefined);
      const { port } = listener;
      listener.close();
      connect(trial, port, {
        onError(error) {
          trial.equal(error.alert, "connection_lost", "alert");
          trial.pass();
        },
      });
    },
  },
  {
    name: "a clock that is not set: onError says so",
    run(trial) {
      const listener = serve(
        trial,
        () => undefined,
        {},
        () => undefined,
      );
      connect(trial, listener.port, {
        secure: { ...secure, clock: { seconds: () => -1 } },
        onError(error) {
          trial.check(error.reason.indexOf("clock") >= 0, `reason: ${error.reason}`);
          trial.pass();
        },
      });
    },
  },
  {
    name: "handshakeTimeout: onError, timed_out, where the server says nothing",
    run(trial) {
      const port = plainServer(trial, () => undefined);
      connect(trial, port, {
        secure: { ...secure, handshakeTimeout: 200 },
        onError(error) {
          trial.equal(error.alert, "timed_out", "alert");
          trial.pass();
        },
      });
    },
  },
  {
    name: "idleTimeout: onError, timed_out; the peer sees an orderly end",
    run(trial) {
      let told = 0;
      const both = (): void => {
        if (++told === 2) trial.pass();
      };
      const listener = serve(trial, (from) => {
        take(trial, from, {
          onError(error) {
            trial.equal(error.alert, "close_notify", "what the server sees");
            both();
          },
        });
      });
      connect(trial, listener.port, {
        secure: { ...secure, idleTimeout: 200 },
        onError(error) {
          trial.equal(error.alert, "timed_out", "alert");
          both();
        },
      });
    },
  },
];
