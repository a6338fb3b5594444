/// <reference types="@moddable/typings/embedded_io/socket/listener.d.ts" />
/// <reference types="@moddable/typings/embedded_io/socket/tcp.d.ts" />
// The two ends that the rules look at: a client and a server on the same device, over its own TCP.
import { client, localhost, other, random, root } from "contract:given";
import PlainListener from "embedded:io/socket/listener";
import TCP from "embedded:io/socket/tcp";
import { clock } from "../../hosts/moddable/clock.js";
import Listener, { type ListenerSecureOptions } from "../../hosts/moddable/listener.js";
import type { SecureSocket } from "../../hosts/moddable/secure-socket.js";
import TLSSocket, { type SecureOptions, type TLSSocketOptions } from "../../hosts/moddable/tls-socket.js";
import type { TLSAlert } from "../../src/alert.js";
import { identityFrom } from "../../src/keys/identity-from.js";
import { p256Keys } from "../../src/keys/p256-key.js";
import { iotClient } from "../../src/profiles/iot-client.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { AnchorList, anchorFromCertificate } from "../../src/x509/anchors.js";
import type { Trial } from "./trial.js";

const { sha256 } = iotClient;
const identityOf = ({ certificates, key }: typeof localhost) => identityFrom({ certificates, key, keys: [p256Keys], sha256 });

export const LOCAL = "127.0.0.1";
export const clientIdentity = identityOf(client);
export const trust = new AnchorList([anchorFromCertificate(root, sha256)]);
export const localHost = { identities: [identityOf(localhost)], alpn: ["echo", "mqtt"] };
export const otherHost = { identities: [identityOf(other)], alpn: ["echo"] };
/** TCP as what the sockets stand on. */
export const OVER_TCP = { io: TCP as never };

export const secure: SecureOptions = { provider: iotClient, random, clock, trust, serverName: "localhost" };
export const served: ListenerSecureOptions = {
  provider: iotClient,
  random,
  clock,
  hosts: new VirtualHosts(
    [
      ["localhost", localHost],
      ["other.example", otherHost],
    ],
    null,
  ),
};

export interface Callbacks {
  onReadable?: (this: SecureSocket, count: number) => void;
  onWritable?: (this: SecureSocket, count: number) => void;
  onError?: (this: SecureSocket, error: TLSAlert) => void;
}

/** A listener whose sockets are given to `came`, each once. */
export function serve(
  trial: Trial,
  came: (socket: SecureSocket, listener: Listener) => void,
  more: Partial<ListenerSecureOptions> = {},
  clientError: (error: TLSAlert) => void = (error) => trial.fail(`the server: ${error.message}`),
): Listener {
  const listener: Listener = trial.keep(
    new Listener({
      secure: { ...served, ...more },
      onReadable(count) {
        for (let i = 0; i < count; i++) {
          const socket = this.read();
          if (socket !== undefined) came(trial.keep(socket), listener);
        }
      },
      onClientError: clientError,
    }),
  );
  return listener;
}

/** The app's end of a socket that a listener gave. */
export function take(trial: Trial, from: SecureSocket, callbacks: Callbacks = {}): SecureSocket {
  const Socket = from.constructor as typeof SecureSocket;
  return trial.keep(new Socket({ from, ...callbacks }));
}

export function connect(trial: Trial, port: number | undefined, options: Partial<TLSSocketOptions>): TLSSocket {
  return trial.keep(
    new TLSSocket({
      address: LOCAL,
      port: port as number,
      TCP: OVER_TCP,
      secure,
      onError: (error) => trial.fail(`the client: ${error.message}`),
      ...options,
    }),
  );
}

/** A client and a server that are connected; `ready` when both have said so. */
export function pair(
  trial: Trial,
  client: Partial<TLSSocketOptions>,
  server: Callbacks,
  ready: (client: TLSSocket, server: SecureSocket) => void,
): void {
  let opened = false;
  let theirs: SecureSocket | null = null;
  const both = (): void => {
    if (opened && theirs !== null) trial.soon(() => ready(ours, theirs as SecureSocket));
  };
  const listener = serve(trial, (from) => {
    theirs = take(trial, from, server);
    both();
  });
  const ours: TLSSocket = connect(trial, listener.port, {
    ...client,
    onWritable(count) {
      client.onWritable?.call(this, count);
      if (opened) return;
      opened = true;
      both();
    },
  });
}

/** An onWritable that writes this once, as soon as it can. */
export function says(what: string | Uint8Array): (this: { write(data: never): unknown }) => void {
  let said = false;
  return function () {
    if (said) return;
    said = true;
    this.write((typeof what === "string" ? ascii(what) : what) as never);
  };
}

/** An onReadable that sends back what comes. */
export function echoes(this: SecureSocket): void {
  this.write(new Uint8Array(this.read() as ArrayBuffer));
}

/** A TCP client that says this, which is no handshake, or nothing at all. */
export function plainClient(trial: Trial, port: number | undefined, what: Uint8Array | null, onError: () => void = () => undefined): void {
  const onWritable = what === null ? () => undefined : says(what);
  trial.keep(new TCP({ address: LOCAL, port: port as number, onWritable, onError } as never));
}

/** A TCP server that is no TLS server: `came` gets its sockets, with their first bytes there. */
export function plainServer(trial: Trial, came: (socket: TCP) => void): number {
  const listener = new PlainListener({
    onReadable(this: PlainListener, count: number) {
      for (let i = 0; i < count; i++) {
        const from = this.read();
        if (from === undefined) return;
        const socket: TCP = new TCP({
          from,
          onReadable() {
            this.read();
            came(this);
          },
          onError() {
            this.close();
          },
        });
        trial.keep(socket);
      }
    },
  } as never);
  trial.keep(listener as unknown as { close(): void });
  return listener.port;
}

export function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export function textOf(data: number | ArrayBuffer | Uint8Array | undefined): string {
  if (data === undefined) return "";
  if (typeof data === "number") return String.fromCharCode(data);
  return String.fromCharCode(...(data instanceof Uint8Array ? data : new Uint8Array(data)));
}
