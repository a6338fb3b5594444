// The SDK's own TLS has other keys for what `secure` has: those mean here what they mean there, or are refused with what says it here. None is ignored.
import { bytesOf } from "./bytes-of.js";
import { checkKeys, type Kinds, OptionError } from "./secure-keys.js";

/** Bytes that a record takes in the receive buffer besides max_fragment_length: header, content type, tag. */
const AROUND = 22;
const SMALLEST_FRAGMENT = 512;
const LARGEST_FRAGMENT = 4096;

/** What says here what a key of the SDK's TLS says there. */
const INSTEAD: Readonly<Record<string, string>> = {
  certificate: "trust: new AnchorList([anchorFromCertificate(certificate, provider.sha256)])",
  clientKey: "identities: [identityFrom({ certificates, key, keys: [p256Keys], sha256 })]",
  clientCertificates: "identities: [identityFrom({ certificates, key, keys: [p256Keys], sha256 })]",
  clientAuth: "clientAuthentication of a host in a Listener's hosts",
  tls_client_certification_url: "identities, whose certificates are sent as they are",
  tls_trusted_ca_keys: "trust; no server is told what it has",
  tls_trusted_hmac: "trust; truncated MACs are not spoken",
  tls_status_request: "checks: { status: ocspStapling() }",
  tls_elliptic_curves: "groups of the provider",
  tls_ec_point_formats: "nothing: points are not compressed",
  tls_signature_algorithms: "signatures of the provider",
};

/** The options with thimble's keys alone, checked: the same object, where it has no others. */
export function ownKeys<Options extends object>(secure: unknown, kinds: Kinds<Options>, required: readonly string[]): Options {
  if (typeof secure !== "object" || secure === null) return checkKeys(secure, kinds, required);
  const given = secure as Record<string, unknown>;
  let foreign = false;
  for (const key in given) if (!(key in kinds)) foreign = true;
  if (!foreign) return checkKeys(secure, kinds, required);
  const own: Record<string, unknown> = {};
  for (const key in given) if (key in kinds) own[key] = given[key];
  for (const key in given)
    if (!(key in kinds) && given[key] !== undefined && !sdkKey(own, key, given[key]))
      throw new OptionError(`secure.${key}`, "there is no such option");
  return checkKeys(own, kinds, required);
}

/** A key of thimble's that stands for one of the SDK's: both at once would be a contradiction. */
export function setOwn(own: Record<string, unknown>, key: string, value: unknown, sdk: string): void {
  if (own[key] !== undefined) throw new OptionError(`secure.${sdk}`, `secure.${key} says the same: give one of them`);
  own[key] = value;
}

/**
 * Takes a key of the SDK's TLSSocket and SecureSocket over, into `own`; false: it is none. Those that need code of their own are refused, unless the
 * class that takes them is used (thimble-tls/moddable/sdk-tls-socket).
 */
function sdkKey(own: Record<string, unknown>, key: string, value: unknown): boolean {
  switch (key) {
    case "tls_server_name":
      setOwn(own, "serverName", value, key);
      return true;
    case "protocolVersion":
      lowestVersion(own, value);
      return true;
    case "verify":
      if (value !== true)
        throw new OptionError(
          "secure.verify",
          "a server is always verified. Say with secure.trust whom to trust: its root, or a pin of its key",
        );
      return true;
    case "trace":
      if (value)
        throw new OptionError(
          "secure.trace",
          "nothing is traced: onError has name, alert and reason, and secure.keyLog gives the secrets away",
        );
      return true;
    case "tls_max_fragment_length":
      setOwn(own, "receiveBuffer", fragmentOf(value) + AROUND, key);
      return true;
    case "applicationLayerProtocolNegotiation":
    case "tls_application_layer_protocol_negotiation":
      setOwn(own, "alpn", protocolsOf(value, key), key);
      return true;
    case "cache":
      if (value) {
        if (own.resumption === undefined)
          throw new OptionError("secure.cache", "to resume sessions give resumption: new Resumption(store)");
      } else if (own.resumption !== undefined) throw new OptionError("secure.cache", "it is false, but secure.resumption is given");
      return true;
    default:
      if (!(key in INSTEAD)) return false;
      throw new OptionError(`secure.${key}`, `it is the SDK's; here it is ${INSTEAD[key]}`);
  }
}

/** The lowest version that is accepted: TLS 1.3 is always higher, or the same. What is below TLS 1.2 is never spoken, so all that is spoken is above it. */
function lowestVersion(own: Record<string, unknown>, value: unknown): void {
  if (value !== 0x301 && value !== 0x302 && value !== 0x303 && value !== 0x304)
    throw new OptionError(
      "secure.protocolVersion",
      `0x303 (TLS 1.2) or 0x304 (TLS 1.3) is wanted, or what was before them, not ${String(value)}`,
    );
  if (value !== 0x304) return;
  if (own.tls13 === false) throw new OptionError("secure.protocolVersion", "it is 0x304, but secure.tls13 is false");
  delete own.tls12;
}

/** As the SDK rounds it: the largest value of max_fragment_length (RFC 6066 §4) that is not above it. */
function fragmentOf(value: unknown): number {
  if (typeof value !== "number" || !(value >= SMALLEST_FRAGMENT))
    throw new OptionError("secure.tls_max_fragment_length", `512, 1024, 2048 or 4096 is wanted, not ${String(value)}`);
  let length = LARGEST_FRAGMENT;
  while (length > value) length >>= 1;
  return length;
}

/** A name, or several: texts, or their bytes. */
function protocolsOf(value: unknown, key: string): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const names: string[] = [];
  for (let i = 0; i < list.length; i++) {
    const one = list[i];
    if (typeof one === "string") names.push(one);
    else if (typeof one === "object" && one !== null) names.push(textOf(bytesOf(one)));
    else throw new OptionError(`secure.${key}`, `texts or their bytes are wanted, not ${typeof one}`);
  }
  return names;
}

function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}
