/** Options that connect and serve have in common: what may be negotiated, and what the connection is told about. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Version12 } from "../../../src/config.js";
import type { CipherSuite, CryptoProvider, NamedGroup, Suite } from "../../../src/crypto/provider.js";
import type { Identity } from "../../../src/identity.js";
import type { DecryptionIdentity } from "../../../src/keys/decryption-identity.js";
import { suites12 } from "../../../src/profiles/suites-12.js";
import type { ClientPsk12 } from "../../../src/psk-12.js";
import { BY_PSK, type CipherSuite12 } from "../../../src/record/cipher-suite-12.js";
import { PskList } from "../../../src/session/external-psk.js";
import { readFile } from "../certificates.js";
import { decryptionIdentity } from "../decryption-key.js";
import { keyLogFile } from "../key-log.js";
import { identityFromFiles } from "../keys.js";
import { allSuites12, LEGACY, type Legacy, makeClient12, makeServer12 } from "../legacy12.js";
import { nobleSuites12, onNoble12 } from "../noble/suites-12.js";
import { nobleProvider, nobleSuites } from "../provider-noble.js";
import { xsProvider, xsSuites } from "../provider-xs.js";
import { usualSuites12 } from "../tls12.js";
import { parseAlpn, parseSize } from "./arguments.js";
import { CommandError, EXIT_USAGE } from "./exit-codes.js";

/** NAME=CERT,KEY: files for one virtual server. */
export interface VhostFlag {
  readonly name: string;
  readonly cert: string;
  readonly key: string;
}

export interface TlsFlags {
  alpn?: string[];
  cert: string[];
  key: string[];
  ciphers?: string[];
  groups?: string[];
  minVersion: string;
  maxVersion: string;
  provider: "noble" | "xs";
  insecureLegacy: Legacy[];
  rsaKxCert?: string;
  rsaKxKey?: string;
  rsaKxVhost?: readonly VhostFlag[];
  keylog?: string;
  trace?: boolean;
  receiveBuffer?: number;
  sendBuffer?: number;
  maxFragment?: number;
  recordSizeLimit?: number;
}

/** What a receive buffer holds beside the content of a record (src/record): alignment, header, content type, tag. */
const ALIGNMENT_HEADER_TAG = 3 + 5 + 16;
const CONTENT_TYPE = 1;

interface Primitives {
  readonly provider: CryptoProvider;
  readonly suites: readonly CipherSuite[];
  readonly suites12: readonly CipherSuite12[];
  /** Makes a device's suites those of the provider. */
  readonly convert12: (suites: readonly CipherSuite12[]) => readonly CipherSuite12[];
}

const PROVIDERS: Readonly<Record<string, Primitives>> = {
  noble: { provider: nobleProvider, suites: nobleSuites, suites12: nobleSuites12, convert12: onNoble12 },
  xs: { provider: xsProvider, suites: xsSuites, suites12, convert12: (suites) => suites },
};

/** Versions that may be asked for. */
const VERSIONS = ["1.2", "1.3"];

const collect = (value: string, before: string[]) => [...before, value];

export function addTlsOptions(command: Command, what: { cert: string; alpn: string }): Command {
  return command
    .option("--cert <FILE>", what.cert, collect, [])
    .option("--key <FILE>", "its private key: PKCS#8, SEC1 or PKCS#1, PEM or DER, not encrypted", collect, [])
    .option("--alpn <NAMES>", what.alpn, parseAlpn)
    .option("--ciphers <NAMES>", "cipher suites in order of preference, separated by commas", parseNames)
    .option("--groups <NAMES>", "groups of the key exchange in order of preference, separated by commas", parseNames)
    .addOption(new Option("--min-version <VERSION>", "lowest version of TLS").choices(VERSIONS).default("1.2"))
    .addOption(new Option("--max-version <VERSION>", "highest version of TLS").choices(VERSIONS).default("1.3"))
    .addOption(
      new Option("--provider <NAME>", "primitives: noble, or xs, which are the device's own").choices(["noble", "xs"]).default("noble"),
    )
    .option(
      "--insecure-legacy <NAMES>",
      `what only legacy peers of TLS 1.2 need, separated by commas: ${LEGACY.join(", ")}`,
      parseLegacy,
      [] as Legacy[],
    )
    .option("--keylog <FILE>", "append the secrets in Wireshark's form (whoever has them reads all)")
    .option("--trace", "tell each record on stderr")
    .option("--receive-buffer <BYTES>", "size of the receive buffer", parseSize)
    .option("--send-buffer <BYTES>", "size of the send buffer", parseSize)
    .addOption(
      new Option("--max-fragment <BYTES>", "a receive buffer that asks for max_fragment_length 512, 1024, 2048 or 4096")
        .argParser(parseFragment)
        .conflicts(["receiveBuffer", "recordSizeLimit"]),
    )
    .addOption(
      new Option("--record-size-limit <BYTES>", "a receive buffer that asks for this record_size_limit (content and type)")
        .argParser(parseSize)
        .conflicts("receiveBuffer"),
    );
}

/** The parts of ConnectOptions and ServerOptions that these flags make. `close` ends the key log. */
export interface TlsOptions {
  provider: CryptoProvider;
  tls12?: Version12;
  tls13?: false;
  identities?: readonly Identity[];
  alpn?: readonly string[];
  receiveBuffer?: number;
  sendBuffer?: number;
  keyLog?: ReturnType<typeof keyLogFile>["keyLog"];
}

/** Throws CommandError for what cannot be. */
export function tlsOptions(
  flags: TlsFlags,
  role: "client" | "server",
  keys: readonly ClientPsk12[],
  trusts = true,
): { options: TlsOptions; close: () => void } {
  const keys12 = isFor12(flags) ? keys : [];
  const { provider, suites12: all12, tls13 } = chosen(flags, keys12.length > 0);
  // Without trust in certificates a server can prove itself by a key alone.
  const older = trusts ? all12 : all12.filter(({ by }) => by === BY_PSK);
  const { insecureLegacy } = flags;
  const identities = identitiesOf(flags);
  const log = flags.keylog === undefined ? null : usable(() => keyLogFile(flags.keylog as string));
  const options: TlsOptions = { provider };
  if (older.length > 0)
    options.tls12 =
      role === "client"
        ? usable(() => makeClient12({ suites: older, insecureLegacy, ...(keys12[0] === undefined ? {} : { psk: keys12[0] }) }))
        : usable(() =>
            makeServer12({
              suites: older,
              insecureLegacy,
              ...decryptionOf(flags),
              ...(keys12.length === 0 ? {} : { psk: new PskList(keys12) }),
            }),
          );
  if (!tls13) options.tls13 = false;
  if (identities.length > 0) options.identities = identities;
  if (flags.alpn !== undefined) options.alpn = flags.alpn;
  if (flags.receiveBuffer !== undefined) options.receiveBuffer = flags.receiveBuffer;
  if (flags.maxFragment !== undefined) options.receiveBuffer = flags.maxFragment + CONTENT_TYPE + ALIGNMENT_HEADER_TAG;
  if (flags.recordSizeLimit !== undefined) options.receiveBuffer = flags.recordSizeLimit + ALIGNMENT_HEADER_TAG;
  if (flags.sendBuffer !== undefined) options.sendBuffer = flags.sendBuffer;
  if (log !== null) options.keyLog = log.keyLog;
  return { options, close: () => log?.close() };
}

/** A pre-shared key is for one version alone (RFC 9846 §4.3.11): TLS 1.3, unless that is ruled out. */
export function isFor12({ maxVersion }: Pick<TlsFlags, "maxVersion">): boolean {
  return maxVersion === "1.2";
}

/** What is wrong before connecting or listening is usage, or a file. */
export function usable<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), EXIT_USAGE);
  }
}

function usage(message: string): never {
  throw new CommandError(message, EXIT_USAGE);
}

function parseLegacy(text: string): Legacy[] {
  return parseNames(text).map((name) => {
    const found = LEGACY.find((one) => one === name);
    if (found === undefined) throw new InvalidArgumentError(`"${name}" is none of ${LEGACY.join(", ")}`);
    return found;
  });
}

export function decryptionFromFiles(cert: string, key: string): DecryptionIdentity {
  return decryptionIdentity(readFile(cert), readFile(key), cert, key);
}

/** What a server of RSA key exchange decrypts with: a certificate of its own. */
function decryptionOf({ insecureLegacy, rsaKxCert, rsaKxKey, rsaKxVhost = [] }: TlsFlags): { decryption?: DecryptionIdentity | null } {
  if (rsaKxVhost.length > 0 && !insecureLegacy.includes("rsa-kx")) usage("--rsa-kx-vhost is for --insecure-legacy rsa-kx alone");
  if (rsaKxCert === undefined && rsaKxKey === undefined) return rsaKxVhost.length > 0 ? { decryption: null } : {};
  if (rsaKxCert === undefined || rsaKxKey === undefined) usage("--rsa-kx-cert and --rsa-kx-key belong together");
  if (!insecureLegacy.includes("rsa-kx")) usage("--rsa-kx-cert is for --insecure-legacy rsa-kx alone");
  return { decryption: decryptionFromFiles(rsaKxCert, rsaKxKey) };
}

function parseNames(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("give names separated by commas");
  return names;
}

function parseFragment(text: string): number {
  const bytes = Number(text);
  if (![512, 1024, 2048, 4096].includes(bytes)) throw new InvalidArgumentError("give 512, 1024, 2048 or 4096 (RFC 6066 §4)");
  return bytes;
}

/** What is spoken: versions between the two, and of the suites that were named those of each version. */
function chosen(
  { provider: name, ciphers, groups, minVersion, maxVersion, insecureLegacy }: TlsFlags,
  psk: boolean,
): {
  provider: CryptoProvider;
  suites12: readonly CipherSuite12[];
  tls13: boolean;
} {
  if (minVersion > maxVersion) usage(`--min-version ${minVersion} is above --max-version ${maxVersion}`);
  const { provider, suites: all13, suites12: own12, convert12 } = PROVIDERS[name] as Primitives;
  const all12 = allSuites12(own12, psk, insecureLegacy, convert12);
  const named = ciphers?.map((cipher) => pick("--ciphers", name, [...all13, ...all12], cipher, suiteNames));
  const suites =
    maxVersion < "1.3" ? [] : named === undefined ? provider.suites : all13.filter((one) => named.includes(one)).sort(like(named));
  const suites12 =
    minVersion > "1.2" ? [] : named === undefined ? usualSuites12(all12) : all12.filter((one) => named.includes(one)).sort(like(named));
  if (suites.length + suites12.length === 0)
    usage(`--ciphers: none of them belongs to a version from --min-version ${minVersion} to --max-version ${maxVersion}`);
  return {
    provider: {
      ...provider,
      suites: suites.length === 0 ? provider.suites : suites,
      groups: groups === undefined ? provider.groups : groups.map((group) => pick("--groups", name, provider.groups, group, groupNames)),
    },
    suites12,
    tls13: suites.length > 0,
  };
}

/** In the order in which they were named. */
function like(named: readonly Suite[]): (a: Suite, b: Suite) => number {
  return (a, b) => named.indexOf(a) - named.indexOf(b);
}

function pick<T extends { readonly name: string }>(
  option: string,
  provider: string,
  all: readonly T[],
  wanted: string,
  namesOf: (one: T) => readonly string[],
): T {
  const found = all.find((one) => namesOf(one).some((name) => name.toLowerCase() === wanted.toLowerCase()));
  return found ?? usage(`${option}: "${wanted}" is unknown to the provider ${provider}; may be: ${all.map((one) => one.name).join(", ")}`);
}

function suiteNames({ name }: Suite): readonly string[] {
  return [name, name.replace(/^TLS_/, "")];
}

/** The names that others use too. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  secp256r1: ["P-256", "prime256v1"],
  secp384r1: ["P-384"],
  secp521r1: ["P-521"],
};

function groupNames({ name }: NamedGroup): readonly string[] {
  return [name, ...(ALIASES[name] ?? [])];
}

function identitiesOf({ cert, key }: TlsFlags): Identity[] {
  if (cert.length !== key.length)
    usage(`--cert is given ${times(cert.length)} and --key ${times(key.length)}: each certificate needs its key`);
  return cert.map((file, i) => usable(() => identityFromFiles(file, key[i] as string)));
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
