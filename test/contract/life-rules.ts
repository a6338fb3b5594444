import type { SecureSocket } from "../../hosts/moddable/secure-socket.js";
import TLSSocket from "../../hosts/moddable/tls-socket.js";
import type { TLSAlert } from "../../src/alert.js";
import { ascii, type Callbacks, connect, echoes, LOCAL, OVER_TCP, pair, plainServer, says, secure, serve, take, textOf } from "./ends.js";
import type { Rule, Trial } from "./trial.js";

/** Nothing more is called on a socket that was closed in one of its callbacks. */
function closesIn(trial: Trial, name: "onReadable" | "onWritable"): void {
  let calls = 0;
  let closed = false;
  const called = (): void => {
    calls++;
    if (closed) trial.fail("a callback came after close()");
  };
  const callbacks: Callbacks = {
    onReadable() {
      called();
      if (name === "onReadable") end(this);
    },
    onWritable() {
      called();
      if (name === "onWritable") end(this);
    },
    onError() {
      called();
    },
  };
  const end = (socket: SecureSocket): void => {
    closed = true;
    socket.close();
    socket.close();
  };
  const seen = (error: TLSAlert): void => {
    trial.equal(error.alert, "close_notify", "what the server sees");
    trial.after(50, () => {
      trial.check(calls > 0, "no callback came");
      trial.pass();
    });
  };
  const came = (from: SecureSocket): void => {
    take(trial, from, {
      onWritable: says("hello"),
      onError: seen,
    });
  };
  const listener = serve(trial, came, {}, seen);
  connect(trial, listener.port, callbacks);
}

export const LIFE_RULES: readonly Rule[] = [
  {
    name: "no callback comes before the constructor has returned, and then all have the socket as this, with its target",
    run(trial) {
      let made: SecureSocket | null = null;
      let seen = 0;
      const target = { of: "the app" };
      const look = (self: SecureSocket): void => {
        trial.check(made !== null, "a callback came before the constructor had returned");
        trial.equal(self, made, "this");
        trial.equal(self.target, target, "this.target");
      };
      const listener = serve(trial, (from) => {
        take(trial, from, {
          onWritable() {
            if (seen < 2) this.write(ascii("x"));
          },
          onReadable() {
            this.close();
          },
        });
      });
      made = connect(trial, listener.port, {
        target,
        onWritable() {
          look(this);
          seen |= 1;
        },
        onReadable() {
          look(this);
          this.read();
          seen |= 2;
          this.write(ascii("bye"));
        },
        onError() {
          look(this);
          trial.check(seen === 3, "onWritable and onReadable came before");
          trial.pass();
        },
      });
      trial.equal(made.target, target, "target");
    },
  },
  {
    name: "remoteAddress and remotePort tell the peer's; nothing after close()",
    run(trial) {
      let port: number | undefined;
      const listener = serve(trial, (from) => trial.equal(from.remoteAddress, LOCAL, "the client's address"));
      port = listener.port;
      connect(trial, port, {
        onWritable() {
          trial.equal(this.remoteAddress, LOCAL, "remoteAddress");
          trial.equal(this.remotePort, port, "remotePort");
          this.close();
          trial.equal(this.remoteAddress, undefined, "remoteAddress after close()");
          trial.pass();
        },
      });
    },
  },
  { name: "close() inside of onReadable", run: (trial) => closesIn(trial, "onReadable") },
  { name: "close() inside of onWritable", run: (trial) => closesIn(trial, "onWritable") },
  {
    name: "close() inside of onError, once more after it; onError comes once",
    run(trial) {
      let errors = 0;
      pair(
        trial,
        {
          onError(error) {
            errors++;
            trial.equal(error.alert, "close_notify", "alert");
            this.close();
            trial.soon(() => {
              this.close();
              trial.after(100, () => {
                trial.equal(errors, 1, "onError");
                trial.pass();
              });
            });
          },
        },
        {},
        (_, server) => server.close(),
      );
    },
  },
  {
    name: "close() at once, while TCP connects and while the handshake is under way: no callback comes",
    run(trial) {
      const never = {
        onWritable: () => trial.fail("onWritable"),
        onReadable: () => trial.fail("onReadable"),
        onError: () => trial.fail("onError"),
      };
      const port = plainServer(trial, () => {
        late.close();
        trial.after(100, () => trial.pass());
      });
      connect(trial, port, never).close();
      const late: TLSSocket = connect(trial, port, never);
    },
  },
  {
    name: "what was written before close() still arrives, then the peer sees close_notify",
    run(trial) {
      let got = "";
      pair(
        trial,
        {},
        {
          onReadable() {
            got += textOf(this.read());
          },
          onError(error) {
            trial.equal(error.alert, "close_notify", "alert");
            trial.equal(error.name, "TLSAlert", "name");
            trial.equal(got, "last words", "what came before");
            trial.pass();
          },
        },
        (client) => {
          client.write(ascii("last words"));
          client.close();
        },
      );
    },
  },
  {
    name: "{ from }: callbacks of its own, what was not read comes to it, the former says nothing and is closed",
    run(trial) {
      let former: SecureSocket;
      let heir: SecureSocket;
      let wrote = false;
      pair(
        trial,
        {
          onReadable() {
            if (this !== former) return;
            trial.soon(() => {
              heir = take(trial, former, {
                onWritable() {
                  if (wrote) return;
                  wrote = true;
                  trial.equal(this, heir, "this");
                },
                onReadable() {
                  trial.equal(textOf(this.read()), "hello", "what was not read");
                  trial.check(wrote, "onWritable came first");
                  trial.equal(former.read(), undefined, "the former reads");
                  trial.throws(() => former.write(ascii("x")), "closed");
                  trial.throws(() => take(trial, former), "from");
                  former.close();
                  this.write(ascii("and back"));
                },
              });
            });
          },
          onError: () => trial.fail("the former's onError"),
        },
        {
          onReadable() {
            trial.equal(textOf(this.read()), "and back", "what came back");
            trial.pass();
          },
        },
        (client, server) => {
          former = client;
          server.write(ascii("hello"));
        },
      );
    },
  },
  {
    name: "detach(): a socket without callbacks keeps the connection for another protocol, as the SDK's HTTPServer gives it to WebSocket",
    run(trial) {
      let former: SecureSocket;
      pair(
        trial,
        {},
        {
          onReadable() {
            if (former !== undefined) return;
            former = this;
            trial.equal(textOf(this.read()), "upgrade", "the request");
            const detached = this.detach();
            trial.equal(detached.constructor, this.constructor, "its class");
            trial.throws(() => this.write(ascii("x")), "closed");
            trial.throws(() => this.detach(), "from");
            trial.after(100, () =>
              take(trial, detached, {
                onReadable() {
                  trial.equal(textOf(this.read()), "frame", "what came meanwhile");
                  trial.pass();
                },
              }),
            );
          },
          onError: () => trial.fail("the former's onError"),
        },
        (client) => {
          client.write(ascii("upgrade"));
          trial.after(50, () => client.write(ascii("frame")));
        },
      );
    },
  },
  {
    name: "{ from } a TLSSocket whose handshake is under way takes it over",
    run(trial) {
      const listener = serve(trial, (from) => {
        take(trial, from);
      });
      const never = { onWritable: () => trial.fail("the former's onWritable"), onError: () => trial.fail("the former's onError") };
      const former = connect(trial, listener.port, never);
      const heir: TLSSocket = trial.keep(
        new TLSSocket({
          from: former,
          onWritable() {
            trial.equal(this, heir, "this");
            trial.pass();
          },
          onError: (error) => trial.fail(error.message),
        }),
      );
    },
  },
  {
    name: "no callbacks at all: read() and write() work by themselves",
    run(trial) {
      const listener = serve(trial, (from) => {
        take(trial, from, {
          onReadable: echoes,
        });
      });
      const socket = trial.keep(new TLSSocket({ address: LOCAL, port: listener.port as number, TCP: OVER_TCP, secure }));
      let wrote = false;
      const look = (): void => {
        if (!wrote) {
          try {
            socket.write(ascii("poll"));
            wrote = true;
          } catch {
            // not open yet
          }
        }
        const data = socket.read();
        if (data === undefined) trial.after(20, look);
        else {
          trial.equal(textOf(data), "poll", "the echo");
          trial.pass();
        }
      };
      look();
    },
  },
];
