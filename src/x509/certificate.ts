/**
 * One certificate after another, read as their octets arrive and not stored (RFC 5280 §4). Of each certificate stays what the path needs: hash
 * of the issuer's name, digest of the TBSCertificate, signature, key, dates, a few flags. The reader says what a certificate is; whether it is
 * good for its place in the path, ChainVerifier says. A certificate that is not required (it stands behind a finished path) is only checked for
 * its form.
 *
 * More is accepted than DER and RFC 5280 allow in four places where the meaning is beyond doubt and real certificates err: defaults written out
 * (critical FALSE, cA FALSE), pathLenConstraint without cA, named bits with trailing zeros, GeneralizedTime before 2050.
 */
import type { Hash, HashAlgorithm, SignatureAlgorithm } from "../crypto/provider.js";
import { findAlgorithm, keyLengthOf, keyName, keyOffered, keyTypeOf, signatureId, signatureLimitOf } from "./algorithms.js";
import {
  CERTIFICATE,
  GRAMMAR,
  INNER_ALGORITHM,
  ISSUER,
  KEY,
  KEY_ALGORITHM,
  NOT_AFTER,
  NOT_AFTER_GENERAL,
  NOT_BEFORE,
  NOT_BEFORE_GENERAL,
  OUTER_ALGORITHM,
  RDN,
  SERIAL,
  SIGNATURE,
  SUBJECT,
  TBS,
  VERSION,
  VERSION_NUMBER,
} from "./certificate-grammar.js";
import { TOKEN, TOKEN_SIZE } from "./der-reader.js";
import { EXTENSION_SCRATCH, ExtensionReader, REQUIRED, wantedSize } from "./extensions.js";
import type { ServerName } from "./name.js";
import { sameOctets, writeHeader } from "./octets.js";
import { algorithmText, printable } from "./printable.js";
import { parseTime } from "./time.js";

/** Flags: the subject is the issuer's name of the certificate before. */
export const ISSUED_PREVIOUS = 2;
/** Subject and issuer are the same name. */
export const SELF_ISSUED = 4;
/** tbsCertificate passes, and its signature algorithm is not known yet. */
const PREFIX = 8;
const VERSIONED = 16;
const DIFFERS = 32;

/** A kept certificate: hash of the issuer's name, signature algorithm, length of the signature (2 octets), digest, unused bits, signature. */
const NAME_SIZE = 32;
const ALGORITHM = NAME_SIZE;
const SIGNATURE_LENGTH = ALGORITHM + 1;
const DIGEST = SIGNATURE_LENGTH + 2;

/** A kept key: type, length (2 octets), unused bits, the key. */
const KEY_LENGTH = 1;
const UNUSED_BITS = 3;
const KEY_HEADER = 4;

/** The certificate that is read stands behind the scratch of the extensions, then the one before it, the issuer's key and the leaf's. */
const CURRENT = EXTENSION_SCRATCH;

const LONGEST_SERIAL = 20;

export class CertificateReader extends ExtensionReader {
  /** Seconds since 1970. */
  notBefore: number;
  notAfter: number;
  private readonly signatures: readonly SignatureAlgorithm[];
  private readonly nameHash: Hash;
  private tbsHash: Hash;
  private readonly keySize: number;
  private readonly digestSize: number;
  private readonly signatureSize: number;
  /** Position up to which tbsCertificate and the Name are hashed; -1: it does not pass, or is not hashed. */
  private tbsFrom: number;
  private nameFrom: number;
  /** Octets kept in the place of digest and signature before those are there: start of tbsCertificate, then the inner AlgorithmIdentifier. */
  private filled: number;

  /** `name`: what the leaf's subjectAltName is compared with, null for none. Room is made for the keys of `signatures`. */
  constructor(signatures: readonly SignatureAlgorithm[], sha256: HashAlgorithm, name: ServerName | null) {
    let keySize = 0;
    let digestSize = 32;
    // Below that there would be no room for the algorithm's identifier and the first name.
    let signatureSize = 72;
    for (let i = 0; i < signatures.length; i++) {
      const algorithm = signatures[i]!;
      keySize = Math.max(keySize, keyLengthOf(algorithm.keyType));
      digestSize = Math.max(digestSize, algorithm.hash.outputLength);
      signatureSize = Math.max(signatureSize, signatureLimitOf(algorithm.keyType));
    }
    super(new Uint8Array(CURRENT + 2 * (DIGEST + digestSize + 1 + signatureSize) + 2 * (KEY_HEADER + keySize) + wantedSize(name)), name);
    this.notBefore = 0;
    this.notAfter = 0;
    this.signatures = signatures;
    this.nameHash = sha256.create();
    this.tbsHash = sha256.create();
    this.keySize = keySize;
    this.digestSize = digestSize;
    this.signatureSize = signatureSize;
    this.tbsFrom = -1;
    this.nameFrom = -1;
    this.filled = 0;
  }

  /** Begins a certificate of `length` octets. */
  beginCertificate(index: number, length: number, required: boolean): void {
    this.beginExtensions(index, required);
    this.tbsFrom = -1;
    this.nameFrom = -1;
    this.filled = 0;
    this.begin(length, CERTIFICATE);
  }

  /** Throws where the certificate is not complete. */
  endCertificate(): void {
    if (!this.complete()) this.malformed(`it breaks off after ${this.position} octets`);
  }

  /** Keeps the certificate that was read as the one before the next. */
  keepAsPrevious(): void {
    this.bytes.copyWithin(this.previousAt(), CURRENT, this.previousAt());
  }

  // What was kept, as offsets into scratch().
  scratch(): Uint8Array {
    return this.bytes;
  }
  currentAt(): number {
    return CURRENT;
  }
  previousAt(): number {
    return CURRENT + DIGEST + this.digestSize + 1 + this.signatureSize;
  }
  algorithmOf(certificate: number): number {
    return this.bytes[certificate + ALGORITHM]!;
  }
  digestOf(certificate: number): number {
    return certificate + DIGEST;
  }
  signatureOf(certificate: number): number {
    return certificate + DIGEST + this.digestSize + 1;
  }
  signatureLengthOf(certificate: number): number {
    return (this.bytes[certificate + SIGNATURE_LENGTH]! << 8) | this.bytes[certificate + SIGNATURE_LENGTH + 1]!;
  }
  /** The kept key of the leaf (index 0) or of the issuer that was read last: its type, length and place. */
  keyType(index: number): number {
    return this.bytes[this.keyBlock(index)]!;
  }
  keyLength(index: number): number {
    const block = this.keyBlock(index) + KEY_LENGTH;
    return (this.bytes[block]! << 8) | this.bytes[block + 1]!;
  }
  keyAt(index: number): number {
    return this.keyBlock(index) + KEY_HEADER;
  }

  private keyBlock(index: number): number {
    const issuer = CURRENT + 2 * (this.previousAt() - CURRENT);
    return index === 0 ? issuer + KEY_HEADER + this.keySize : issuer;
  }

  protected override seenAt(): number {
    return CURRENT + DIGEST;
  }

  protected override firstNameAt(): number {
    return this.previousAt();
  }

  protected override grammar(): Uint8Array {
    return GRAMMAR;
  }

  protected override opened(state: number, length: number): number {
    const required = (this.flags & REQUIRED) !== 0;
    switch (state) {
      case TBS:
        if (required) {
          this.flags |= PREFIX;
          this.filled = writeHeader(this.bytes, CURRENT + DIGEST, length);
          this.tbsFrom = this.position;
        }
        return VERSION;
      case ISSUER:
      case SUBJECT:
        if (required) {
          this.nameHash.reset();
          this.nameHash.update(this.bytes, TOKEN, writeHeader(this.bytes, TOKEN, length));
          this.nameFrom = this.position;
        }
        return RDN;
      case KEY:
        this.room = 1;
        if (required) this.openKey(length);
        return 0;
      case OUTER_ALGORITHM:
        if (required && length + 2 !== this.filled) this.flags |= DIFFERS;
        return 0;
      case SIGNATURE:
        this.room = 1;
        if (required) {
          if (length > this.signatureSize + 1)
            this.malformed(`signatureValue has ${length - 1} octets, at most ${this.signatureSize} fit its kind`);
          this.keep = this.signatureOf(CURRENT) - 1;
          this.room = length;
        }
        return 0;
      default:
        return super.opened(state, length);
    }
  }

  protected override value(state: number, length: number): void {
    const bytes = this.bytes;
    const required = (this.flags & REQUIRED) !== 0;
    switch (state) {
      case TBS:
        if (required) {
          this.hashTbs();
          this.tbsHash.digest(bytes, CURRENT + DIGEST);
          this.tbsFrom = -1;
        }
        return;
      case VERSION_NUMBER:
        this.flags |= VERSIONED;
        if (length !== 1 || bytes[TOKEN]! > 2) this.malformed("version is none that is known");
        if (required && bytes[TOKEN] !== 2) this.malformed(`version is ${bytes[TOKEN]! + 1}, only 3 is supported`);
        return;
      case SERIAL:
        if (required) this.checkSerial(length);
        return;
      case INNER_ALGORITHM:
        if (required) this.takeAlgorithm(length);
        return;
      case ISSUER:
        if (required) this.takeName(CURRENT);
        return;
      case SUBJECT:
        if (required) {
          this.takeName(TOKEN);
          if (sameOctets(bytes, TOKEN, CURRENT, NAME_SIZE)) this.flags |= SELF_ISSUED;
          if (sameOctets(bytes, TOKEN, this.previousAt(), NAME_SIZE)) this.flags |= ISSUED_PREVIOUS;
        }
        return;
      case NOT_BEFORE:
      case NOT_BEFORE_GENERAL:
        this.notBefore = this.takeTime(state, length);
        return;
      case NOT_AFTER:
      case NOT_AFTER_GENERAL:
        this.notAfter = this.takeTime(state, length);
        if (required && this.notAfter < this.notBefore) this.malformed("notAfter is before notBefore");
        return;
      case KEY_ALGORITHM:
        if (required) this.takeKeyType(length);
        return;
      case KEY:
        this.checkWhole(state);
        if (required && bytes[this.keyAt(this.index)] !== 4) this.malformed("subjectPublicKey is not an uncompressed point");
        return;
      case OUTER_ALGORITHM:
        if ((this.flags & DIFFERS) !== 0) this.malformed("signatureAlgorithm differs from the one inside tbsCertificate");
        return;
      case SIGNATURE:
        this.checkWhole(state);
        bytes[CURRENT + SIGNATURE_LENGTH] = (length - 1) >> 8;
        bytes[CURRENT + SIGNATURE_LENGTH + 1] = (length - 1) & 0xff;
        return;
      default:
        super.value(state, length);
    }
  }

  protected override content(state: number, at: number, n: number, length: number): void {
    if (state !== OUTER_ALGORITHM) {
      super.content(state, at, n, length);
      return;
    }
    if ((this.flags & REQUIRED) === 0 || (this.flags & DIFFERS) !== 0) return;
    const bytes = this.bytes;
    const input = this.input;
    const wanted = this.signatureOf(CURRENT) + 2 + length - this.left;
    for (let i = 0; i < n; i++) if (bytes[wanted + i] !== input[at + i]) this.flags |= DIFFERS;
  }

  protected override pushed(): void {
    if (this.nameFrom >= 0) this.hashName();
    if (this.tbsFrom >= 0) this.hashTbs();
  }

  private hashName(): void {
    const from = this.nameFrom;
    this.nameHash.update(this.input, this.base + from, this.position - from);
    this.nameFrom = this.position;
  }

  /** Hashes tbsCertificate up to here, or keeps it as long as the hash is not known. */
  private hashTbs(): void {
    const from = this.base + this.tbsFrom;
    const n = this.position - this.tbsFrom;
    this.tbsFrom = this.position;
    if ((this.flags & PREFIX) === 0) {
      this.tbsHash.update(this.input, from, n);
      return;
    }
    const bytes = this.bytes;
    const input = this.input;
    const to = CURRENT + DIGEST + this.filled;
    const fits = Math.min(n, this.previousAt() - to);
    for (let i = 0; i < fits; i++) bytes[to + i] = input[from + i]!;
    this.filled += n;
  }

  /** The name that passed is complete: its hash goes to scratch[to]. */
  private takeName(to: number): void {
    this.hashName();
    this.nameFrom = -1;
    this.nameHash.digest(this.bytes, to);
  }

  private checkSerial(length: number): void {
    const bytes = this.bytes;
    if ((this.flags & VERSIONED) === 0) this.malformed("version is 1, only 3 is supported");
    if (length > LONGEST_SERIAL) this.malformed(`serialNumber has ${length} octets, at most ${LONGEST_SERIAL} are allowed`);
    if (bytes[TOKEN]! >= 0x80) this.malformed("serialNumber is negative");
    if (length === 1 && bytes[TOKEN] === 0) this.malformed("serialNumber is 0");
  }

  /** The signature algorithm tells the hash of tbsCertificate: what was kept so far goes through it. */
  private takeAlgorithm(length: number): void {
    this.hashTbs();
    const bytes = this.bytes;
    const start = CURRENT + DIGEST;
    const at = start + this.filled - length;
    if (start + this.filled > this.previousAt() || length >= 0x80)
      this.unsupported(`signature algorithm of ${length} octets is not supported`);
    const id = signatureId(bytes, at, length);
    const algorithm = findAlgorithm(this.signatures, id, 0);
    if (!algorithm) this.unsupported(`signature algorithm ${algorithmText(bytes, at, length)} is not supported`);
    if (algorithm.hash.outputLength !== this.tbsHash.outputLength) this.tbsHash = algorithm.hash.create();
    this.flags &= ~PREFIX;
    this.tbsHash.reset();
    this.tbsHash.update(bytes, start, this.filled);
    bytes[CURRENT + ALGORITHM] = id;
    this.filled = length + 2;
    bytes.copyWithin(this.signatureOf(CURRENT), at - 2, at + length);
  }

  private takeTime(state: number, length: number): number {
    const time = parseTime(this.bytes, TOKEN, length);
    const general = state === NOT_BEFORE_GENERAL || state === NOT_AFTER_GENERAL;
    if (Number.isNaN(time) || (length === 15) !== general) {
      this.malformed(`${this.fieldName(state)} "${printable(this.bytes, TOKEN, Math.min(length, TOKEN_SIZE))}" is not a valid time`);
    }
    return time;
  }

  private takeKeyType(length: number): void {
    const keyType = length > TOKEN_SIZE ? 0 : keyTypeOf(this.bytes, TOKEN, length);
    if (!keyOffered(this.signatures, keyType)) {
      this.unsupported(`key type ${algorithmText(this.bytes, TOKEN, Math.min(length, TOKEN_SIZE))} is not supported`);
    }
    this.bytes[this.keyBlock(this.index)] = keyType;
  }

  private openKey(length: number): void {
    const block = this.keyBlock(this.index);
    const keyType = this.bytes[block]!;
    if (length - 1 !== keyLengthOf(keyType)) {
      this.malformed(`subjectPublicKey has ${length - 1} octets, an uncompressed point on ${keyName(keyType)} has ${keyLengthOf(keyType)}`);
    }
    this.bytes[block + KEY_LENGTH] = (length - 1) >> 8;
    this.bytes[block + KEY_LENGTH + 1] = (length - 1) & 0xff;
    this.keep = block + UNUSED_BITS;
    this.room = length;
  }

  /** A BIT STRING that was kept has to be whole octets. */
  private checkWhole(state: number): void {
    if (this.bytes[this.keep] !== 0) this.malformed(`${this.fieldName(state)} has ${this.bytes[this.keep]} unused bits`);
  }

  /** Takes over what another reader, made with the same arguments, knows. */
  copyFrom(from: CertificateReader): void {
    this.copyExtensions(from);
    this.notBefore = from.notBefore;
    this.notAfter = from.notAfter;
    this.tbsFrom = from.tbsFrom;
    this.nameFrom = from.nameFrom;
    this.filled = from.filled;
    this.nameHash.copy(from.nameHash);
    if (this.tbsHash.outputLength !== from.tbsHash.outputLength) {
      const algorithm = findAlgorithm(this.signatures, this.algorithmOf(CURRENT), 0);
      if (algorithm) this.tbsHash = algorithm.hash.create();
    }
    this.tbsHash.copy(from.tbsHash);
  }
}
