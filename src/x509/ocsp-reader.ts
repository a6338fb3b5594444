/**
 * Reads the leaf that passes, then a stapled OCSPResponse about it (RFC 6960 §4.2), as their octets arrive. What stays is what the check needs: the answer
 * for this one certificate, a digest of what was signed, the signature, the responder's certificate where it is one of its own. ResponseData alone is
 * kept whole, within a bound and until its signature algorithm, which stands behind it, tells the hash.
 *
 * The answer is found by the serial number and the hash of the issuer's name; the hash of the issuer's key is kept, to be compared once that key is known.
 */
import { bad_certificate, bad_certificate_status_response, TLSAlert } from "../alert.js";
import { type Hash, KEY_ED25519 } from "../crypto/provider.js";
import { sha1 } from "../crypto/xs/sha1.js";
import { digestLengthOf, findAlgorithm, signatureId, signatureLimitOf } from "./algorithms.js";
import type { ChainConfig, ChainLimits } from "./chain-config.js";
import { DEEP_READER_SCRATCH, DerReader, TOKEN } from "./der-reader.js";
import * as G from "./ocsp-grammar.js";
import { ResponderReader } from "./ocsp-responder.js";
import { copyOctets, equalOctets, writeHeader } from "./octets.js";
import { algorithmText } from "./printable.js";
import { parseTime } from "./time.js";

/** Octets of an OCSPResponse, and of its ResponseData. */
export const MAX_RESPONSE = 16384;
const MAX_RESPONSE_DATA = 4096;

/** How hashes of names and keys are made: of a CertID, of a ResponderID. */
export const SHA1 = 1;
export const SHA256 = 2;

/** Scratch: the leaf's serial number and its length, hashes of its issuer's name. */
const SERIAL_LENGTH = DEEP_READER_SCRATCH;
const SERIAL = SERIAL_LENGTH + 1;
const SERIAL_SIZE = 20;
const NAME_SHA1 = SERIAL + SERIAL_SIZE;
/** signatureAlgorithm takes their place, when they are done with; RSASSA-PSS has the longest. */
const ALGORITHM = SERIAL_LENGTH;
const ALGORITHM_SIZE = 80;
/** Then the SHA-256 of the issuer's name; of the answer its hash of the issuer's key; ResponderID: SHA-256 of a name, or SHA-1 of a key. */
export const NAME_SHA256 = ALGORITHM + ALGORITHM_SIZE;
export const KEY_HASH = NAME_SHA256 + 32;
export const RESPONDER = KEY_HASH + 32;
/** How the answer's CertID is hashed (0: there is no answer yet) and the ResponderID is; how the CertID is that is read. */
export const ANSWER_KIND = RESPONDER + 32;
export const RESPONDER_KIND = ANSWER_KIND + 1;
const CERT_ID_KIND = RESPONDER_KIND + 1;
/** signatureAlgorithm, as a row of the table. */
const SIGNATURE_ID = CERT_ID_KIND + 1;
const SCRATCH = SIGNATURE_ID + 1;

/** certStatus. */
export const GOOD = 0;
export const REVOKED = 1;
export const UNKNOWN = 2;

const STATUS_REQUEST = 5;

export abstract class OcspReader extends DerReader {
  /** The leaf says that a status has to be stapled (RFC 7633). */
  mustStaple: boolean;
  /** The answer; times in seconds since 1970, nextUpdate -1 where there is none. */
  protected certStatus: number;
  protected revocationTime: number;
  protected producedAt: number;
  protected thisUpdate: number;
  protected nextUpdate: number;
  /** ResponseData, then what is given to a verifier. */
  protected signed: Uint8Array | null;
  /** With the octet of unused bits before it. */
  protected signature: Uint8Array | null;
  /** The certificate that has the ResponderID's name or key. */
  protected responder: ResponderReader | null;
  protected readonly config: ChainConfig;
  protected readonly limits: ChainLimits;
  /** A certificate that is read, as `responder` or as another. */
  private candidate: ResponderReader | null;
  /** Of a name that passes. */
  private hash: Hash | null;
  /** Position up to which ResponseData was kept (-1: it does not pass), and where it goes on in `signed`. */
  private signedFrom: number;
  private signedAt: number;
  private algorithmLength: number;
  /** The SingleResponse that is read is about the leaf; of the leaf: the extension that is read is its TLS feature. */
  private fits: boolean;
  private readsLeaf: boolean;

  protected constructor(config: ChainConfig, limits: ChainLimits) {
    super(new Uint8Array(SCRATCH));
    this.mustStaple = false;
    this.certStatus = UNKNOWN;
    this.revocationTime = 0;
    this.producedAt = 0;
    this.thisUpdate = 0;
    this.nextUpdate = -1;
    this.signed = null;
    this.signature = null;
    this.responder = null;
    this.config = config;
    this.limits = limits;
    this.candidate = null;
    this.hash = null;
    this.signedFrom = -1;
    this.signedAt = 0;
    this.algorithmLength = 0;
    this.fits = false;
    this.readsLeaf = true;
  }

  protected refuse(reason: string): never {
    throw new TLSAlert(bad_certificate_status_response, `leaf: the stapled OCSP response: ${reason}`);
  }

  beginLeaf(length: number): void {
    this.begin(length, G.LEAF);
  }

  pushLeaf(bytes: Uint8Array, offset: number, length: number): void {
    this.push(bytes, offset, length);
  }

  endLeaf(hash: Uint8Array, at: number): void {
    copyOctets(hash, at, this.bytes, NAME_SHA256, 32);
    this.readsLeaf = false;
  }

  protected beginResponse(length: number): void {
    if (length > MAX_RESPONSE) this.refuse(`it has ${length} octets, at most ${MAX_RESPONSE} are allowed`);
    this.begin(length, G.RESPONSE);
  }

  protected endResponse(): void {
    if (!this.complete()) this.malformed(`it breaks off after ${this.position} octets`);
    if (this.bytes[ANSWER_KIND] === 0) this.refuse("none of its certIDs is the leaf's");
  }

  /** signatureAlgorithm, as algorithms.ts numbers them. */
  protected get signatureId(): number {
    return this.bytes[SIGNATURE_ID]!;
  }

  protected override grammar(): Uint8Array {
    return G.GRAMMAR;
  }

  protected override fieldName(state: number): string {
    return G.FIELDS[state] ?? "";
  }

  protected override malformed(reason: string): never {
    if (this.readsLeaf) throw new TLSAlert(bad_certificate, `leaf: ${reason}`);
    this.refuse(reason);
  }

  protected override opened(state: number, length: number): number {
    const bytes = this.bytes;
    switch (state) {
      case G.LEAF_ISSUER:
        this.hash = sha1.create();
        this.hash.update(bytes, TOKEN, writeHeader(bytes, TOKEN, length));
        return 0;
      case G.EXTENSION_VALUE:
        return this.readsLeaf && this.fits ? G.FEATURES : 0;
      case G.TBS: {
        if (length > MAX_RESPONSE_DATA) this.refuse(`its tbsResponseData has ${length} octets, at most ${MAX_RESPONSE_DATA} are kept`);
        const header = writeHeader(bytes, TOKEN, length);
        this.signed = new Uint8Array(header + length);
        copyOctets(bytes, TOKEN, this.signed, 0, header);
        this.signedFrom = this.position;
        this.signedAt = header;
        return G.VERSION;
      }
      case G.BY_NAME:
        this.hash = this.config.sha256.create();
        return 0;
      case G.ALGORITHM:
        if (length > ALGORITHM_SIZE) this.refuse(`its signatureAlgorithm of ${length} octets is not supported`);
        this.keep = ALGORITHM;
        this.room = ALGORITHM_SIZE;
        return 0;
      case G.SIGNATURE: {
        const longest = signatureLimitOf(this.config.signatures, this.signatureId, this.limits.maxRsaBits);
        if (length - 1 > longest) this.refuse(`its signature has ${length - 1} octets, at most ${longest} fit its kind`);
        this.signature = new Uint8Array(length);
        return 0;
      }
      case G.CERTIFICATE:
        if (this.responder || this.isNamedIssuer()) return 0;
        this.candidate ??= new ResponderReader(this.config, this.limits);
        this.candidate.beginWith(bytes, TOKEN, writeHeader(bytes, TOKEN, length), length);
        return 0;
      default:
        return 0;
    }
  }

  protected override content(state: number, at: number, n: number, length: number): void {
    if (state === G.SIGNATURE) copyOctets(this.input, at, this.signature!, length - this.left, n);
    else if (state === G.CERTIFICATE) {
      if (this.candidate) this.candidate.push(this.input, at, n);
    } else this.hash!.update(this.input, at, n);
  }

  protected override value(state: number, length: number): void {
    const bytes = this.bytes;
    switch (state) {
      case G.LEAF_SERIAL:
        // A longer one was refused by the reader of certificates.
        bytes[SERIAL_LENGTH] = length;
        copyOctets(bytes, TOKEN, bytes, SERIAL, Math.min(length, SERIAL_SIZE));
        return;
      case G.LEAF_ISSUER:
        this.hash!.digest(bytes, NAME_SHA1);
        this.hash = null;
        return;
      case G.EXTENSION_ID:
        if (this.readsLeaf) this.fits = length === TLS_FEATURE.length && equalOctets(bytes, TOKEN, TLS_FEATURE, 0, length);
        return;
      case G.FEATURE:
        if (length === 1 && bytes[TOKEN] === STATUS_REQUEST) this.mustStaple = true;
        return;
      case G.RESPONSE_STATUS:
        if (length !== 1 || bytes[TOKEN] !== 0) this.refuse(`its responseStatus is ${statusName(length, bytes[TOKEN]!)}, not successful`);
        return;
      case G.RESPONSE_TYPE:
        if (length !== BASIC.length || !equalOctets(bytes, TOKEN, BASIC, 0, length))
          this.refuse("its responseType is not id-pkix-ocsp-basic");
        return;
      case G.TBS:
        this.keepSigned();
        this.signedFrom = -1;
        return;
      case G.VERSION_NUMBER:
        if (length !== 1 || bytes[TOKEN] !== 0) this.refuse("its version is not 1");
        return;
      case G.BY_NAME:
        this.hash!.digest(bytes, RESPONDER);
        this.hash = null;
        bytes[RESPONDER_KIND] = SHA256;
        return;
      case G.KEY_ID:
        if (length !== 20) this.malformed(`responderID byKey has ${length} octets, SHA-1 has 20`);
        copyOctets(bytes, TOKEN, bytes, RESPONDER, 20);
        bytes[RESPONDER_KIND] = SHA1;
        return;
      case G.PRODUCED_AT:
        this.producedAt = this.time(state, length);
        return;
      case G.CRITICAL:
        if (!this.readsLeaf && bytes[TOKEN] !== 0) this.refuse("it has a critical extension that is not supported");
        return;
      case G.ALGORITHM:
        this.deferred = state;
        this.algorithmLength = length;
        return;
      case G.SIGNATURE:
        if (this.signature![0] !== 0) this.malformed(`signature has ${this.signature![0]} unused bits`);
        return;
      case G.CERTIFICATE:
        if (this.candidate && !this.responder) this.deferred = state;
        return;
      default:
        this.answerValue(state, length);
    }
  }

  /** Fields of a SingleResponse. */
  private answerValue(state: number, length: number): void {
    const bytes = this.bytes;
    const kind = bytes[CERT_ID_KIND]!;
    switch (state) {
      case G.HASH_ALGORITHM:
        this.fits = false;
        bytes[CERT_ID_KIND] = hashKind(bytes, TOKEN, length);
        return;
      case G.NAME_HASH:
        this.fits =
          kind !== 0 && length === hashLength(kind) && equalOctets(bytes, TOKEN, bytes, kind === SHA1 ? NAME_SHA1 : NAME_SHA256, length);
        return;
      case G.KEY_HASH:
        this.fits &&= length === hashLength(kind);
        if (this.fits && bytes[ANSWER_KIND] === 0) copyOctets(bytes, TOKEN, bytes, KEY_HASH, length);
        return;
      case G.SERIAL:
        this.fits &&= length === bytes[SERIAL_LENGTH] && equalOctets(bytes, TOKEN, bytes, SERIAL, length);
        if (!this.fits) return;
        if (bytes[ANSWER_KIND] !== 0) this.refuse("it has two answers for the leaf");
        bytes[ANSWER_KIND] = kind;
        return;
      case G.GOOD:
      case G.UNKNOWN:
        if (length !== 0) this.malformed(`certStatus has ${length} octets`);
        if (this.fits) this.certStatus = state === G.GOOD ? GOOD : UNKNOWN;
        return;
      default: {
        const time = this.time(state, length);
        if (!this.fits) return;
        if (state === G.THIS_UPDATE) this.thisUpdate = time;
        else if (state === G.NEXT_UPDATE) {
          this.nextUpdate = time;
          if (time < this.thisUpdate) this.malformed("nextUpdate is before thisUpdate");
        } else {
          this.certStatus = REVOKED;
          this.revocationTime = time;
        }
      }
    }
  }

  /** 0: a piece is at its end. */
  override late(state: number): void {
    if (state === 0) {
      if (this.signedFrom >= 0) this.keepSigned();
      return;
    }
    if (state === G.ALGORITHM) {
      this.hashSigned();
      return;
    }
    const candidate = this.candidate!;
    candidate.endCertificate();
    const bytes = this.bytes;
    if (bytes[RESPONDER_KIND] === SHA256 ? candidate.hasName(bytes, RESPONDER) : candidate.hasKeyId(bytes, RESPONDER)) {
      this.responder = candidate;
      this.candidate = null;
    }
  }

  private keepSigned(): void {
    const signed = this.signed!;
    const n = this.position - this.signedFrom;
    // What is still to come of it ends at its end.
    copyOctets(this.input, this.base + this.signedFrom, signed, this.signedAt, n);
    this.signedAt += n;
    this.signedFrom = this.position;
  }

  /** The signature algorithm tells the hash: the digest takes the place of what was kept. */
  private hashSigned(): void {
    const bytes = this.bytes;
    const { signatures } = this.config;
    const id = signatureId(bytes, ALGORITHM, this.algorithmLength);
    const algorithm = findAlgorithm(signatures, id, 0);
    if (!algorithm) this.refuse(`its signature algorithm ${algorithmText(bytes, ALGORITHM, this.algorithmLength)} is not supported`);
    bytes[SIGNATURE_ID] = id;
    if (algorithm.keyType === KEY_ED25519) return;
    const signed = this.signed!;
    const hash = algorithm.hash.create();
    hash.update(signed, 0, signed.length);
    const digest = new Uint8Array(digestLengthOf(id));
    hash.digest(digest, 0);
    this.signed = digest;
  }

  /** Whether the responder has the name of the leaf's issuer: then it needs no certificate of its own. */
  protected isNamedIssuer(): boolean {
    const bytes = this.bytes;
    return bytes[RESPONDER_KIND] === SHA256 && equalOctets(bytes, RESPONDER, bytes, NAME_SHA256, 32);
  }

  private time(state: number, length: number): number {
    const time = length === 15 ? parseTime(this.bytes, TOKEN, length) : Number.NaN;
    if (Number.isNaN(time)) this.malformed(`${this.fieldName(state)} is not a valid time`);
    return time;
  }
}

/** id-pe-tlsfeature 1.3.6.1.5.5.7.1.24, id-pkix-ocsp-basic 1.3.6.1.5.5.7.48.1.1. */
const TLS_FEATURE = Uint8Array.of(0x2b, 6, 1, 5, 5, 7, 1, 24);
const BASIC = Uint8Array.of(0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1);
/** 1.3.14.3.2.26 and 2.16.840.1.101.3.4.2.1, which a NULL may follow. */
const ID_SHA1 = Uint8Array.of(6, 5, 0x2b, 14, 3, 2, 26, 5, 0);
const ID_SHA256 = Uint8Array.of(6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0);

function hashKind(bytes: Uint8Array, at: number, length: number): number {
  if ((length === 7 || length === 9) && equalOctets(bytes, at, ID_SHA1, 0, length)) return SHA1;
  return (length === 11 || length === 13) && equalOctets(bytes, at, ID_SHA256, 0, length) ? SHA256 : 0;
}

export function hashLength(kind: number): number {
  return kind === SHA1 ? 20 : 32;
}

/** OCSPResponseStatus (RFC 6960 §4.2.1). */
function statusName(length: number, status: number): string {
  if (length === 1)
    switch (status) {
      case 1:
        return "malformedRequest";
      case 2:
        return "internalError";
      case 3:
        return "tryLater";
      case 5:
        return "sigRequired";
      case 6:
        return "unauthorized";
      default:
    }
  return `${status}`;
}
