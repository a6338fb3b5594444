import type { AddressInfo } from "node:net";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { PskList } from "../../../src/session/external-psk.js";
import { anchorsFromFiles } from "../certificates.js";
import { identityFromFiles } from "../keys.js";
import { renewedFile } from "../renewed-file.js";
import { clientOf, createServer, DEFAULT_MAX_HANDSHAKES, type Server, type ServerOptions } from "../server.js";
import { type HostOptions, stapled } from "../server-config.js";
import { STARTTLS_SERVERS, type StartTlsServerProtocol } from "../starttls.js";
import type { TLSSocket } from "../tls-socket.js";
import { parseCount, parsePort, parseSeconds } from "./arguments.js";
import { CommandError, EXIT_NETWORK, EXIT_USAGE } from "./exit-codes.js";
import { explained, networkText } from "./explain.js";
import { filesBelow, httpOver, statusPage } from "./serve-http.js";
import { addPskOptions, type PskFlags, pskKeys, readTicketKeys, serverPsk } from "./session-flags.js";
import { addTlsOptions, decryptionFromFiles, isFor12, type TlsFlags, tlsOptions, usable, type VhostFlag } from "./tls-flags.js";

/** What --http and --www speak: browsers offer HTTP/2 too, and are told that it is not HTTP/2 (RFC 7301 §6). */
const HTTP_PROTOCOLS = ["http/1.1", "http/1.0"];

interface ServeFlags extends TlsFlags, PskFlags {
  ticketKeyFile?: string;
  tickets: boolean;
  sessionIds?: number;
  port: number;
  address: string;
  vhost: VhostFlag[];
  rsaKxVhost: VhostFlag[];
  ocsp: string[];
  clientCa?: string;
  requireClientCert?: boolean;
  echo?: boolean;
  http?: boolean;
  www?: string;
  handshakeTimeout: number;
  idleTimeout?: number;
  maxHandshakes: number;
  starttls?: StartTlsServerProtocol;
  starttlsName?: string;
}

export function addServeCommand(program: Command): void {
  const command = program
    .command("serve")
    .description("serve TLS clients; what they send goes to stdout, or see --echo, --http and --www")
    .requiredOption("--port <PORT>", "port to listen on; 0 takes a free one and tells it", parsePort)
    .option("--address <ADDRESS>", "address to listen on", "::")
    .option("--vhost <NAME=CERT,KEY>", "another server for this name (SNI; *.example.com for any one label); may be repeated", addVhost, [])
    .option("--ocsp <FILE>", "OCSP response to staple, DER, read again when it changes; the nth belongs to the nth --cert", addFile, [])
    .option("--client-ca <FILE>", "ask clients for a certificate that ends at one of these")
    .option("--require-client-cert", "refuse clients without a certificate")
    .addOption(new Option("--echo", "send back what came").conflicts(["http", "www"]))
    .addOption(new Option("--http", "answer GET / with a page about the connection").conflicts("www"))
    .option("--www <DIRECTORY>", "serve the files below a directory over HTTP")
    .addOption(
      new Option("--starttls <PROTOCOL>", "let clients ask for TLS in the words of a protocol").choices(Object.keys(STARTTLS_SERVERS)),
    )
    .option("--starttls-name <NAME>", "the server's name in an SMTP greeting (default: localhost)")
    .option("--handshake-timeout <SECONDS>", "time for a client's handshake", parseSeconds, 10)
    .option("--idle-timeout <SECONDS>", "close connections on which nothing moves (default: never)", parseSeconds)
    .option("--max-handshakes <N>", "handshakes under way; clients above it are refused", parseCount, DEFAULT_MAX_HANDSHAKES)
    .option("--ticket-key-file <FILE>", "key of the session tickets, for several servers that are one; made where it is not there")
    .option("--no-tickets", "give no session tickets")
    .option("--session-ids <N>", "sessions of TLS 1.2 to keep for clients without tickets; 0: none (default: 1000)", parseSessionIds)
    .option("--rsa-kx-cert <FILE>", "certificate for --insecure-legacy rsa-kx: with keyEncipherment, without digitalSignature")
    .option("--rsa-kx-key <FILE>", "its private key")
    .option("--rsa-kx-vhost <NAME=CERT,KEY>", "the same for one --vhost; may be repeated", addVhost, []);
  addPskOptions(command, ", with which clients need no certificate; may be repeated");
  addTlsOptions(command, {
    cert: "certificate with its chain; may be given several times, each with its --key, the preferred first",
    alpn: "protocols in order of preference, separated by commas",
  });
  command.action((flags: ServeFlags) => serveCommand(flags));
}

function parseSessionIds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("give a number of sessions, up to 999999");
  return Number(text);
}

const addFile = (file: string, before: readonly string[]) => [...before, file];

function addVhost(text: string, before: readonly VhostFlag[]): VhostFlag[] {
  const match = /^([^=,]+)=([^,]+),([^,]+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError("write NAME=CERT,KEY, as www.example.com=www.pem,www.key");
  const name = (match[1] as string).toLowerCase();
  if (before.some((one) => one.name === name)) throw new InvalidArgumentError(`${name} is given twice`);
  return [...before, { name, cert: match[2] as string, key: match[3] as string }];
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** `thimble serve`: ends, in order, when it is interrupted. */
async function serveCommand(flags: ServeFlags): Promise<void> {
  const psk = usable(() => serverPsk(flags));
  if (flags.cert.length === 0 && flags.vhost.length === 0 && psk === undefined)
    throw new CommandError("give --cert and --key, --vhost or --psk: a server must prove who it is", EXIT_USAGE);
  if (!flags.tickets && flags.ticketKeyFile !== undefined)
    throw new CommandError("--ticket-key-file is for the tickets that --no-tickets rules out", EXIT_USAGE);
  if (flags.ocsp.length > flags.cert.length)
    throw new CommandError(
      `--ocsp is given ${flags.ocsp.length} times, --cert ${flags.cert.length}: each response needs its certificate`,
      EXIT_USAGE,
    );
  for (const { name } of flags.rsaKxVhost)
    if (!flags.vhost.some((one) => one.name === name))
      throw new CommandError(`--rsa-kx-vhost ${name}: there is no --vhost ${name}`, EXIT_USAGE);
  if (flags.requireClientCert && flags.clientCa === undefined)
    throw new CommandError("--require-client-cert needs --client-ca, the authorities to trust", EXIT_USAGE);
  const serve = usable(() => handlerFor(flags));
  const { options, close } = tlsOptions(flags, "server", pskKeys(flags));
  try {
    const server = usable(() => createServer(serverOptions(flags, options, psk)));
    report(server);
    const sockets = new Set<TLSSocket>();
    server.on("secureConnection", (socket: TLSSocket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      begun(socket);
      serve(socket);
    });
    await listening(server, flags);
    await interrupted(server);
    server.close();
    for (const socket of sockets) socket.destroy();
  } finally {
    close();
  }
}

function serverOptions(flags: ServeFlags, options: ReturnType<typeof tlsOptions>["options"], psk: PskList | undefined): ServerOptions {
  const { starttls: protocol, starttlsName } = flags;
  const common: HostOptions = { requireClientCert: flags.requireClientCert ?? false };
  if (flags.clientCa !== undefined) common.clientCa = anchorsFromFiles(flags.clientCa);
  const alpn = options.alpn ?? (flags.www === undefined && !flags.http ? undefined : HTTP_PROTOCOLS);
  if (alpn !== undefined) common.alpn = alpn;
  if (protocol !== undefined) STARTTLS_SERVERS[protocol](starttlsName); // throws for a name that cannot be
  const hosts = flags.vhost.map(({ name, cert, key }) => {
    const rsa = flags.rsaKxVhost.find((one) => one.name === name);
    const insecureRsa = rsa === undefined ? {} : { insecureRsa: decryptionFromFiles(rsa.cert, rsa.key) };
    return [name, { ...common, identities: [identityFromFiles(cert, key)], ...insecureRsa }] as const;
  });
  const staples = flags.ocsp.map(renewedFile);
  return {
    ...options,
    ...(options.identities === undefined ? {} : { identities: options.identities.map((one, i) => stapled(one, staples[i])) }),
    ...common,
    hosts: Object.fromEntries(hosts),
    allowHalfOpen: true,
    ...(psk === undefined || isFor12(flags) ? {} : { psk }),
    ...(flags.tickets ? {} : { tickets: false }),
    ...(flags.sessionIds === undefined ? {} : { sessionIds: flags.sessionIds }),
    ...(flags.ticketKeyFile === undefined ? {} : { ticketKeys: readTicketKeys(flags.ticketKeyFile) }),
    handshakeTimeout: flags.handshakeTimeout * 1000,
    maxHandshakes: flags.maxHandshakes,
    ...(protocol === undefined ? {} : { starttls: () => STARTTLS_SERVERS[protocol](starttlsName) }),
    ...(flags.idleTimeout === undefined ? {} : { idleTimeout: flags.idleTimeout * 1000 }),
    ...(flags.trace ? { trace: (line: string, client: string) => tell(`${client} ${line}`) } : {}),
  };
}

function handlerFor(flags: ServeFlags): (socket: TLSSocket) => void {
  if (flags.www !== undefined) return httpOver(filesBelow(flags.www));
  if (flags.http) return httpOver(statusPage);
  if (flags.echo) return (socket) => void socket.pipe(socket);
  return (socket) => {
    socket.pipe(process.stdout, { end: false });
    socket.once("end", () => socket.end());
  };
}

/** What happens is told on stderr; a client's failure is not the server's. */
function report(server: Server): void {
  server.on("tlsClientError", (error: Error, _socket: TLSSocket | null, client: string) => tell(`${client} failed: ${textOf(error)}`));
  server.on("drop", (client: { remoteAddress?: string; remotePort?: number }) =>
    tell(`${clientOf(client)} refused: as many clients as may be are in their handshakes`),
  );
}

function textOf(error: Error): string {
  return (error as NodeJS.ErrnoException).syscall === undefined ? error.message : networkText(error);
}

function begun(socket: TLSSocket): void {
  const client = clientOf(socket);
  const parts = [socket.getProtocol(), socket.getCipher()?.name];
  const group = socket.getEphemeralKeyInfo();
  if (group !== null) parts.push(group.name);
  if (socket.isSessionReused()) parts.push("resumed");
  if (socket.servername !== undefined) parts.push(`servername ${socket.servername}`);
  if (socket.alpnProtocol !== false) parts.push(`alpn ${socket.alpnProtocol}`);
  if (socket.authorized) parts.push("client authenticated");
  tell(`${client} connected: ${parts.join(", ")}`);
  let failure: Error | null = null;
  socket.on("error", (error) => {
    failure = error;
  });
  socket.once("close", () => tell(failure === null ? `${client} closed` : `${client} failed: ${textOf(failure)}`));
}

function listening(server: Server, { port, address }: ServeFlags): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const { exitCode, message } = explained(error, { host: address, port });
      reject(new CommandError(message, exitCode));
    });
    server.listen(port, address, () => {
      const { address: host, port: chosen } = server.address() as AddressInfo;
      tell(`listening on ${clientOf({ remoteAddress: host, remotePort: chosen })}`);
      resolve();
    });
  });
}

function interrupted(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on("error", (error) => reject(new CommandError(networkText(error), EXIT_NETWORK)));
    process.stdout.once("error", () => resolve()); // nobody reads our output any more, as with `| head`
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}
