import { internal_error, TLSAlert } from "../alert.js";
import type { Hash, HashAlgorithm, SignatureAlgorithm, SignedContent } from "../crypto/provider.js";
import type { Identity } from "../identity.js";
import { signsAll } from "../messages/certificate-request-12.js";

/**
 * What a TLS 1.2 client may have to sign is all its handshake messages, with a hash that is known only when a CertificateRequest has come (RFC 5246
 * §7.4.8). So each hash that one of its keys could use takes them in as they pass; no message is kept.
 */
export class ClientSink implements SignedContent {
  readonly identity: Identity;
  /** Any scheme of the key with this hash. */
  readonly hash: number;
  readonly content: SignedContent;

  constructor(identity: Identity, hash: number, content: SignedContent) {
    this.identity = identity;
    this.hash = hash;
    this.content = content;
  }

  update(bytes: Uint8Array, offset: number, length: number): void {
    this.content.update(bytes, offset, length);
  }
}

/** The hash of a SignatureScheme, as HashAlgorithm (RFC 5246 §7.4.1.4.1) has it; 0 for those that have none of their own. */
export function hashOf(scheme: number): number {
  const hash = scheme >> 8;
  if (hash >= 4 && hash <= 6) return hash;
  if (scheme >= 0x0804 && scheme <= 0x0806) return scheme - 0x0800;
  if (scheme >= 0x0809 && scheme <= 0x080b) return scheme - 0x0805;
  return 0;
}

export function clientSinks(identities: readonly Identity[] | undefined): readonly ClientSink[] {
  const sinks: ClientSink[] = [];
  if (identities === undefined) return sinks;
  for (let i = 0; i < identities.length; i++) {
    const { key } = identities[i];
    for (let j = 0; j < key.schemes.length; j++) {
      const hash = hashOf(key.schemes[j]);
      if (hash === 0 || key.createContent === undefined || find(sinks, identities[i], hash) !== null) continue;
      const content = key.createContent(key.schemes[j]);
      if (content !== null) sinks.push(new ClientSink(identities[i], hash, content));
    }
  }
  return sinks;
}

/** What has taken in the messages for a scheme of an identity, or null. */
export function sinkFor(sinks: readonly SignedContent[], identity: Identity, scheme: number): SignedContent | null {
  const sink = find(sinks as readonly ClientSink[], identity, hashOf(scheme));
  return sink === null ? null : sink.content;
}

function find(sinks: readonly ClientSink[], identity: Identity, hash: number): ClientSink | null {
  for (let i = 0; i < sinks.length; i++) if (sinks[i].identity === identity && sinks[i].hash === hash) return sinks[i];
  return null;
}

/** A server's: every hash that it accepts a client's signature with, but for the one of the suite. */
class ServerSink implements SignedContent {
  readonly hash: Hash;

  constructor(algorithm: HashAlgorithm) {
    this.hash = algorithm.create();
    this.hash.reset();
  }

  update(bytes: Uint8Array, offset: number, length: number): void {
    this.hash.update(bytes, offset, length);
  }
}

export function serverSinks(signatures: readonly SignatureAlgorithm[], length: number): readonly SignedContent[] {
  const sinks: ServerSink[] = [];
  for (let i = 0; i < signatures.length; i++) {
    const { scheme, hash } = signatures[i];
    if (!signsAll(scheme) || hash.outputLength === length) continue;
    let j = 0;
    while (j < sinks.length && sinks[j].hash.outputLength !== hash.outputLength) j++;
    if (j === sinks.length) sinks.push(new ServerSink(hash));
  }
  return sinks;
}

/** The hash of all messages, of `length` bytes. */
export function digestOfAll(sinks: readonly SignedContent[], length: number, out: Uint8Array): void {
  for (let i = 0; i < sinks.length; i++) {
    const { hash } = sinks[i] as ServerSink;
    if (hash.outputLength === length) {
      hash.digest(out, 0);
      return;
    }
  }
  throw new TLSAlert(internal_error, `CertificateVerify: no hash of ${length} bytes was kept`, "internal");
}
