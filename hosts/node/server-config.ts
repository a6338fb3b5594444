/** The options of createServer, made into a ServerConfig. All that is wrong with them is said here, before anything listens. */
import type { ClientAuthentication, CookieConfig, HostLookup, KeyLog, ServerConfig, VirtualHost } from "../../src/config.js";
import { checkProtocols } from "../../src/config-check.js";
import type { Clock, CryptoProvider, Random } from "../../src/crypto/provider.js";
import type { Identity } from "../../src/identity.js";
import { exporter } from "../../src/schedule/exporter.js";
import { ServerConnection } from "../../src/server.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import type { TrustStore } from "../../src/x509/trust.js";
import { anchorsFrom, type CertificateSource } from "./certificates.js";
import { NODE_RECEIVE_BUFFER, NODE_SEND_BUFFER, stepsOf } from "./connect.js";
import { identityFrom } from "./keys.js";
import { nobleProvider } from "./provider-noble.js";
import { systemClock, systemRandom } from "./system.js";

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
}

export interface ConfigOptions extends HostOptions {
  /**
   * Virtual servers by the client's SNI: exact names, `*.example` for any one label, or a look-up of your own. What stands beside `hosts` (cert and key …)
   * is the default for other names; without it other names are refused.
   */
  hosts?: Readonly<Record<string, HostOptions>> | HostLookup;
  provider?: CryptoProvider;
  random?: Random;
  clock?: Clock;
  /** Stateless HelloRetryRequests. Off by default: they pay where several servers share an address and a key. */
  cookies?: CookieConfig;
  receiveBuffer?: number;
  sendBuffer?: number;
  sliceSteps?: number;
  sliceMilliseconds?: number;
  keyLog?: KeyLog;
}

/** Throws TypeError, RangeError or Error, naming the option or the file, for what cannot work. */
export function serverConfig(options: ConfigOptions): ServerConfig {
  const config: ServerConfig = {
    provider: options.provider ?? nobleProvider,
    random: options.random ?? systemRandom,
    clock: options.clock ?? systemClock,
    hosts: lookupFrom(options),
    receiveBuffer: options.receiveBuffer ?? NODE_RECEIVE_BUFFER,
    sendBuffer: options.sendBuffer ?? NODE_SEND_BUFFER,
    exporter,
    ...(options.cookies === undefined ? {} : { cookies: options.cookies }),
    ...stepsOf(options),
    ...(options.keyLog === undefined ? {} : { keyLog: options.keyLog }),
  };
  new ServerConnection(config); // buffers, provider and cookies are checked by the constructor
  return config;
}

function lookupFrom(options: ConfigOptions): HostLookup {
  const { hosts } = options;
  if (hosts !== undefined && typeof hosts.find === "function") return hosts as HostLookup;
  const own = options.cert !== undefined || options.key !== undefined || options.identities !== undefined;
  const named = Object.entries((hosts ?? {}) as Record<string, HostOptions>);
  if (!own && named.length === 0)
    throw new TypeError("createServer: give `cert` and `key` (PEM or DER), `identities`, or `hosts`: a server must prove who it is");
  return new VirtualHosts(
    named.map(([name, host]) => [name, virtualHost(host, `hosts["${name}"]: `)]),
    own ? virtualHost(options, "") : null,
  );
}

function virtualHost(options: HostOptions, where: string): VirtualHost {
  const { cert, key, alpn } = options;
  if (cert === undefined && key !== undefined) throw new TypeError(`createServer: ${where}\`key\` without its \`cert\``);
  if (cert !== undefined && key === undefined) throw new TypeError(`createServer: ${where}\`cert\` without its \`key\``);
  const identities = [...(options.identities ?? [])];
  if (cert !== undefined && key !== undefined)
    identities.unshift(stapled(identityFrom(cert, key, `${where}cert`, `${where}key`), options.ocsp));
  else if (options.ocsp !== undefined) throw new TypeError(`createServer: ${where}\`ocsp\` without \`cert\` and \`key\``);
  if (identities.length === 0) throw new TypeError(`createServer: ${where}\`identities\` is empty; a server must prove who it is`);
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
