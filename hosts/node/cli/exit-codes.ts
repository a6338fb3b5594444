/** Exit codes of the command. */
export const EXIT_OK = 0;
/** TLS or authentication failed. */
export const EXIT_TLS = 1;
/** Wrong usage, or a file that cannot be used. */
export const EXIT_USAGE = 2;
/** The network: no such host, refused, reset, nothing answered. */
export const EXIT_NETWORK = 3;

/** A failure that ends the command with one line and this exit code. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}
