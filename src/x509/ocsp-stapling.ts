/**
 * OCSP stapling (RFC 6066 §8, RFC 9846 §4.5.1.1, RFC 6960): the client asks for a status, and what the server staples to its leaf is checked. An answer that
 * is there has to be right and good, whatever the policy. None is fine, unless it is required here, or by the leaf itself (RFC 7633). Statuses of other
 * certificates of the list are not looked at.
 *
 * Alerts: certificate_revoked where a responder says so; bad_certificate_status_response for all else.
 */
import {
  bad_certificate_status_response,
  certificate_revoked,
  decode_error,
  illegal_parameter,
  internal_error,
  TLSAlert,
} from "../alert.js";
import { DONE, type Hash, PENDING, type SignatureAlgorithm, type Verifier } from "../crypto/provider.js";
import { sha1 } from "../crypto/xs/sha1.js";
import { findAlgorithm, keyName } from "./algorithms.js";
import type { ChainConfig, ChainLimits } from "./chain-config.js";
import {
  ANSWER_KIND,
  GOOD,
  hashLength,
  KEY_HASH,
  NAME_SHA256,
  OcspReader,
  RESPONDER,
  RESPONDER_KIND,
  REVOKED,
  SHA1,
} from "./ocsp-reader.js";
import { RESPONDER_INDEX, type ResponderReader } from "./ocsp-responder.js";
import { equalOctets } from "./octets.js";
import type { StatusCheck, StatusReader } from "./status.js";
import { timeText } from "./time.js";

/** What a good answer said; times in seconds since 1970. */
export interface OcspAnswer {
  readonly producedAt: number;
  readonly thisUpdate: number;
  /** -1: it does not say. */
  readonly nextUpdate: number;
  /** A responder of its own signed it, not the issuer. */
  readonly delegated: boolean;
}

export interface OcspOptions {
  /** Whether a server that staples nothing is refused. Default false. */
  readonly required?: boolean;
  /** Seconds that clocks may differ. Default 300. */
  readonly skew?: number;
  /** Seconds for which an answer without nextUpdate holds. Default 86,400. */
  readonly maxAge?: number;
  /** Told what a good answer said; not called where none was stapled. */
  readonly onGood?: (answer: OcspAnswer) => void;
}

/** For `checks.status` of a client's config. One value serves many connections. */
export function ocspStapling(options: OcspOptions = {}): StatusCheck {
  return new OcspStapling(options);
}

/** status_type ocsp; no ResponderIDs, no extensions. */
const REQUEST = Uint8Array.of(1, 0, 0, 0, 0);

class OcspStapling implements StatusCheck {
  private readonly options: OcspOptions;

  constructor(options: OcspOptions) {
    const { skew = 0, maxAge = 0 } = options;
    if (!(skew >= 0 && maxAge >= 0)) throw new RangeError(`skew is ${skew} and maxAge is ${maxAge}; both are seconds, at least 0`);
    this.options = options;
  }

  get policy(): number {
    const { required, skew = 0, maxAge = 0 } = this.options;
    return (required === true ? 1 : 0) + 2 * skew + 8192 * maxAge;
  }

  get request(): Uint8Array {
    return REQUEST;
  }

  create(config: ChainConfig, limits: ChainLimits): StatusReader {
    return new OcspStatus(this.options, config, limits);
  }
}

/** Where it is. */
const NOTHING = 0;
/** An answer is there, not checked yet. */
const STAPLED = 1;
const CHECK_RESPONDER = 2;
const CHECK_ANSWER = 3;
const CHECKED = 4;

const STATUS_HEADER = 4;
const OCSP = 1;

class OcspStatus extends OcspReader implements StatusReader {
  private readonly options: OcspOptions;
  private stage: number;
  private verifier: Verifier | null;
  /** What the responder's key is verified with once its certificate is. */
  private algorithm: SignatureAlgorithm | null;
  /** CertificateStatus: the entry in which the last one stood, its length, octets of its header still to come, what they said. */
  private entry: number;
  private statusLength: number;
  private headerLeft: number;
  private typeAndLength: number;

  constructor(options: OcspOptions, config: ChainConfig, limits: ChainLimits) {
    super(config, limits);
    this.options = options;
    this.stage = NOTHING;
    this.verifier = null;
    this.algorithm = null;
    this.entry = -1;
    this.statusLength = 0;
    this.headerLeft = 0;
    this.typeAndLength = 0;
  }

  beginStatus(entry: number, length: number): void {
    if (entry === this.entry) throw new TLSAlert(illegal_parameter, `Certificate, entry ${entry}: extension status_request stands twice`);
    if (length <= STATUS_HEADER) throw new TLSAlert(decode_error, `Certificate, entry ${entry}: a CertificateStatus of ${length} bytes`);
    this.entry = entry;
    this.statusLength = length - STATUS_HEADER;
    this.headerLeft = STATUS_HEADER;
    this.typeAndLength = 0;
  }

  pushStatus(bytes: Uint8Array, offset: number, length: number): void {
    let at = offset;
    const end = offset + length;
    for (; at < end && this.headerLeft > 0; at++) {
      this.typeAndLength = (this.typeAndLength << 8) | bytes[at]!;
      if (--this.headerLeft === 0) this.headerRead();
    }
    if (this.entry > 0 || at === end) return;
    this.push(bytes, at, end - at);
    this.statusLength -= end - at;
    if (this.statusLength > 0) return;
    this.endResponse();
    this.stage = STAPLED;
  }

  private headerRead(): void {
    const { entry, typeAndLength: header } = this;
    if (header >>> 24 !== OCSP)
      throw new TLSAlert(illegal_parameter, `Certificate, entry ${entry}: status_type ${header >>> 24}, asked for was ocsp`);
    const length = header & 0xffffff;
    if (length !== this.statusLength)
      throw new TLSAlert(decode_error, `Certificate, entry ${entry}: an OCSPResponse of ${length} bytes in a room of ${this.statusLength}`);
    if (entry === 0) this.beginResponse(length);
  }

  endEntry(): void {
    if (!this.stapled) this.refuseNone("none is stapled");
  }

  get stapled(): boolean {
    return this.stage !== NOTHING;
  }

  endPath(leafIsPinned: boolean): void {
    if (this.stage === NOTHING || this.stage === CHECKED) return;
    if (this.stage !== STAPLED || !leafIsPinned)
      throw new TLSAlert(internal_error, "leaf: the check of its status was not finished", "internal");
    this.refuseNone("what is stapled can't be checked, because the path ends at the leaf: it is pinned");
  }

  private refuseNone(what: string): void {
    if (this.options.required) throw new TLSAlert(bad_certificate_status_response, `leaf: an OCSP response is required, and ${what}`);
    if (this.mustStaple)
      throw new TLSAlert(bad_certificate_status_response, `leaf: its TLS feature extension asks for a stapled OCSP response, and ${what}`);
  }

  check(keyType: number, key: Uint8Array, keyAt: number, keyLength: number, now: number, isSet: boolean): void {
    const bytes = this.bytes;
    const kind = bytes[ANSWER_KIND]!;
    const id = new Uint8Array(32);
    digestOf(kind === SHA1 ? sha1.create() : this.config.sha256.create(), key, keyAt, keyLength, id);
    if (!equalOctets(id, 0, bytes, KEY_HASH, hashLength(kind))) this.refuse("its certID has another issuerKeyHash than the leaf's issuer");
    this.judgeTimes(now, isSet);
    if (kind !== SHA1 && bytes[RESPONDER_KIND] === SHA1) digestOf(sha1.create(), key, keyAt, keyLength, id);
    const byIssuer = bytes[RESPONDER_KIND] === SHA1 ? equalOctets(id, 0, bytes, RESPONDER, 20) : this.isNamedIssuer();
    if (byIssuer) {
      this.responder = null;
      this.algorithm = this.algorithmFor(keyType, "the leaf's issuer");
      this.beginAnswer(key, keyAt, keyLength);
      return;
    }
    const { responder } = this;
    if (!responder) this.refuse("its responderID is neither the leaf's issuer nor in one of its certs");
    responder.judge(bytes, NAME_SHA256, now, isSet);
    this.algorithm = this.algorithmFor(responder.keyType(RESPONDER_INDEX), "its responder");
    this.verifier = responder.beginOwn(keyType, key, keyAt, keyLength);
    this.stage = CHECK_RESPONDER;
  }

  private algorithmFor(keyType: number, whose: string): SignatureAlgorithm {
    const algorithm = findAlgorithm(this.config.signatures, this.signatureId, keyType);
    if (!algorithm) this.refuse(`the ${keyName(keyType)} key of ${whose} can't have made its signature`);
    return algorithm;
  }

  private beginAnswer(key: Uint8Array, keyAt: number, keyLength: number): void {
    const signed = this.signed!;
    const signature = this.signature!;
    this.verifier = this.algorithm!.createVerifier();
    this.verifier.begin(key, keyAt, keyLength, signed, 0, signed.length, signature, 1, signature.length - 1);
    this.stage = CHECK_ANSWER;
  }

  step(budget: number): number {
    const verifier = this.verifier!;
    const result = verifier.step(budget);
    if (result !== DONE) return result;
    const valid = verifier.valid();
    this.verifier = null;
    const { responder } = this;
    if (this.stage === CHECK_RESPONDER) {
      const own = responder as ResponderReader;
      if (!valid) throw own.ownProblem();
      this.beginAnswer(own.scratch(), own.keyAt(RESPONDER_INDEX), own.keyLength(RESPONDER_INDEX));
      return PENDING;
    }
    if (!valid) this.refuse(`its signature does not verify with the key of ${responder ? "its responder" : "the leaf's issuer"}`);
    this.judgeStatus();
    this.stage = CHECKED;
    this.responder = null;
    this.signed = null;
    this.signature = null;
    const { onGood } = this.options;
    const { producedAt, thisUpdate, nextUpdate } = this;
    if (onGood) onGood({ producedAt, thisUpdate, nextUpdate, delegated: responder !== null });
    return DONE;
  }

  private judgeStatus(): void {
    if (this.certStatus === GOOD) return;
    if (this.certStatus !== REVOKED) this.refuse("it says that the leaf's status is unknown");
    throw new TLSAlert(certificate_revoked, `leaf: it was revoked at ${timeText(this.revocationTime)}, says the stapled OCSP response`);
  }

  /** RFC 6960 §4.2.2.1. `isSet`: `now` is the time; else it is only not earlier than that. */
  private judgeTimes(now: number, isSet: boolean): void {
    const { skew = 300, maxAge = 86400 } = this.options;
    const { thisUpdate, nextUpdate } = this;
    const says = isSet ? "the clock says" : "the clock is not set, the time is at least";
    if (isSet && now + skew < thisUpdate) this.refuse(`it is not valid before ${timeText(thisUpdate)}; ${says} ${timeText(now)}`);
    if (nextUpdate >= 0) {
      if (now - skew > nextUpdate) this.refuse(`it expired at ${timeText(nextUpdate)}; ${says} ${timeText(now)}`);
    } else if (now - skew > thisUpdate + maxAge)
      this.refuse(`it is of ${timeText(thisUpdate)} and has no nextUpdate, so it holds ${maxAge} seconds; ${says} ${timeText(now)}`);
  }
}

function digestOf(hash: Hash, bytes: Uint8Array, at: number, length: number, out: Uint8Array): void {
  hash.update(bytes, at, length);
  hash.digest(out, 0);
}
