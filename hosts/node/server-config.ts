/** The options of createServer, made into a ServerConfig. All that is wrong with them is said here, before anything listens. */
import type { ClientAuthentication, CookieConfig, HostLookup, KeyLog, ServerConfig, Version12, VirtualHost } from "../../src/config.js";
import { checkProtocols } from "../../src/config-check.js";
import type { ServerPsk, ServerSessionIds, ServerTickets } from "../../src/config-psk.js";
import type { Clock, CryptoProvider, Random } from "../../src/crypto/provider.js";
import { InsecureRsaIdentity12 } from "../../src/handshake/rsa-server-12.js";
import type { Identity } from "../../src/identity.js";
import type { DecryptionIdentity } from "../../src/keys/decryption-identity.js";
import { BY_PSK, type CipherSuite12 } from "../../src/record/cipher-suite-12.js";
import { exporter } from "../../src/schedule/exporter.js";
import { ServerConnection } from "../../src/server.js";
import { PskLookup } from "../../src/session/external-psk.js";
import { SessionIds } from "../../src/session/session-ids.js";
import { TicketKeys } from "../../src/session/ticket-keys.js";
import { Tickets } from "../../src/session/tickets.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import type { TrustStore } from "../../src/x509/trust.js";
import { anchorsFrom, type CertificateSource } from "./certificates.js";
import { NODE_RECEIVE_BUFFER, NODE_SEND_BUFFER, stepsOf } from "./connect.js";
import { identityFrom } from "./keys.js";
import { chachaPoly1305 } from "./noble/aeads.js";
import { nobleProvider } from "./provider-noble.js";
import { heapLender, systemClock, systemRandom } from "./system.js";

/** One virtual server: what it proves itself with, and what it asks of its clients. */
export interface HostOptions {
  /** Certificate with its chain, and its private key, as PEM or DER. */
  cert?: CertificateSource;
  key?: CertificateSource;
  /** DER OCSP response about `cert`, stapled for clients that ask; or what gives the one to staple now, null for none: asked once a handshake. */
  ocsp?: Uint8Array | (() => Uint8Array | null);
  /** Instead of, or after, cert and key: certificates with keys wherever these are, in order of preference. */
  identities?: readonly Identity[];
  /** Protocols in order of preference. A client that offers others alone is refused. */
  alpn?: readonly string[];
  /** Given, clients are asked for a certificate that ends at one of these. */
  clientCa?: CertificateSource | readonly CertificateSource[] | TrustStore;
  /** True: a client without a certificate is refused. Default false. */
  requireClientCert?: boolean;
  /** DER Names of authorities, told to the client so that it can choose a certificate. */
  authorities?: readonly Uint8Array[];
  /** For RSA key exchange of TLS 1.2 alone (`tls12` has to have it): certificate and key of decryptionIdentity(). Default: those of `tls12`. */
  insecureRsa?: DecryptionIdentity;
}

export interface ConfigOptions extends HostOptions {
  /**
   * Virtual servers by the client's SNI: exact names, `*.example` for any one label, or a look-up of your own. What stands beside `hosts` (cert and key …)
   * is the default for other names; without it other names are refused.
   */
  hosts?: Readonly<Record<string, HostOptions>> | HostLookup;
  provider?: CryptoProvider;
  /** TLS 1.2 too (`server12`); with `tls13: false` it alone. Default: TLS 1.3 alone. */
  tls12?: Version12;
  tls13?: false;
  random?: Random;
  clock?: Clock;
  /** Stateless HelloRetryRequests. Off by default: they pay where several servers share an address and a key. */
  cookies?: CookieConfig;
  /**
   * External pre-shared keys: PskList, PskLookup or your own. With them no certificate is needed; where there is one too, clients without a known key get
   * it. Or `pskCallback`, which answers the key of an identity, null for an unknown one; hash SHA-256, with key exchange only.
   */
  psk?: ServerPsk;
  pskCallback?: (identity: Buffer) => Uint8Array | null;
  /** false: no tickets are given. Or Tickets of your own. Default: tickets under keys of this process, which change daily. */
  tickets?: boolean | ServerTickets;
  /** Ticket keys of 48 bytes each, as getTicketKeys() gave them: the first seals, all open. Servers that have the same resume each other's sessions. */
  ticketKeys?: Uint8Array;
  /** Seconds for which a ticket may be used, at most 604,800. Default 86,400. */
  sessionTimeout?: number;
  /** Sessions of TLS 1.2 that are kept by their session IDs, for clients without tickets; 0: none. Default 1,000 where `tls12` is given. */
  sessionIds?: number | ServerSessionIds;
  receiveBuffer?: number;
  sendBuffer?: number;
  sliceSteps?: number;
  sliceMilliseconds?: number;
  keyLog?: KeyLog;
}

/** Some 200 bytes each. */
const DEFAULT_SESSION_IDS = 1000;

/** Throws TypeError, RangeError or Error, naming the option or the file, for what cannot work. */
export function serverConfig(options: ConfigOptions, keys: TicketKeys | null = ticketKeysFor(options)): ServerConfig {
  const psk = pskFrom(options);
  const tickets = ticketsFrom(options, keys);
  const sessionIds = sessionIdsFrom(options);
  const config: ServerConfig = {
    provider: options.provider ?? nobleProvider,
    random: options.random ?? systemRandom,
    clock: options.clock ?? systemClock,
    hosts: lookupFrom(options),
    receiveBuffer: options.receiveBuffer ?? NODE_RECEIVE_BUFFER,
    sendBuffer: options.sendBuffer ?? NODE_SEND_BUFFER,
    lender: heapLender,
    ...(psk === undefined ? {} : { psk }),
    ...(tickets === undefined ? {} : { tickets }),
    ...(sessionIds === undefined ? {} : { sessionIds }),
    exporter,
    ...(options.cookies === undefined ? {} : { cookies: options.cookies }),
    ...(options.tls12 === undefined ? {} : { tls12: options.tls12 }),
    ...(options.tls13 === undefined ? {} : { tls13: options.tls13 }),
    ...stepsOf(options),
    ...(options.keyLog === undefined ? {} : { keyLog: options.keyLog }),
  };
  new ServerConnection(config); // buffers, provider and cookies are checked by the constructor
  return config;
}

/** null: the tickets are none, or not ours. */
export function ticketKeysFor({ tickets, ticketKeys, random }: ConfigOptions): TicketKeys | null {
  if (tickets === false || typeof tickets === "object") {
    if (ticketKeys !== undefined) throw new TypeError("createServer: `ticketKeys` are for the tickets that `tickets` rules out");
    return null;
  }
  return new TicketKeys(chachaPoly1305, random ?? systemRandom, ticketKeys === undefined ? {} : { keys: ticketKeys });
}

function ticketsFrom({ tickets, sessionTimeout }: ConfigOptions, keys: TicketKeys | null): ServerTickets | undefined {
  if (keys === null) return typeof tickets === "object" ? tickets : undefined;
  return new Tickets(keys, sessionTimeout === undefined ? {} : { lifetime: sessionTimeout });
}

function sessionIdsFrom({ sessionIds = DEFAULT_SESSION_IDS, sessionTimeout, tls12 }: ConfigOptions): ServerSessionIds | undefined {
  if (typeof sessionIds === "object") return sessionIds;
  if (sessionIds === 0 || tls12 === undefined) return undefined;
  return new SessionIds(sessionIds, sessionTimeout === undefined ? {} : { lifetime: sessionTimeout });
}

function pskFrom({ psk, pskCallback }: ConfigOptions): ServerPsk | undefined {
  if (psk !== undefined && pskCallback !== undefined) throw new TypeError("createServer: give `psk` or `pskCallback`, not both");
  return pskCallback === undefined ? psk : new PskLookup((identity) => pskCallback(Buffer.from(identity)));
}

function lookupFrom(options: ConfigOptions): HostLookup {
  const { hosts } = options;
  if (hosts !== undefined && typeof hosts.find === "function") return hosts as HostLookup;
  const own = options.cert !== undefined || options.key !== undefined || options.identities !== undefined;
  const named = Object.entries((hosts ?? {}) as Record<string, HostOptions>);
  const keysProve = options.psk !== undefined || options.pskCallback !== undefined || hasKeySuites(options.tls12);
  if (!own && named.length === 0 && keysProve) return new VirtualHosts([], virtualHost({ ...options, identities: [] }, "", true));
  if (!own && named.length === 0)
    throw new TypeError("createServer: give `cert` and `key` (PEM or DER), `identities`, `hosts`, or `psk`: a server must prove who it is");
  return new VirtualHosts(
    named.map(([name, host]) => [name, virtualHost(host, `hosts["${name}"]: `)]),
    own ? virtualHost(options, "") : null,
  );
}

/** TLS 1.2 with pre-shared keys needs no certificate either. */
function hasKeySuites(tls12: Version12 | undefined): boolean {
  return tls12 !== undefined && (tls12.suites as readonly CipherSuite12[]).some(({ by }) => by === BY_PSK);
}

function virtualHost(options: HostOptions, where: string, keysProve = false): VirtualHost {
  const { cert, key, alpn } = options;
  if (cert === undefined && key !== undefined) throw new TypeError(`createServer: ${where}\`key\` without its \`cert\``);
  if (cert !== undefined && key === undefined) throw new TypeError(`createServer: ${where}\`cert\` without its \`key\``);
  const identities = [...(options.identities ?? [])];
  if (cert !== undefined && key !== undefined)
    identities.unshift(stapled(identityFrom(cert, key, `${where}cert`, `${where}key`), options.ocsp));
  else if (options.ocsp !== undefined) throw new TypeError(`createServer: ${where}\`ocsp\` without \`cert\` and \`key\``);
  if (identities.length === 0 && !keysProve)
    throw new TypeError(`createServer: ${where}\`identities\` is empty; a server must prove who it is`);
  for (const [i, { certificates }] of identities.entries())
    if (certificates.length === 0) throw new TypeError(`createServer: ${where}\`identities[${i}]\` has no certificate`);
  if (alpn !== undefined) {
    if (alpn.length === 0) throw new RangeError(`createServer: ${where}\`alpn\` is empty; leave it out, or name protocols`);
    checkProtocols(alpn);
  }
  const clientAuthentication = authentication(options, where);
  return {
    identities,
    ...(alpn === undefined ? {} : { alpn }),
    ...(clientAuthentication === null ? {} : { clientAuthentication }),
    ...(options.insecureRsa === undefined ? {} : { insecureRsa: new InsecureRsaIdentity12(options.insecureRsa) }),
  };
}

/** An identity with what is stapled to its certificate. */
export function stapled(identity: Identity, ocsp: HostOptions["ocsp"]): Identity {
  if (ocsp === undefined) return identity;
  return {
    ...identity,
    get ocspResponse() {
      return typeof ocsp === "function" ? ocsp() : ocsp;
    },
  };
}

function authentication(options: HostOptions, where: string): ClientAuthentication | null {
  const { clientCa, requireClientCert = false, authorities } = options;
  if (clientCa === undefined) {
    if (requireClientCert) throw new TypeError(`createServer: ${where}\`requireClientCert\` needs \`clientCa\`, the authorities to trust`);
    return null;
  }
  const trust = isTrust(clientCa) ? clientCa : anchorsFrom(clientCa, `${where}clientCa`);
  return { trust, required: requireClientCert, ...(authorities === undefined ? {} : { authorities }) };
}

function isTrust(value: CertificateSource | readonly CertificateSource[] | TrustStore): value is TrustStore {
  return typeof value === "object" && "find" in value && !Array.isArray(value) && !(value instanceof Uint8Array);
}
