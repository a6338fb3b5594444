import { connect as connectTcp, type Socket } from "node:net";
import { type Command, Option } from "commander";
import type { OcspAnswer } from "../../../src/x509/ocsp-stapling.js";
import { timeText } from "../../../src/x509/time.js";
import { anchorsFromFiles } from "../certificates.js";
import { connect } from "../connect.js";
import { STARTTLS_CLIENTS, type StartTlsProtocol, startTls } from "../starttls.js";
import type { TLSSocket } from "../tls-socket.js";
import { type Address, parseAddress, parseSeconds } from "./arguments.js";
import { CommandError, EXIT_USAGE } from "./exit-codes.js";
import { explained } from "./explain.js";
import { addPskOptions, clientPsk, type PskFlags, pskKeys, readSession, writeSecret } from "./session-flags.js";
import { addTlsOptions, isFor12, type TlsFlags, tlsOptions, usable } from "./tls-flags.js";

interface ConnectFlags extends TlsFlags, PskFlags {
  ca?: string;
  servername?: string;
  ocsp: "off" | "ask" | "require";
  timeout: number;
  sessionIn?: string;
  sessionOut?: string;
  verbose?: boolean;
  starttls?: StartTlsProtocol;
  starttlsName?: string;
}

export function addConnectCommand(program: Command): void {
  const command = program
    .command("connect")
    .description("connect to a TLS server and join it to stdin and stdout")
    .argument("<HOST:PORT>", "the server, as example.com:443 or [::1]:443", parseAddress)
    .option("--ca <FILE>", "certificates that are trusted, PEM or DER (the server is always verified: by this, or by --psk)")
    .option("--servername <NAME>", "name that the certificate must carry, also sent as SNI (default: HOST)")
    .addOption(
      new Option("--ocsp <POLICY>", "stapled OCSP response: off, ask (what comes must be good), or require")
        .choices(["off", "ask", "require"])
        .default("off"),
    )
    .option("--timeout <SECONDS>", "time for connecting and the handshake", parseSeconds, 10)
    .option("--session-in <FILE>", "resume the session that --session-out wrote; one that cannot be used means a full handshake")
    .option("--session-out <FILE>", "write the newest session that the server gives (a secret: only you may read the file)")
    .addOption(new Option("--starttls <PROTOCOL>", "ask for TLS in the words of a protocol").choices(Object.keys(STARTTLS_CLIENTS)))
    .option("--starttls-name <NAME>", "what EHLO and LHLO say in clear (default: localhost); an XMPP server's domain (default: its name)")
    .option("-v, --verbose", "tell on stderr what was agreed on, and the peer's certificates");
  addPskOptions(command, "");
  addTlsOptions(command, {
    cert: "certificate with its chain, for servers that ask for one; may be given several times, each with its --key",
    alpn: "protocols to offer, separated by commas",
  });
  command.action((address, flags: ConnectFlags) => connectCommand(address, flags));
}

/**
 * `thimble connect`: joins stdin and stdout to the connection. The end of stdin sends close_notify and reading goes on until the peer closes. The
 * promise ends when the connection is closed in order, and is rejected with a CommandError otherwise.
 */
async function connectCommand(address: Address, flags: ConnectFlags): Promise<void> {
  const psk = usable(() => clientPsk(flags));
  if (flags.ca === undefined && psk === undefined)
    throw new CommandError("give --ca, certificates to trust, or --psk: the server is always verified", EXIT_USAGE);
  const trust = flags.ca === undefined ? undefined : usable(() => anchorsFromFiles(flags.ca as string));
  const { options, close } = tlsOptions(flags, "client", pskKeys(flags), trust !== undefined);
  const trace = flags.trace ? { trace: (line: string) => void process.stderr.write(`${line}\n`) } : {};
  let opened: Opened | null = null;
  try {
    opened = flags.starttls === undefined ? null : await inClear(flags.starttls, address, flags, trace);
    const socket = usable(() =>
      connect({
        ...address,
        ...options,
        ...(trust === undefined ? {} : { trust }),
        ...(psk === undefined || isFor12(flags) ? {} : { psk }),
        ...(flags.sessionIn === undefined ? {} : { session: readSession(flags.sessionIn) }),
        ocsp: flags.ocsp,
        handshakeTimeout: flags.timeout * 1000,
        ...opened,
        ...(flags.servername === undefined ? {} : { servername: flags.servername }),
        ...trace,
      }),
    );
    const { sessionOut } = flags;
    if (sessionOut !== undefined) socket.on("session", (session: Buffer) => writeSecret("--session-out", sessionOut, session));
    if (flags.verbose) socket.once("secureConnect", () => process.stderr.write(agreed(socket)));
    if (flags.ocsp !== "off") socket.once("secureConnect", () => process.stderr.write(`OCSP: ${statusText(socket.ocsp)}\n`));
    await joined(socket, address);
  } catch (error) {
    opened?.socket.destroy();
    throw error;
  } finally {
    close();
  }
}

/** One line for each thing that was agreed on, then one for each certificate that the server sent. */
function agreed(socket: TLSSocket): string {
  const lines = [
    `version ${socket.getProtocol()}`,
    `suite ${socket.getCipher()?.name}`,
    `group ${socket.getEphemeralKeyInfo()?.name ?? `none: ${secretOf(socket)}`}`,
    `resumed ${socket.isSessionReused() ? "yes" : "no"}`,
    `alpn ${socket.alpnProtocol || "none"}`,
  ];
  const chain = socket.getPeerCertificates();
  chain.forEach((certificate, i) => {
    const oneLine = (name: string) => name.replaceAll("\n", ", ");
    lines.push(`certificate ${i}: ${oneLine(certificate.subject)}; by ${oneLine(certificate.issuer)}; until ${certificate.validTo}`);
  });
  if (chain.length === 0) lines.push("certificates none: the server was proved by a key that both sides had");
  return `${lines.join("\n")}\n`;
}

/** Where the secret comes from, without a group. */
function secretOf(socket: TLSSocket): string {
  if (socket.isSessionReused()) return "the secret is the session's";
  return socket.getCipher()?.name.startsWith("TLS_RSA_") ? "the secret was encrypted to the server's RSA key" : "the pre-shared key alone";
}

/** A TCP connection on which the server has agreed to begin TLS, and what is left of the time. */
interface Opened {
  readonly socket: Socket;
  readonly handshakeTimeout: number;
}

async function inClear(protocol: StartTlsProtocol, address: Address, flags: ConnectFlags, trace: object): Promise<Opened> {
  const begin = performance.now();
  const { starttlsName, servername, timeout } = flags;
  const negotiation = usable(() => STARTTLS_CLIENTS[protocol](starttlsName, starttlsName ?? servername ?? address.host));
  const socket = connectTcp({ ...address, allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
  try {
    await startTls(socket, negotiation, { timeout: timeout * 1000, ...trace });
  } catch (error) {
    throw explained(error as Error, address);
  }
  return { socket, handshakeTimeout: Math.max(1, Math.round(timeout * 1000 - (performance.now() - begin))) };
}

function statusText(answer: OcspAnswer | null): string {
  if (answer === null) return "no response was stapled";
  const { thisUpdate, nextUpdate, delegated } = answer;
  const until = nextUpdate < 0 ? "" : ` until ${timeText(nextUpdate)}`;
  return `good, says the stapled response of ${timeText(thisUpdate)}${until}, signed by ${delegated ? "a responder" : "the issuer"}`;
}

function joined(socket: TLSSocket, address: Address): Promise<void> {
  const { stdin, stdout } = process;
  return new Promise((resolve, reject) => {
    let failure: Error | null = null;
    socket.once("secureConnect", () => stdin.pipe(socket));
    socket.pipe(stdout, { end: false });
    // Nobody reads our output any more (as `| head` does): that is an end, not a failure.
    stdout.once("error", () => socket.destroy());
    socket.once("error", (error) => {
      failure = error;
    });
    socket.once("close", () => {
      stdin.unpipe(socket);
      stdin.destroy();
      if (failure === null) resolve();
      else reject(explained(failure, address));
    });
  });
}
