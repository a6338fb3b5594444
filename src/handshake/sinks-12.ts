import type { SignedContent } from "../crypto/provider.js";
import type { Identity } from "../identity.js";

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
