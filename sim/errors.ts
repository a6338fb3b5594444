/** Something that the person at the terminal can mend: ends the command with this one line and this exit code. */
export class SimError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}
