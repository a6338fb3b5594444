/**
 * One certificate after another, read as their octets arrive and not stored (RFC 5280 §4). Of each certificate stays what the path needs: hash
 * of the issuer's name, digest of the TBSCertificate, signature, key, dates, a few flags, names. The reader says what a certificate is; whether it is
 * good for its place in the path, ChainVerifier says. A certificate that is not required (it stands behind a finished path) is only checked for
 * its form.
 *
 * More is accepted than DER and RFC 5280 allow in four places where the meaning is beyond doubt and real certificates err: defaults written out
 * (critical FALSE, cA FALSE), pathLenConstraint without cA, named bits with trailing zeros, GeneralizedTime before 2050.
 */
import { type Hash, KEY_ED25519 } from "../crypto/provider.js";
import { digestLengthOf, findAlgorithm, isRsa, signatureId } from "./algorithms.js";
import { MAKE_ROOM, REQUIRED, wantedSize } from "./alt-names.js";
import {
  ALT_NAMES,
  CERTIFICATE,
  EXTENSION_ID,
  EXTENSIONS,
  GRAMMAR,
  INNER_ALGORITHM,
  ISSUER,
  KEY,
  KEY_ALGORITHM,
  NAME_CONSTRAINTS,
  NOT_AFTER,
  NOT_AFTER_GENERAL,
  NOT_BEFORE,
  NOT_BEFORE_GENERAL,
  OUTER_ALGORITHM,
  RDN,
  SERIAL,
  SIGNATURE,
  SPKI,
  SUBJECT,
  TBS,
  VERSION,
  VERSION_NUMBER,
} from "./certificate-grammar.js";
import type { ChainLimits, ReaderConfig } from "./chain-config.js";
import { TOKEN } from "./der-reader.js";
import { AUTHORITY_KEY_HASH, SEEN_SIZE } from "./extensions.js";
import { ALGORITHM, AUTHORITY, CURRENT, DIGEST, KeepingReader, NAME_SIZE, SIGNATURE_LENGTH, SUBJECT_HASH, TBS_START } from "./kept.js";
import type { ServerName } from "./name.js";
import { RDN_SEQUENCE } from "./name-tags.js";
import { copyRun, endOf, equalOctets, sameOctets, writeHeader } from "./octets.js";
import { PinHashes } from "./pin-hashes.js";
import { algorithmText } from "./printable.js";

/** Flags: the subject is the issuer's name of the tip. */
export const ISSUED_TIP = 2;
/** Subject and issuer are the same name. */
export const SELF_ISSUED = 4;
/** tbsCertificate passes, and its signature algorithm is not known yet. */
const PREFIX = 8;
const VERSIONED = 16;
const DIFFERS = 32;
/** The Name that passes is the subject, and is kept. */
const NAMING = 64;

const LONGEST_SERIAL = 20;

/** For late(), where no state has this number. */
const SUBJECT_BEGINS = 0xfe;

export class CertificateReader extends KeepingReader {
  /** Seconds since 1970. */
  notBefore: number;
  notAfter: number;
  /** The TBSCertificate, where its signature needs it whole (Ed25519). */
  message: Uint8Array | null;
  /** What pins are compared with; null where there are none. */
  readonly pins: PinHashes | null;
  private readonly nameHash: Hash;
  /** Made anew for each certificate: it need not live while signatures are verified. */
  private tbsHash: Hash | null;
  /** Position up to which tbsCertificate and the Name are hashed; -1: it does not pass, or is not hashed. */
  private tbsFrom: number;
  private nameFrom: number;
  /** Octets kept in the place of digest and signature before those are there: start of tbsCertificate, then the inner AlgorithmIdentifier. */
  private filled: number;
  /** Length of the inner AlgorithmIdentifier or the subject, for late(). */
  private lateLength: number;

  /** `name`: what the leaf's subjectAltName is compared with, null for none. */
  constructor(config: ReaderConfig, limits: ChainLimits, name: ServerName | null) {
    super(config, limits, name, wantedSize(name));
    const pins = config.trust?.pins ?? 0;
    this.notBefore = 0;
    this.notAfter = 0;
    this.message = null;
    this.pins = pins !== 0 ? new PinHashes(pins, config.sha256) : null;
    this.nameHash = config.workHash ?? config.sha256.create();
    this.tbsHash = null;
    this.tbsFrom = -1;
    this.nameFrom = -1;
    this.filled = 0;
    this.lateLength = 0;
  }

  /** Begins a certificate of `length` octets. */
  beginCertificate(index: number, length: number, required: boolean): void {
    this.beginExtensions(index, required);
    this.tbsFrom = -1;
    this.nameFrom = -1;
    this.filled = 0;
    this.message = null;
    this.tbsHash = null;
    if (this.pins) this.pins.begin();
    this.begin(length, CERTIFICATE);
  }

  /** Throws where the certificate is not complete. */
  endCertificate(): void {
    if (!this.complete()) this.malformed(`it breaks off after ${this.position} octets`);
    if (this.pins) this.pins.end();
    this.bytes.copyWithin(CURRENT + AUTHORITY, AUTHORITY_KEY_HASH, AUTHORITY_KEY_HASH + 4);
  }

  /**
   * Writes 20 octets that tell the owner of a key: 4 of the hash of a name, 16 of the key. Nobody can make a second key for them: 16 octets of a
   * point whose private key is known are as good as a hash; an RSA modulus could be chosen, so it is hashed.
   */
  writeOwner(name: Uint8Array, nameAt: number, keyType: number, key: Uint8Array, keyAt: number, keyLength: number, to: number): void {
    const bytes = this.bytes;
    if (isRsa(keyType)) {
      this.nameHash.reset();
      this.nameHash.update(key, keyAt, keyLength);
      this.nameHash.digest(bytes, TOKEN);
      bytes.copyWithin(to + 4, TOKEN, TOKEN + 16);
    } else {
      const first = keyType === KEY_ED25519 ? keyAt : keyAt + 1;
      for (let i = 0; i < 16; i++) bytes[to + 4 + i] = key[first + i]!;
    }
    for (let i = 0; i < 4; i++) bytes[to + i] = name[nameAt + i]!;
  }

  protected override seenAt(): number {
    return CURRENT + DIGEST;
  }

  protected override firstNameAt(): number {
    return this.tipAt();
  }

  protected override grammar(): Uint8Array {
    return GRAMMAR;
  }

  protected override opened(state: number, length: number): number {
    // Most states are of extensions; a switch takes its cases one by one.
    if (state > SIGNATURE || (state >= EXTENSIONS && state < OUTER_ALGORITHM)) {
      if (state <= ALT_NAMES || state === NAME_CONSTRAINTS) return super.opened(state, length);
      this.openName(state, length);
      return 0;
    }
    const required = (this.flags & REQUIRED) !== 0;
    switch (state) {
      case TBS:
        if (required) {
          this.flags |= PREFIX;
          this.filled = writeHeader(this.bytes, CURRENT + DIGEST, length);
          this.tbsFrom = this.position;
          this.bytes[TBS_START] = this.position - this.filled;
        }
        return VERSION;
      case ISSUER:
      case SUBJECT:
        if (required) {
          this.nameFrom = this.position;
          if (state === SUBJECT) {
            this.flags |= NAMING;
            this.lateLength = length;
            if (length > 0) this.deferred = SUBJECT_BEGINS;
          }
          if (state === ISSUER || this.index > 0) {
            this.nameHash.reset();
            this.nameHash.update(this.bytes, TOKEN, writeHeader(this.bytes, TOKEN, length));
          }
        }
        return RDN;
      case SPKI:
        if (required && this.pins) this.pins.beginKey(this.bytes, TOKEN, writeHeader(this.bytes, TOKEN, length), this.position);
        return KEY_ALGORITHM;
      case KEY:
        this.room = 1;
        if (required) this.openKey(length);
        return 0;
      case OUTER_ALGORITHM:
        if (required && this.algorithmOf(CURRENT) !== 0 && length + 2 !== this.filled) this.flags |= DIFFERS;
        return 0;
      case SIGNATURE:
        this.room = 1;
        if (required && this.algorithmOf(CURRENT) !== 0) this.openSignature(length);
        return 0;
      default:
        return super.opened(state, length);
    }
  }

  protected override value(state: number, length: number): void {
    if (state > SIGNATURE || (state >= EXTENSIONS && state < OUTER_ALGORITHM)) {
      super.value(state, length);
      return;
    }
    const bytes = this.bytes;
    const required = (this.flags & REQUIRED) !== 0;
    switch (state) {
      case TBS:
        if (this.tbsFrom >= 0) this.deferred = state;
        return;
      case ISSUER:
      case SUBJECT:
        if (required) this.deferred = state;
        return;
      case INNER_ALGORITHM:
        this.lateLength = length;
        if (required) this.deferred = state;
        return;
      case VERSION_NUMBER:
        this.flags |= VERSIONED;
        if (length !== 1 || bytes[TOKEN]! > 2) this.malformed("version is none that is known");
        if (required && bytes[TOKEN] !== 2) this.refuseVersion(bytes[TOKEN]! + 1);
        return;
      case SERIAL:
        if (required) this.checkSerial(length);
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
      case SPKI:
        if (!this.pins || this.pins.keyFrom < 0) return;
        this.pins.passed(this.input, this.base, this.position);
        this.pins.endKey();
        return;
      case KEY_ALGORITHM:
        if (required) this.takeKeyType(length);
        return;
      case KEY:
        this.checkWhole(state);
        if (required) this.checkKey();
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

  /** What takes a hash: of what has passed, and of what is complete. */
  override late(state: number): void {
    const { bytes, input, base, position } = this;
    switch (state) {
      case INNER_ALGORITHM:
        this.takeAlgorithm(this.lateLength);
        return;
      case EXTENSION_ID:
        this.noteSeen();
        return;
      case SUBJECT_BEGINS:
        this.keepName(RDN_SEQUENCE, this.lateLength);
        return;
      case MAKE_ROOM:
        this.growNames();
        return;
      default:
    }
    if (this.nameFrom >= 0) {
      const { nameFrom, nameHash } = this;
      const subject = (this.flags & NAMING) !== 0;
      if (subject) this.putName(base + nameFrom, position - nameFrom);
      this.nameFrom = position;
      // Nobody asks for the leaf's subject.
      if (!subject || this.index > 0) nameHash.update(input, base + nameFrom, position - nameFrom);
      if (state === ISSUER || state === SUBJECT) {
        this.nameFrom = -1;
        this.flags &= ~NAMING;
        if (!subject) nameHash.digest(bytes, CURRENT);
        else if (this.index > 0) {
          nameHash.digest(bytes, SUBJECT_HASH);
          this.compareNames();
        }
      }
    }
    // The end of a piece, or of tbsCertificate.
    if (this.tbsFrom >= 0 && (state === TBS || state === 0)) {
      const { tbsFrom } = this;
      if ((this.flags & PREFIX) !== 0 || this.message) this.keepTbs();
      else {
        this.tbsFrom = position;
        this.tbsHash!.update(input, base + tbsFrom, position - tbsFrom);
      }
      if (state === TBS) {
        this.tbsFrom = -1;
        if (!this.message) this.tbsHash!.digest(bytes, CURRENT + DIGEST);
        this.tbsHash = null;
      }
    }
    if (this.pins && state === 0) {
      this.pins.passed(input, base, position);
      this.pins.passedWhole(input, base, position);
    }
  }

  protected override content(state: number, at: number, n: number, length: number): void {
    if (state === NAME_CONSTRAINTS) this.passConstraints(at, n, length);
    else if (state !== OUTER_ALGORITHM) this.passName(state, at, n, length);
    else if ((this.flags & (REQUIRED | DIFFERS)) === REQUIRED && this.algorithmOf(CURRENT) !== 0) {
      if (!equalOctets(this.bytes, this.tipAt() - this.left, this.input, at, n)) this.flags |= DIFFERS;
    }
  }

  /** Keeps what has passed of tbsCertificate: as long as the hash is not known, or if it is needed whole. */
  private keepTbs(): void {
    const from = this.base + this.tbsFrom;
    const n = this.position - this.tbsFrom;
    this.tbsFrom = this.position;
    const prefix = (this.flags & PREFIX) !== 0;
    const bytes = prefix ? this.bytes : this.message!;
    const to = prefix ? CURRENT + DIGEST + this.filled : this.position - n - this.bytes[TBS_START]!;
    const room = prefix ? this.tipAt() - to : n;
    if (room > 0) copyRun(this.input, from, bytes, to, Math.min(n, room));
    if (prefix) this.filled += n;
  }

  /** An issuer's subject is complete. */
  private compareNames(): void {
    const { bytes } = this;
    if (sameOctets(bytes, SUBJECT_HASH, CURRENT, NAME_SIZE)) this.flags |= SELF_ISSUED;
    if (sameOctets(bytes, SUBJECT_HASH, this.tipAt(), NAME_SIZE)) this.flags |= ISSUED_TIP;
  }

  private refuseVersion(version: number): void {
    this.refuseForm(`version is ${version}, only 3 is supported`);
  }

  private checkSerial(length: number): void {
    const bytes = this.bytes;
    if ((this.flags & VERSIONED) === 0) this.refuseVersion(1);
    if (length > LONGEST_SERIAL) this.refuseForm(`serialNumber has ${length} octets, at most ${LONGEST_SERIAL} are allowed`);
    else if (bytes[TOKEN]! >= 0x80) this.refuseForm("serialNumber is negative");
    else if (length === 1 && bytes[TOKEN] === 0) this.refuseForm("serialNumber is 0");
  }

  /** The signature algorithm tells the hash of tbsCertificate: what was kept so far goes through it. */
  private takeAlgorithm(length: number): void {
    this.keepTbs();
    const start = CURRENT + DIGEST;
    const at = start + this.filled - length;
    this.flags &= ~PREFIX;
    this.bytes[CURRENT + ALGORITHM] = 0;
    const kept = start + this.filled <= this.tipAt() && length < 0x80;
    const id = kept ? signatureId(this.bytes, at, length) : 0;
    const algorithm = findAlgorithm(this.config.signatures, id, 0);
    if (!algorithm) {
      this.tbsFrom = -1;
      this.unsupported(`signature algorithm ${kept ? algorithmText(this.bytes, at, length) : `of ${length} octets`} is not supported`);
      return;
    }
    if (algorithm.keyType === KEY_ED25519) {
      if (!this.keepMessage(start)) return;
    } else {
      const hash = algorithm.hash.create();
      hash.reset();
      hash.update(this.bytes, start, this.filled);
      this.tbsHash = hash;
    }
    this.filled = length + 2;
    // Until its double comes, the algorithm stands at the end of the block: before it there is room for the digest, or what was seen of extensions.
    this.reserve(Math.max(SEEN_SIZE, digestLengthOf(id)) + this.filled, 0);
    const bytes = this.bytes;
    bytes[CURRENT + ALGORITHM] = id;
    bytes.copyWithin(this.tipAt() - this.filled, at - 2, at + length);
  }

  /** Ed25519 signs the TBSCertificate itself (RFC 8410 §6): there is no way but to keep it, up to a bound. */
  private keepMessage(start: number): boolean {
    const total = endOf(this.bytes, start) - start;
    const limit = this.limits.maxSignedLength;
    if (total > limit) {
      this.tbsFrom = -1;
      this.unsupported(
        `it is signed with Ed25519, for which tbsCertificate has to be kept; it has ${total} octets, at most ${limit} are kept`,
      );
      return false;
    }
    const message = new Uint8Array(total);
    copyRun(this.bytes, start, message, 0, this.filled);
    this.message = message;
    return true;
  }

  /** Takes over what another reader, made with the same arguments, knows. */
  copyFrom(from: CertificateReader): void {
    this.copyKept(from);
    this.notBefore = from.notBefore;
    this.notAfter = from.notAfter;
    this.message = from.message ? from.message.slice() : null;
    this.tbsFrom = from.tbsFrom;
    this.nameFrom = from.nameFrom;
    this.filled = from.filled;
    this.nameHash.copy(from.nameHash);
    const algorithm = from.tbsHash ? findAlgorithm(this.config.signatures, this.algorithmOf(CURRENT), 0) : null;
    this.tbsHash = algorithm ? algorithm.hash.create() : null;
    if (this.tbsHash) this.tbsHash.copy(from.tbsHash!);
    if (this.pins) this.pins.copyFrom(from.pins!);
  }
}
