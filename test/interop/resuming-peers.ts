/** Peers that resume sessions of TLS 1.2: by ticket or by session ID, with and without client certificates. Each is told one suite. */

import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:crypto";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { connect as connectTls, type TlsOptions } from "node:tls";
import { gnutlsEcho, nodeEcho, opensslEcho, type RunningPeer } from "./echo-peers.js";
import type { KeyTypes } from "./key-types.js";
import { GnutlsLegacy, type LegacyRow, NodeLegacy, OpensslLegacy } from "./legacy-peers.js";

export type Kind = "ticket" | "session ID";

export interface ResumedRow extends LegacyRow {
  readonly kind: Kind;
  /** Clients must have a certificate. */
  readonly auth: boolean;
}

export interface ResumingPeer {
  readonly name: string;
  knows(row: ResumedRow, role: "client" | "server"): boolean;
  /** Rows of the same key may have the same server. */
  keyOf(row: ResumedRow): string;
  /** An echo server (OpenSSL's turns lines round). */
  serve(types: KeyTypes, row: ResumedRow): Promise<RunningPeer>;
  /** Connects twice; both times the line comes back, and the peer itself says that the second resumed the first. */
  talkTwice(types: KeyTypes, port: number, row: ResumedRow, line: string): Promise<void>;
}

const plainKey = (row: ResumedRow): string => `${row.suite.by} ${row.suite.kx} ${row.encryptThenMac} ${row.kind} ${row.auth}`;

export class OpensslResuming implements ResumingPeer {
  readonly name = "OpenSSL";
  private readonly legacy = new OpensslLegacy();

  knows(row: ResumedRow): boolean {
    return this.legacy.knows(row);
  }

  keyOf(row: ResumedRow): string {
    return plainKey(row);
  }

  async serve(types: KeyTypes, row: ResumedRow): Promise<RunningPeer> {
    return opensslEcho([
      ...this.legacy.serverArgs(types, row),
      ...(row.kind === "ticket" ? [] : ["-no_ticket"]),
      ...(row.auth ? ["-Verify", "1", "-CAfile", types.rootsFile, "-verify_return_error"] : []),
    ]);
  }

  async talkTwice(types: KeyTypes, port: number, row: ResumedRow, line: string): Promise<void> {
    const { kind, auth } = row;
    const file = join(types.folder, `session-${port}.pem`);
    rmSync(file, { force: true });
    const args = this.legacy.clientArgs(types, port, row);
    if (kind === "session ID") args.push("-no_ticket");
    if (auth) args.push("-cert", types.pair("client", "p256").certFile, "-key", types.pair("client", "p256").keyFile);
    await says("openssl", [...args, "-sess_out", file], line, /^New, (TLS|SSL)v/m);
    if (!existsSync(file)) throw new Error("openssl s_client got no session");
    await says("openssl", [...args, "-sess_in", file], line, /^Reused, (TLS|SSL)v/m);
  }
}

export class GnutlsResuming implements ResumingPeer {
  readonly name = "GnuTLS";
  private readonly legacy = new GnutlsLegacy();

  knows(row: ResumedRow, role: "client" | "server"): boolean {
    return this.legacy.knows(row, role);
  }

  keyOf(row: ResumedRow): string {
    return `${row.suite.name} ${plainKey(row)}`;
  }

  async serve(types: KeyTypes, row: ResumedRow): Promise<RunningPeer> {
    return gnutlsEcho([
      ...this.legacy.serverArgs(types, row),
      ...(row.auth ? ["--require-client-cert", "--verify-client-cert", "--x509cafile", types.rootsFile] : ["--disable-client-cert"]),
      row.kind === "ticket" ? "--nodb" : "--noticket",
    ]);
  }

  async talkTwice(types: KeyTypes, port: number, row: ResumedRow, line: string): Promise<void> {
    const args = ["--resume", ...this.legacy.clientArgs(types, port, row)];
    if (row.auth) args.push("--x509certfile", types.pair("client", "p256").certFile, "--x509keyfile", types.pair("client", "p256").keyFile);
    if (row.kind === "session ID") args.push("--noticket");
    await says("gnutls-cli", [...args, "127.0.0.1"], line, /This is a resumed session/);
  }
}

export class NodeResuming implements ResumingPeer {
  readonly name = "Node";
  private readonly legacy = new NodeLegacy();

  knows(row: ResumedRow): boolean {
    return this.legacy.knows(row);
  }

  keyOf(row: ResumedRow): string {
    return plainKey(row);
  }

  /** Sessions by ID are kept by the app. */
  async serve(types: KeyTypes, row: ResumedRow): Promise<RunningPeer> {
    const kept = new Map<string, Buffer>();
    const options: TlsOptions = {
      ...{ ...this.legacy.serverOptions(types, row), sessionIdContext: "thimble" },
      ...(row.kind === "ticket" ? {} : { secureOptions: constants.SSL_OP_NO_TICKET }),
      ...(row.auth ? { requestCert: true, rejectUnauthorized: true, ca: types.roots } : {}),
    };
    return nodeEcho(options, (server) => {
      if (row.kind === "ticket") return;
      server.on("newSession", (id: Buffer, session: Buffer, done: () => void) => {
        kept.set(id.toString("hex"), session);
        done();
      });
      server.on("resumeSession", (id: Buffer, done: (error: Error | null, session: Buffer | null) => void) =>
        done(null, kept.get(id.toString("hex")) ?? null),
      );
    });
  }

  async talkTwice(types: KeyTypes, port: number, row: ResumedRow, line: string): Promise<void> {
    const first = await this.talk(types, port, row, line, undefined);
    if (first.reused) throw new Error("a first connection that is resumed");
    if (!(await this.talk(types, port, row, line, first.session)).reused) throw new Error("Node's tls did not resume");
  }

  private talk(
    types: KeyTypes,
    port: number,
    row: ResumedRow,
    line: string,
    session: Buffer | undefined,
  ): Promise<{ reused: boolean; session: Buffer | undefined }> {
    return new Promise((done, failed) => {
      const own = types.pair("client", "p256");
      const socket = connectTls({
        ...{ ...this.legacy.clientOptions(types, row), port, host: "127.0.0.1", servername: "localhost", session },
        ...(row.kind === "ticket" ? {} : { secureOptions: constants.SSL_OP_NO_TICKET }),
        ...(row.auth ? { cert: own.cert, key: own.key } : {}),
      });
      let text = "";
      let result = { reused: false, session: undefined as Buffer | undefined };
      const timer = setTimeout(() => socket.destroy(new Error("timed out")), 8000);
      socket.on("data", (part: Buffer) => {
        text += part.toString("latin1");
        if (!text.includes(`${line}\n`)) return;
        result = { reused: socket.isSessionReused(), session: socket.getSession() };
        socket.end();
      });
      socket.on("error", failed);
      socket.on("close", () => {
        clearTimeout(timer);
        if (text.includes(`${line}\n`)) done(result);
        else failed(new Error("it closed"));
      });
      socket.write(`${line}\n`);
    });
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

function outputOf(child: ChildProcess): () => string {
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (part: Buffer) => {
      output += part.toString("latin1");
    });
  return () => output;
}

/** Runs a client, gives it a line once it says `sign`, and waits for the line to come back. */
async function says(command: string, args: readonly string[], line: string, sign: RegExp): Promise<void> {
  const child = spawn(command, args);
  const output = outputOf(child);
  const ended = once(child, "close");
  child.stdin.on("error", () => undefined);
  const wait = async (test: () => boolean, what: string): Promise<void> => {
    for (let i = 0; !test(); i++) {
      if (i > 800 || child.exitCode !== null) {
        child.kill("SIGKILL");
        throw new Error(`${command}: no ${what}: ${output().slice(-1500)}`);
      }
      await pause(10);
    }
  };
  await wait(() => sign.test(output()), String(sign));
  child.stdin.write(`${line}\n`);
  await wait(() => output().includes(`${line}\n`), "answer");
  // A connection that is lost says nothing of its session.
  child.kill();
  await ended;
}
