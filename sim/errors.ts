/** Something that the person at the terminal can mend: ends the command with this one line. */
export class SimError extends Error {}
