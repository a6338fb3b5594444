// Our client against a server, and what both say over TLS.
import { readFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { expect } from "chai";
import { tlsOptions } from "../../hosts/node/cli/tls-flags.js";
import { connect, STARTTLS_CLIENTS, startTls, type TLSSocket } from "../../hosts/node/index.js";

/** The versions that the servers are spoken to in. */
export const VERSIONS = ["1.2", "1.3"];

/** A connection, in this version and no other. */
export interface Secured {
  readonly version: string;
  readonly port: number;
  readonly root: string;
  readonly starttls?: keyof typeof STARTTLS_CLIENTS;
  readonly servername?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly alpn?: readonly string[];
}

export function versionFlags(version: string) {
  return { minVersion: version, maxVersion: version };
}

/** Connects, by way of a protocol in clear where one is named, and waits until the server is authenticated. */
export async function secured({ version, port, root, starttls, servername = "localhost", cert, key, alpn }: Secured): Promise<TLSSocket> {
  const identity = { cert: cert === undefined ? [] : [cert], key: key === undefined ? [] : [key] };
  const { options } = tlsOptions({ provider: "noble", insecureLegacy: [], ...identity, ...versionFlags(version) }, "client", []);
  const transport = connectTcp({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true });
  if (starttls !== undefined) await startTls(transport, STARTTLS_CLIENTS[starttls](undefined, servername));
  const ca = readFileSync(root);
  const socket = connect({
    host: "127.0.0.1",
    port,
    servername,
    socket: transport,
    ca,
    ...options,
    ...(alpn === undefined ? {} : { alpn }),
  });
  await new Promise<void>((done, failed) => {
    socket.once("secureConnect", done);
    socket.once("error", failed);
  });
  expect(socket.getProtocol()).to.equal(`TLSv${version}`);
  expect(socket.authorized).to.equal(true);
  return socket;
}

function endOf(index: number, length = 0): number {
  return index < 0 ? 0 : index + length;
}

/** What comes over a socket, taken in pieces that end with a text. */
export class Chat {
  readonly socket: TLSSocket;
  private text = "";
  private ended = false;
  private wake: () => void = () => undefined;

  constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on("data", (data: Buffer) => {
      this.text += data.toString("latin1");
      this.wake();
    });
    const over = () => {
      this.ended = true;
      this.wake();
    };
    // Some servers cut the connection when all is said.
    socket.on("end", over).on("close", over).on("error", over);
  }

  /** Says something, where anything is given, and waits for an answer that ends like this; gives it back. */
  async ask(text: string, end: RegExp | string): Promise<string> {
    if (text !== "") this.socket.write(Buffer.from(text, "latin1"));
    for (;;) {
      const length =
        typeof end === "string" ? endOf(this.text.indexOf(end), end.length) : endOf(this.text.search(end), end.exec(this.text)?.[0].length);
      if (length > 0) {
        const answer = this.text.slice(0, length);
        this.text = this.text.slice(length);
        return answer;
      }
      if (this.ended) throw new Error(`the server ended; it said ${JSON.stringify(this.text)}`);
      await new Promise<void>((done, failed) => {
        const patience = setTimeout(() => failed(new Error(`waited for ${end}, got ${JSON.stringify(this.text)}`)), 8000);
        this.wake = () => {
          clearTimeout(patience);
          done();
        };
      });
    }
  }

  close(): void {
    this.socket.destroy();
  }
}
