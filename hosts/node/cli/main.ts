import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { parseAddress, parseAlpn, parseSeconds, parseSize } from "./arguments.js";
import { type ConnectFlags, connectCommand } from "./connect-command.js";
import { CommandError, EXIT_OK, EXIT_USAGE } from "./exit-codes.js";
import { addRootsCommand } from "./roots.js";
import { addVerifyCommand } from "./verify.js";

function version(): string {
  const text = readFileSync(new URL("../../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function program(): Command {
  const command = new Command("thimble")
    .description("TLS 1.3 that fits in a thimble")
    .version(version())
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "thimble: ")) })
    .addHelpText("after", "\nExit codes: 0 orderly end, 1 TLS or authentication failed, 2 usage or files, 3 network");
  command
    .command("connect")
    .description("connect to a TLS server and join it to stdin and stdout")
    .argument("<HOST:PORT>", "the server, as example.com:443 or [::1]:443", parseAddress)
    .requiredOption("--ca <FILE>", "certificates that are trusted, PEM or DER (the server is always verified)")
    .option("--servername <NAME>", "name that the certificate must carry, also sent as SNI (default: HOST)")
    .option("--alpn <NAMES>", "protocols to offer, separated by commas", parseAlpn)
    .option("--keylog <FILE>", "append the connection's secrets in Wireshark's form (whoever has them reads all)")
    .option("--trace", "tell each record on stderr")
    .option("--timeout <SECONDS>", "time for connecting and the handshake", parseSeconds, 10)
    .option("--receive-buffer <BYTES>", "size of the receive buffer", parseSize)
    .option("--send-buffer <BYTES>", "size of the send buffer", parseSize)
    .action((address, flags: ConnectFlags) => connectCommand(address, flags));
  addVerifyCommand(command);
  addRootsCommand(command);
  return command;
}

/** Runs the command line and sets the exit code; stdout carries the connection's data and nothing else. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(argv);
    process.exitCode = EXIT_OK;
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
      return;
    }
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`thimble: ${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}
