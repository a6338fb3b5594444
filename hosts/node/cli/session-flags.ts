/** Options for sessions and pre-shared keys, of connect and serve. */
import { readFileSync, writeFileSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { PSK_DHE_KE, PSK_KE } from "../../../src/config-psk.js";
import { ExternalPsk, PskList } from "../../../src/session/external-psk.js";
import { TICKET_KEY_LENGTH } from "../../../src/session/ticket-keys.js";
import { systemRandom } from "../system.js";
import { CommandError, EXIT_USAGE } from "./exit-codes.js";

export interface PskFlag {
  readonly identity: Buffer;
  readonly key: Buffer;
}

export interface PskFlags {
  psk: PskFlag[];
  pskFile?: string;
  pskKe?: boolean;
}

export function addPskOptions(command: Command, several: string): Command {
  return command
    .option(
      "--psk <IDENTITY:HEX>",
      `external pre-shared key${several}; others on this machine may see it in the list of processes`,
      addPsk,
      [],
    )
    .option("--psk-file <FILE>", "the same from a file, a line IDENTITY:HEX for each key")
    .option("--psk-ke", "allow pre-shared keys without key exchange: who learns the key later reads what was recorded");
}

function addPsk(text: string, before: readonly PskFlag[]): PskFlag[] {
  return [...before, parsePsk(text)];
}

export function parsePsk(text: string): PskFlag {
  const match = /^(.+):((?:[0-9a-fA-F]{2})+)$/.exec(text);
  if (match === null) throw new InvalidArgumentError("write IDENTITY:HEX, as sensor-7:00112233445566778899aabbccddeeff");
  return { identity: Buffer.from(match[1] as string), key: Buffer.from(match[2] as string, "hex") };
}

/** The keys of --psk and --psk-file. */
export function pskKeys(flags: PskFlags): PskFlag[] {
  const { pskFile } = flags;
  const lines = pskFile === undefined ? [] : readText("--psk-file", pskFile).split("\n");
  const ofFile = lines.flatMap((line, i) => {
    if (line.trim() === "" || line.startsWith("#")) return [];
    try {
      return [parsePsk(line.trim())];
    } catch {
      throw new CommandError(`--psk-file ${pskFile}: line ${i + 1} is not IDENTITY:HEX`, EXIT_USAGE);
    }
  });
  const keys = [...flags.psk, ...ofFile];
  if (pskFile !== undefined && ofFile.length === 0) throw new CommandError(`--psk-file ${pskFile}: there is no key in it`, EXIT_USAGE);
  return keys;
}

const modesOf = ({ pskKe }: PskFlags): number => (pskKe ? PSK_DHE_KE | PSK_KE : PSK_DHE_KE);

/** A client has one key. */
export function clientPsk(flags: PskFlags): ExternalPsk | undefined {
  const keys = pskKeys(flags);
  if (keys.length > 1) throw new CommandError(`${keys.length} pre-shared keys are given; a client shows one`, EXIT_USAGE);
  const [key] = keys;
  return key === undefined ? undefined : new ExternalPsk(key.identity, key.key, "SHA-256", modesOf(flags));
}

export function serverPsk(flags: PskFlags): PskList | undefined {
  const keys = pskKeys(flags);
  return keys.length === 0 ? undefined : new PskList(keys, "SHA-256", modesOf(flags));
}

export function readSession(file: string): Buffer {
  return readBytes("--session-in", file);
}

/** Sessions and ticket keys are secret: only the user may read them. */
export function writeSecret(what: string, file: string, bytes: Uint8Array, exclusive = false): void {
  try {
    writeFileSync(file, bytes, { mode: 0o600, flag: exclusive ? "wx" : "w" });
  } catch (error) {
    throw new CommandError(`${what} ${file}: cannot be written (${(error as NodeJS.ErrnoException).code})`, EXIT_USAGE);
  }
}

/** Ticket keys, 48 bytes each: the first seals, all open. A file that is not there is made, with one key. */
export function readTicketKeys(file: string): Buffer {
  try {
    const bytes = readFileSync(file);
    if (bytes.length === 0 || bytes.length % TICKET_KEY_LENGTH !== 0)
      throw new CommandError(`--ticket-key-file ${file}: ${bytes.length} bytes; it has ${TICKET_KEY_LENGTH} for each key`, EXIT_USAGE);
    return bytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      throw error instanceof CommandError
        ? error
        : new CommandError(`--ticket-key-file ${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`, EXIT_USAGE);
  }
  const made = Buffer.alloc(TICKET_KEY_LENGTH);
  systemRandom.fill(made, 0, made.length);
  writeSecret("--ticket-key-file", file, made, true);
  return made;
}

function readText(what: string, file: string): string {
  return readBytes(what, file).toString("utf8");
}

function readBytes(what: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CommandError(`${what} ${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`, EXIT_USAGE);
  }
}
