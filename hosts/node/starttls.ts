/** STARTTLS over streams of Node: what a protocol says in clear, and then the stream is TLS's. */
import type { Duplex } from "node:stream";
import { internal_error, TLSAlert, timed_out } from "../../src/alert.js";
import { escaped } from "../../src/bytes/escaped.js";
import { FtpStartTls } from "../../src/starttls/ftp.js";
import { ImapStartTls } from "../../src/starttls/imap.js";
import { ImapStartTlsServer } from "../../src/starttls/imap-server.js";
import { LdapStartTls } from "../../src/starttls/ldap.js";
import { LmtpStartTls } from "../../src/starttls/lmtp.js";
import { MysqlStartTls } from "../../src/starttls/mysql.js";
import { type ClientNegotiation, FAILED, type Negotiation, READY } from "../../src/starttls/negotiation.js";
import { NntpStartTls } from "../../src/starttls/nntp.js";
import { NntpStartTlsServer } from "../../src/starttls/nntp-server.js";
import { Pop3StartTls } from "../../src/starttls/pop3.js";
import { Pop3StartTlsServer } from "../../src/starttls/pop3-server.js";
import { PostgresStartTls } from "../../src/starttls/postgres.js";
import type { ServerNegotiation } from "../../src/starttls/server-negotiation.js";
import { SieveStartTls } from "../../src/starttls/sieve.js";
import { SmtpStartTls } from "../../src/starttls/smtp.js";
import { SmtpStartTlsServer } from "../../src/starttls/smtp-server.js";
import { XmppStartTls } from "../../src/starttls/xmpp.js";
import { errorFromAlert } from "./errors.js";

/** Clients of each protocol. name: what EHLO and LHLO say; domain: whom an XMPP stream is for. */
export const STARTTLS_CLIENTS = {
  smtp: (name?: string) => new SmtpStartTls(name),
  lmtp: (name?: string) => new LmtpStartTls(name),
  imap: () => new ImapStartTls(),
  pop3: () => new Pop3StartTls(),
  nntp: () => new NntpStartTls(),
  ftp: () => new FtpStartTls(),
  xmpp: (_name: string | undefined, domain: string) => new XmppStartTls(domain),
  ldap: () => new LdapStartTls(),
  postgres: () => new PostgresStartTls(),
  mysql: () => new MysqlStartTls(),
  sieve: () => new SieveStartTls(),
} satisfies Readonly<Record<string, (name: string | undefined, domain: string) => ClientNegotiation>>;

export type StartTlsProtocol = keyof typeof STARTTLS_CLIENTS;

/** Servers' sides. name: the server's own. */
export const STARTTLS_SERVERS = {
  smtp: (name?: string) => new SmtpStartTlsServer(name),
  imap: () => new ImapStartTlsServer(),
  pop3: () => new Pop3StartTlsServer(),
  nntp: () => new NntpStartTlsServer(),
} satisfies Readonly<Record<string, (name?: string) => ServerNegotiation>>;

export type StartTlsServerProtocol = keyof typeof STARTTLS_SERVERS;

export interface StartTlsOptions {
  /** Milliseconds for all of it, the TCP connection included. Default 10,000; 0: no limit. */
  timeout?: number;
  /** Called with a line of text for what is said. */
  trace?: (line: string) => void;
}

const DEFAULT_TIMEOUT = 10_000;

/**
 * Negotiates over a stream until TLS may begin on it: give it as `socket` to connect() at once. Rejects with a TLSError, or the stream's own error, and
 * destroys the stream where the peer does not want TLS or says anything else: there is no way on in clear.
 */
export function startTls(
  stream: Duplex,
  negotiation: Negotiation,
  { timeout = DEFAULT_TIMEOUT, trace }: StartTlsOptions = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | null = null;
    const over = () => {
      if (timer !== null) clearTimeout(timer);
    };
    const stage = new StartTlsStage(
      stream,
      negotiation,
      () => {
        over();
        resolve();
      },
      (error) => {
        over();
        stream.on("error", () => undefined).destroy();
        reject(error);
      },
      trace,
    );
    if (timeout > 0) timer = setTimeout(() => stage.expire(timeout), timeout);
  });
}

/** Moves bytes between a stream and a negotiation, until `ready` or `gone` is called; neither comes after cancel(). */
export class StartTlsStage {
  private readonly stream: Duplex;
  private readonly negotiation: Negotiation;
  private readonly ready: () => void;
  private readonly gone: (error: Error) => void;
  private readonly trace: ((line: string) => void) | undefined;
  private received = 0;

  constructor(stream: Duplex, negotiation: Negotiation, ready: () => void, gone: (error: Error) => void, trace?: (line: string) => void) {
    this.stream = stream;
    this.negotiation = negotiation;
    this.ready = ready;
    this.gone = gone;
    this.trace = trace;
    stream.on("readable", this.onReadable);
    stream.on("end", this.onEnd);
    stream.on("close", this.onEnd);
    stream.on("error", this.onError);
    this.flush();
  }

  cancel(): void {
    const { stream } = this;
    stream.off("readable", this.onReadable);
    stream.off("end", this.onEnd);
    stream.off("close", this.onEnd);
    stream.off("error", this.onError);
  }

  /** The host's patience is at its end. */
  expire(after: number): void {
    const { protocol } = this.negotiation;
    const what = this.received === 0 ? "the peer said nothing" : "the peer's words did not lead to TLS";
    this.negotiation.fail(new TLSAlert(timed_out, `${protocol}: ${what} within ${after / 1000} s`));
    this.settle();
  }

  private readonly onReadable = () => {
    const { stream, negotiation } = this;
    for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null) {
      this.received += chunk.length;
      this.say("<", chunk);
      negotiation.received(chunk, 0, chunk.length);
      this.flush();
    }
    this.settle();
  };

  private readonly onEnd = () => {
    this.negotiation.receivedEnd();
    this.settle();
  };

  private readonly onError = (error: Error) => {
    this.cancel();
    this.gone(error);
  };

  private flush(): void {
    const bytes = this.negotiation.take();
    if (bytes === null) return;
    this.say(">", bytes);
    this.stream.write(bytes);
  }

  private settle(): void {
    const { state, failure } = this.negotiation;
    if (state !== READY && state !== FAILED) return;
    this.cancel();
    if (state === READY) this.ready();
    else this.gone(errorFromAlert(failure ?? new TLSAlert(internal_error, "failed", "internal")));
  }

  private say(direction: string, bytes: Uint8Array): void {
    this.trace?.(`${direction} in clear, ${bytes.length} bytes: "${escaped(bytes, 0, bytes.length, 1000)}"`);
  }
}
