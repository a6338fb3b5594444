/** `thimble verify`: says whether a chain is valid, without connecting to anybody. */
import { X509Certificate } from "node:crypto";
import { type Command, InvalidArgumentError, Option } from "commander";
import { certificatesFromFile, listsFromFile } from "../certificates.js";
import { verifyChain } from "../verify-chain.js";
import { CommandError, EXIT_TLS, EXIT_USAGE } from "./exit-codes.js";

interface VerifyFlags {
  ca: string;
  host?: string;
  time?: number;
  purpose: "server" | "client";
  untrusted?: string;
  crl?: string;
}

/** RFC 3339, to seconds since 1970. */
export function parseTime(text: string): number {
  const fields = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.exec(text);
  const wrong = new InvalidArgumentError("give a time as 2025-06-01T12:00:00Z");
  if (fields === null) throw wrong;
  const milliseconds = Date.parse(text.toUpperCase());
  // Date takes the 31st of June for the 1st of July.
  const day = new Date(Date.UTC(Number(fields[1]), Number(fields[2]) - 1, Number(fields[3])));
  if (Number.isNaN(milliseconds) || milliseconds < 0 || day.getUTCDate() !== Number(fields[3])) throw wrong;
  return Math.floor(milliseconds / 1000);
}

export function addVerifyCommand(command: Command): void {
  command
    .command("verify")
    .description("say whether a certificate chain is valid, and by which path or why not")
    .argument("<CHAIN>", "the chain, PEM or DER: the certificate in question first")
    .requiredOption("--ca <FILE>", "certificates that are trusted, PEM or DER, or a directory of such")
    .option("--host <NAME>", "DNS name or IP address that the certificate must carry (without it no name is verified)")
    .option("--time <RFC3339>", "the time to verify at (default: now)", parseTime)
    .addOption(new Option("--purpose <PURPOSE>", "what the certificate is used for").choices(["server", "client"]).default("server"))
    .option("--untrusted <FILE>", "more certificates that the path may go through")
    .option("--crl <FILE>", "revocation lists, PEM or DER: each is asked about what its issuer has issued")
    .addHelpText("after", "\nExit codes: 0 valid, 1 not valid, 2 usage, or input that can't be read")
    .action((chain: string, flags: VerifyFlags) => verifyCommand(chain, flags));
}

function verifyCommand(file: string, flags: VerifyFlags): void {
  const { host, purpose } = flags;
  const anchors = usable(() => certificatesFromFile(flags.ca));
  const chain = usable(() => certificatesFromFile(file));
  const { untrusted, crl } = flags;
  const crls = crl === undefined ? [] : usable(() => listsFromFile(crl));
  const intermediates = untrusted === undefined ? [] : usable(() => certificatesFromFile(untrusted));
  const time = flags.time ?? Math.floor(Date.now() / 1000);
  const verdict = usable(() =>
    verifyChain({ anchors, chain, intermediates, crls, time, purpose, ...(host === undefined ? {} : { host }) }),
  );
  if (!verdict.valid) throw new CommandError(`${file}: not valid: ${verdict.reason}`, EXIT_TLS);
  const lines = verdict.path.map((der, i) => `  ${i === 0 ? "leaf" : `${i}`.padStart(4)}  ${subjectOf(der)}`);
  const name = host === undefined ? " (no --host was given: no name was verified)" : ` for ${host}`;
  process.stdout.write(`${file}: valid${name}\n${lines.join("\n")}\n`);
}

/** A subject on one line; what is not printable is escaped. */
export function subjectOf(der: Uint8Array): string {
  try {
    const text = new X509Certificate(der).subject ?? "";
    return text === ""
      ? "(empty subject)"
      : text
          .split("\n")
          .join(", ")
          .replace(/[^\x20-\x7e]/g, escaped);
  } catch {
    return "(subject that can't be read)";
  }
}

function escaped(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  return code >= 0xa0 ? char : `\\x${code.toString(16).padStart(2, "0")}`;
}

/** What is wrong with files and arguments is usage. */
function usable<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), EXIT_USAGE);
  }
}
