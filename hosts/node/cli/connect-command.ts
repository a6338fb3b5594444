import { anchorsFromFiles } from "../certificates.js";
import { type ConnectOptions, connect } from "../connect.js";
import { TIMED_OUT, TLSError } from "../errors.js";
import { keyLogFile } from "../key-log.js";
import type { TLSSocket } from "../tls-socket.js";
import type { Address } from "./arguments.js";
import { CommandError, EXIT_NETWORK, EXIT_TLS, EXIT_USAGE } from "./exit-codes.js";

export interface ConnectFlags {
  ca: string;
  servername?: string;
  alpn?: string[];
  keylog?: string;
  trace?: boolean;
  timeout: number;
  receiveBuffer?: number;
  sendBuffer?: number;
}

/**
 * `thimble connect`: joins stdin and stdout to the connection. The end of stdin sends close_notify and reading goes on until the peer closes. The
 * promise ends when the connection is closed in order, and is rejected with a CommandError otherwise.
 */
export async function connectCommand(address: Address, flags: ConnectFlags): Promise<void> {
  const options: ConnectOptions = { ...address, handshakeTimeout: flags.timeout * 1000, allowHalfOpen: false };
  if (flags.servername !== undefined) options.servername = flags.servername;
  if (flags.trace) options.trace = (line) => process.stderr.write(`${line}\n`);
  const trust = usable(() => anchorsFromFiles(flags.ca));
  const log = flags.keylog === undefined ? null : usable(() => keyLogFile(flags.keylog as string));
  const socket = usable(() =>
    connect({
      ...options,
      trust,
      ...(flags.alpn === undefined ? {} : { alpn: flags.alpn }),
      ...(flags.receiveBuffer === undefined ? {} : { receiveBuffer: flags.receiveBuffer }),
      ...(flags.sendBuffer === undefined ? {} : { sendBuffer: flags.sendBuffer }),
      ...(log === null ? {} : { keyLog: log.keyLog }),
    }),
  );
  try {
    await joined(socket, address);
  } finally {
    log?.close();
  }
}

/** What is wrong before connecting is usage, or a file. */
function usable<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), EXIT_USAGE);
  }
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

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused: is a server listening on this port?",
  ECONNRESET: "the peer reset the connection",
  ENOTFOUND: "no such host: check the name",
  EAI_AGAIN: "the name could not be looked up: check the network",
  ETIMEDOUT: "no answer: check the address and the network",
  EHOSTUNREACH: "no route to the host: check the network",
  ENETUNREACH: "no route to the network: check the network",
  EPIPE: "the peer closed the connection",
};

/** Advice for the failures that a command line can mend. */
const ADVICE: Readonly<Record<string, string>> = {
  ERR_THIMBLE_UNKNOWN_CA: "give the certificate of the right authority with --ca",
  ERR_THIMBLE_CERTIFICATE_EXPIRED: "check this machine's clock, or renew the server's certificate",
  ERR_THIMBLE_NO_APPLICATION_PROTOCOL: "offer a protocol that the server knows with --alpn",
  ERR_THIMBLE_UNRECOGNIZED_NAME: "give the server's own name with --servername",
};

function explained(error: Error, { host, port }: Address): CommandError {
  const where = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  if (error instanceof TLSError) {
    const advice = ADVICE[error.code];
    const text = `${where}: ${error.message}${advice === undefined ? "" : ` (${advice})`}`;
    return new CommandError(text, error.code === TIMED_OUT ? EXIT_NETWORK : EXIT_TLS);
  }
  // Node tries each address of a name; what it reports then is an AggregateError without a message.
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return new CommandError(`${where}: ${NETWORK[code] ?? error.message}${code === "" ? "" : ` (${code})`}`, EXIT_NETWORK);
}
