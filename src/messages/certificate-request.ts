import { decode_error, illegal_parameter, missing_extension, TLSAlert } from "../alert.js";
import type { Writer } from "../bytes/writer.js";
import {
  certificate_authorities,
  certificate_request,
  oid_filters,
  server_name,
  signature_algorithms,
  signature_algorithms_cert,
  signsHandshake13,
  status_request,
} from "../constants.js";
import type { Hash, HashAlgorithm, SignatureAlgorithm } from "../crypto/provider.js";
import type { Identity } from "../identity.js";
import { IdentityChoice } from "./identity-choice.js";

const CONTEXT_LENGTH = 0;
const BLOCK_LENGTH = 1;
const EXTENSION_TYPE = 2;
const EXTENSION_LENGTH = 3;
/** The inside of an extension that is not looked at. */
const SKIPPED = 4;
/** The length of the list inside an extension. */
const LIST_LENGTH = 5;
const SCHEME = 6;
const NAME_LENGTH = 7;
const NAME = 8;
const OID_LENGTH = 9;
const OID = 10;
const VALUES_LENGTH = 11;
const VALUES = 12;
const CONTEXT = 13;

const NO_CONTEXT = new Uint8Array(0);

/** Extensions that RFC 9846 §4.3, Table 1 allows here, and that we know. */
const KNOWN = [signature_algorithms, signature_algorithms_cert, certificate_authorities, oid_filters, status_request, server_name];

/**
 * Reads a CertificateRequest (RFC 9846 §4.4.2) as its bytes arrive: names of authorities can fill kilobytes. Nothing is stored but which of our
 * identities fits: `identity` and `scheme` tell the first one that can sign with what the server accepts and whose issuers stand among the
 * authorities, where both sides name them. Unknown extensions are ignored, as the section says.
 */
export class CertificateRequestReader {
  readonly waiting: boolean;
  /** certificate_request_context: empty in the handshake, and only there. */
  context: Uint8Array;
  private readonly afterHandshake: boolean;
  private readonly identities: readonly Identity[];
  private readonly hash: Hash;
  private readonly digest: Uint8Array;
  private field: number;
  private left: number;
  private number: number;
  private type: number;
  private blockLeft: number;
  private extensionLeft: number;
  private seen: number;
  private readonly choices: IdentityChoice;

  constructor(identities: readonly Identity[], sha256: HashAlgorithm, afterHandshake = false) {
    this.waiting = false;
    this.context = NO_CONTEXT;
    this.afterHandshake = afterHandshake;
    this.identities = identities;
    this.hash = sha256.create();
    this.digest = new Uint8Array(sha256.outputLength);
    this.field = CONTEXT_LENGTH;
    this.left = 1;
    this.number = 0;
    this.type = 0;
    this.blockLeft = 0;
    this.extensionLeft = 0;
    this.seen = 0;
    this.choices = new IdentityChoice(identities);
  }

  push(bytes: Uint8Array, offset: number, length: number): number {
    const end = offset + length;
    let o = offset;
    while (o < end) {
      const { field } = this;
      if (field === CONTEXT) {
        const { context } = this;
        for (; o < end && this.left > 0; this.left--) context[context.length - this.left] = bytes[o++];
        if (this.left === 0) this.expect(BLOCK_LENGTH, 2);
        continue;
      }
      if (field === SKIPPED || field === NAME || field === OID || field === VALUES) {
        const n = Math.min(end - o, this.left);
        if (field === NAME) this.hash.update(bytes, o, n);
        this.count(n);
        o += n;
        this.left -= n;
        if (this.left === 0) this.bytesRead();
        continue;
      }
      if (field > BLOCK_LENGTH) this.count(1);
      this.number = (this.number << 8) | bytes[o++];
      if (--this.left === 0) this.numberRead();
    }
    return length;
  }

  /** Takes over the state of another reader that was made for the same identities. */
  copyFrom(from: CertificateRequestReader): void {
    this.hash.copy(from.hash);
    this.field = from.field;
    this.left = from.left;
    this.number = from.number;
    this.type = from.type;
    this.blockLeft = from.blockLeft;
    this.extensionLeft = from.extensionLeft;
    this.seen = from.seen;
    this.choices.copyFrom(from.choices);
  }

  finish(): void {
    if (this.field !== EXTENSION_TYPE || this.left !== 2 || this.blockLeft !== 0) this.malformed();
    // §4.4.2: the signature_algorithms extension MUST be specified.
    if ((this.seen & 1) === 0) throw new TLSAlert(missing_extension, "CertificateRequest: no signature_algorithms extension");
  }

  /** The identity to answer with, or null; `scheme` is what it signs with. */
  get identity(): Identity | null {
    const index = this.choice >> 8;
    return index < 0 ? null : this.identities[index];
  }

  get scheme(): number {
    const { choice } = this;
    return choice < 0 ? 0 : this.identities[choice >> 8].key.schemes[choice & 255];
  }

  private get choice(): number {
    return this.choices.choose((this.seen & 4) !== 0);
  }

  private numberRead(): void {
    const n = this.number;
    switch (this.field) {
      case CONTEXT_LENGTH:
        // §4.4.2: the context is empty in the handshake itself, and not after it, where it tells requests apart.
        if (this.afterHandshake) {
          if (n === 0)
            throw new TLSAlert(illegal_parameter, "CertificateRequest: an empty certificate_request_context after the handshake");
          this.context = new Uint8Array(n);
          this.expect(CONTEXT, n);
          return;
        }
        if (n !== 0)
          throw new TLSAlert(illegal_parameter, `CertificateRequest: a certificate_request_context of ${n} bytes in the handshake`);
        this.expect(BLOCK_LENGTH, 2);
        return;
      case BLOCK_LENGTH:
        this.blockLeft = n;
        this.expect(EXTENSION_TYPE, 2);
        return;
      case EXTENSION_TYPE:
        this.type = n;
        this.checkTwice(n);
        this.expect(EXTENSION_LENGTH, 2);
        return;
      case EXTENSION_LENGTH:
        this.extensionBegins(n);
        return;
      case LIST_LENGTH:
        if (n !== this.extensionLeft) this.malformed();
        this.nextItem();
        return;
      case SCHEME:
        if (this.type === signature_algorithms && signsHandshake13(n)) this.choices.accept(n);
        this.nextItem();
        return;
      case NAME_LENGTH:
        if (n === 0) this.malformed();
        this.hash.reset();
        this.expect(NAME, n);
        return;
      case OID_LENGTH:
        if (n === 0) this.malformed();
        this.expect(OID, n);
        return;
      default: // VALUES_LENGTH
        if (n === 0) this.nextItem();
        else this.expect(VALUES, n);
    }
  }

  private bytesRead(): void {
    switch (this.field) {
      case NAME:
        this.hash.digest(this.digest, 0);
        this.choices.authorize(this.digest);
        this.nextItem();
        return;
      case OID:
        this.expect(VALUES_LENGTH, 2);
        return;
      case VALUES:
        this.nextItem();
        return;
      default:
        this.expect(EXTENSION_TYPE, 2);
    }
  }

  private extensionBegins(length: number): void {
    if (length > this.blockLeft) this.malformed();
    this.extensionLeft = length;
    switch (this.type) {
      case signature_algorithms:
      case signature_algorithms_cert:
        if (length < 4 || (length & 1) !== 0) this.malformed();
        this.expect(LIST_LENGTH, 2);
        return;
      case certificate_authorities:
        if (length < 5) this.malformed();
        this.expect(LIST_LENGTH, 2);
        return;
      case oid_filters:
        if (length < 2) this.malformed();
        this.expect(LIST_LENGTH, 2);
        return;
      default:
        if (length === 0) this.expect(EXTENSION_TYPE, 2);
        else this.expect(SKIPPED, length);
    }
  }

  private nextItem(): void {
    if (this.extensionLeft === 0) {
      this.expect(EXTENSION_TYPE, 2);
      return;
    }
    if (this.type === certificate_authorities) this.expect(NAME_LENGTH, 2);
    else if (this.type === oid_filters) this.expect(OID_LENGTH, 1);
    else this.expect(SCHEME, 2);
  }

  /** §4.3: no extension twice; of unknown ones, which are ignored, no account is kept. */
  private checkTwice(type: number): void {
    const bit = 1 << KNOWN.indexOf(type);
    if (KNOWN.indexOf(type) < 0) return;
    if ((this.seen & bit) !== 0) throw new TLSAlert(illegal_parameter, `CertificateRequest: extension ${type} stands twice`);
    this.seen |= bit;
  }

  private count(n: number): void {
    if (n > this.blockLeft) this.malformed();
    this.blockLeft -= n;
    if (this.field > EXTENSION_LENGTH) {
      if (n > this.extensionLeft) this.malformed();
      this.extensionLeft -= n;
    }
  }

  private expect(field: number, left: number): void {
    this.field = field;
    this.left = left;
    this.number = 0;
  }

  private malformed(): never {
    throw new TLSAlert(decode_error, `CertificateRequest: a length does not fit (extension ${this.type})`);
  }
}

/** Writes a CertificateRequest that asks for a signature of one of the algorithms, in a chain to one of the authorities (DER Names) if any are given. */
export function writeCertificateRequest(w: Writer, signatures: readonly SignatureAlgorithm[], authorities: readonly Uint8Array[]): void {
  w.u8(certificate_request);
  const message = w.open24();
  w.u8(0); // certificate_request_context
  const block = w.open16();
  w.u16(signature_algorithms);
  const data = w.open16();
  const list = w.open16();
  for (let i = 0; i < signatures.length; i++) if (signatures[i].scheme !== 0) w.u16(signatures[i].scheme);
  w.close16(list);
  w.close16(data);
  if (authorities.length > 0) {
    w.u16(certificate_authorities);
    const outer = w.open16();
    const names = w.open16();
    for (let i = 0; i < authorities.length; i++) {
      w.u16(authorities[i].length);
      w.copy(authorities[i], 0, authorities[i].length);
    }
    w.close16(names);
    w.close16(outer);
  }
  w.close16(block);
  w.close24(message);
}
