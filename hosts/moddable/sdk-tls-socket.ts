/// <reference types="@moddable/typings/Resource.d.ts" />
import Resource from "Resource";
import type { CryptoProvider, HashAlgorithm } from "../../src/crypto/provider.js";
import { identityFrom } from "../../src/keys/identity-from.js";
import { Resumption } from "../../src/session/resumption.js";
import { MemorySessionStore } from "../../src/session/session-store.js";
import { AnchorList, anchorFromCertificate } from "../../src/x509/anchors.js";
import type { TrustStore } from "../../src/x509/trust.js";
import { bytesOf } from "./bytes-of.js";
import { rootsFrom } from "./roots.js";
import { clientKeys, defaults, ROOTS } from "./sdk-defaults.js";
import { setOwn } from "./sdk-keys.js";
import { checkKeys, OptionError } from "./secure-keys.js";
import { SecureSocket } from "./secure-socket.js";
import type { ConnectOptions, TakeOverOptions } from "./socket-options.js";
import TLSSocket, { type ConnectedOptions, type SecureOptions, type TLSSocketOptions } from "./tls-socket.js";

/** Bytes, as the SDK's apps have them: a resource too. */
export type SdkBytes = ArrayBuffer | ArrayBufferView | { readonly byteLength: number };

/** `secure` of the SDK's TLSSocket and SecureSocket, as far as it is honoured. Other keys of theirs are refused by name. */
export interface SdkSecure {
  serverName?: string;
  tls_server_name?: string;
  /** The lowest version that is accepted. */
  protocolVersion?: 0x301 | 0x302 | 0x303 | 0x304;
  /** DER of the certificate that the server's path ends at. Default: the resource roots.bin. */
  certificate?: SdkBytes;
  verify?: true;
  trace?: false;
  /** DER, PKCS #8. */
  clientKey?: SdkBytes;
  /** DER, the client's own first. */
  clientCertificates?: readonly SdkBytes[];
  tls_max_fragment_length?: number;
  applicationLayerProtocolNegotiation?: string | SdkBytes | readonly (string | SdkBytes)[];
  tls_application_layer_protocol_negotiation?: string | SdkBytes | readonly (string | SdkBytes)[];
  /** False: no session is kept or resumed. Default: they are kept in memory. */
  cache?: boolean;
}

export interface SdkTLSSocketOptions extends ConnectOptions {
  host?: string;
  secure?: SdkSecure & Partial<SecureOptions>;
}

const PEM = 0x2d;
const SEQUENCE = 0x30;
const SERVERS = 2;

/** Sessions of all sockets, in memory, as the SDK's TLS keeps them. */
let sessions: Resumption | null = null;

/**
 * The SDK's TLSSocket as apps have it, without a change of theirs: what they do not say is in sdk-defaults. Certificates and keys are read anew for each
 * connection; `trust` and `identities`, made once, spare that. A `provider` in `secure` makes it thimble's own config, to which nothing is added.
 */
export default class SdkTLSSocket extends TLSSocket {
  constructor(options: SdkTLSSocketOptions | ConnectedOptions | TakeOverOptions) {
    if (options.from instanceof SecureSocket) super(options as TakeOverOptions);
    else super({ ...options, secure: ownSecure((options as SdkTLSSocketOptions).secure) } as TLSSocketOptions);
  }
}

function ownSecure(secure: unknown): unknown {
  if (secure !== undefined && (typeof secure !== "object" || secure === null)) return secure;
  const given = (secure ?? {}) as Record<string, unknown>;
  // Who names a provider has thimble's own config, in which what is not named is off.
  const sdk = given.provider === undefined;
  const own: Record<string, unknown> = sdk ? { ...defaults, ...given } : { ...given };
  const { sha256 } = checkKeys<{ provider: CryptoProvider }>({ provider: own.provider }, { provider: "object" }, []).provider;
  if (own.certificate !== undefined) setOwn(own, "trust", anchorOf(own.certificate, sha256), "certificate");
  else if (sdk && own.trust === undefined && own.psk === undefined) own.trust = roots();
  if (own.clientKey !== undefined || own.clientCertificates !== undefined)
    setOwn(own, "identities", [identityOf(own, sha256)], "clientKey");
  if (sdk && own.cache !== false && own.resumption === undefined && own.psk === undefined) own.resumption = shared();
  own.certificate = own.clientKey = own.clientCertificates = undefined;
  if (sdk && own.cache === true) own.cache = undefined;
  return own;
}

function anchorOf(certificate: unknown, sha256: HashAlgorithm): TrustStore {
  const der = derOf(certificate, "certificate");
  return named("certificate", () => new AnchorList([anchorFromCertificate(der, sha256)]));
}

function roots(): TrustStore {
  if (!Resource.exists(ROOTS))
    throw new OptionError(
      "secure.certificate",
      `it is missing, and so is the resource ${ROOTS}: a server is always verified. Give its root`,
    );
  return rootsFrom(new Resource(ROOTS));
}

function identityOf(own: Record<string, unknown>, sha256: HashAlgorithm): object {
  const { clientKey, clientCertificates } = own;
  if (clientKey === undefined) throw new OptionError("secure.clientKey", "it is missing, for secure.clientCertificates");
  if (!Array.isArray(clientCertificates))
    throw new OptionError("secure.clientCertificates", "an array of certificates is wanted, for secure.clientKey");
  const certificates: Uint8Array[] = [];
  for (let i = 0; i < clientCertificates.length; i++) certificates.push(derOf(clientCertificates[i], "clientCertificates"));
  const key = derOf(clientKey, "clientKey");
  return named("clientKey", () => identityFrom({ certificates, key, keys: clientKeys, sha256 }));
}

function shared(): Resumption {
  // allow: module-state — sessions outlast the sockets that they came to
  sessions ??= new Resumption(new MemorySessionStore(SERVERS));
  return sessions;
}

function derOf(value: unknown, key: string): Uint8Array {
  if (typeof value !== "object" || value === null) throw new OptionError(`secure.${key}`, `its bytes are wanted, not a ${typeof value}`);
  const bytes = bytesOf(value);
  if (bytes[0] === PEM) throw new OptionError(`secure.${key}`, "it is PEM; DER is wanted (openssl x509 or pkcs8, with -outform der)");
  if (bytes[0] !== SEQUENCE) throw new OptionError(`secure.${key}`, "it is no DER");
  return bytes;
}

function named<T>(key: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new OptionError(`secure.${key}`, (error as Error).message);
  }
}
