/** Failures of a connection or a server in one line that says what to do, with their exit codes. */
import { TIMED_OUT, TLSError } from "../errors.js";
import type { Address } from "./arguments.js";
import { CommandError, EXIT_NETWORK, EXIT_TLS } from "./exit-codes.js";

const NETWORK: Readonly<Record<string, string>> = {
  EACCES: "not permitted: ports below 1024 need a privileged user",
  EADDRINUSE: "the port is in use: stop the other server, or choose another --port",
  EADDRNOTAVAIL: "this machine does not have that address: check --address",
  ECONNREFUSED: "connection refused: is a server listening on this port?",
  ECONNRESET: "the peer reset the connection",
  ENOTFOUND: "no such host: check the name",
  EAI_AGAIN: "the name could not be looked up: check the network",
  ETIMEDOUT: "no answer: check the address and the network",
  EHOSTUNREACH: "no route to the host: check the network",
  ENETUNREACH: "no route to the network: check the network",
  EPIPE: "the peer closed the connection",
};

/** Advice for the failures that a client's command line can mend. */
const ADVICE: Readonly<Record<string, string>> = {
  ERR_THIMBLE_UNKNOWN_CA: "give the certificate of the right authority with --ca",
  ERR_THIMBLE_CERTIFICATE_EXPIRED: "check this machine's clock, or renew the server's certificate",
  ERR_THIMBLE_CERTIFICATE_REQUIRED: "give a certificate with --cert and --key",
  ERR_THIMBLE_NO_APPLICATION_PROTOCOL: "offer a protocol that the server knows with --alpn",
  ERR_THIMBLE_UNRECOGNIZED_NAME: "give the server's own name with --servername",
};

export function explained(error: Error, { host, port }: Address): CommandError {
  const where = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  if (error instanceof TLSError) {
    const advice = ADVICE[error.code];
    const text = `${where}: ${error.message}${advice === undefined ? "" : ` (${advice})`}`;
    return new CommandError(text, error.code === TIMED_OUT ? EXIT_NETWORK : EXIT_TLS);
  }
  return new CommandError(`${where}: ${networkText(error)}`, EXIT_NETWORK);
}

/** Node tries each address of a name; what it reports then is an AggregateError without a message. */
export function networkText(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return `${NETWORK[code] ?? error.message}${code === "" ? "" : ` (${code})`}`;
}
