/**
 * Where the reader keeps what a path needs of the certificates: three kinds of blocks in one scratch array. Blocks begin at the size that P-256 needs
 * and grow when a longer key or signature comes, so that a chain of short ones never pays for the long ones that might have come.
 *
 *   certificate   hash of the issuer's name (32), signature algorithm (1), length of the signature (2), hash of the authority key identifier (4),
 *                 digest of the TBSCertificate, unused bits (1), signature
 *   key           type (1), length (2), unused bits (1), the key
 *
 * One certificate is read ("current") while the one at the top of the path ("tip") waits for its issuer. Keys are kept of the certificate that is
 * read and of the leaf.
 */
import { bad_certificate } from "../alert.js";
import { KEY_ED25519 } from "../crypto/provider.js";
import {
  digestLengthOf,
  isRsa,
  keyLengthOf,
  keyLimitOf,
  keyName,
  keyOffered,
  keyTypeOf,
  rsaBits,
  SHORTEST_RSA,
  signatureLimitOf,
} from "./algorithms.js";
import { NAME_ROOM } from "./alt-names.js";
import { NOT_AFTER_GENERAL, NOT_BEFORE_GENERAL } from "./certificate-grammar.js";
import type { ChainLimits, ReaderConfig } from "./chain-config.js";
import { TOKEN, TOKEN_SIZE } from "./der-reader.js";
import { EXTENSION_SCRATCH, ExtensionReader } from "./extensions.js";
import type { ServerName } from "./name.js";
import { algorithmText, printable } from "./printable.js";
import { parseTime } from "./time.js";

export const NAME_SIZE = 32;
export const ALGORITHM = NAME_SIZE;
export const SIGNATURE_LENGTH = ALGORITHM + 1;
export const AUTHORITY = SIGNATURE_LENGTH + 2;
export const DIGEST = AUTHORITY + 4;

export const KEY_LENGTH = 1;
export const UNUSED_BITS = 3;
export const KEY_HEADER = 4;

/** Hash of the subject's name of the certificate that is read. */
export const SUBJECT_HASH = EXTENSION_SCRATCH;
/** Octets of the Certificate before its TBSCertificate. */
export const TBS_START = SUBJECT_HASH + NAME_SIZE;
/** Octets for whoever builds the path; then some that are no part of it. */
export const PATH = TBS_START + 1;
export const PATH_SIZE = 135;
export const COUNTERS = PATH + PATH_SIZE;
const COUNTERS_SIZE = 11;
export const CURRENT = COUNTERS + COUNTERS_SIZE;

/** A digest of SHA-256, and a signature on P-256; also enough for the start of a TBSCertificate with its algorithm. */
const FIRST_BODY = 32 + 1 + 72;
const FIRST_KEY = 65;

export abstract class KeepingReader extends ExtensionReader {
  protected readonly config: ReaderConfig;
  readonly limits: ChainLimits;
  private bodySize: number;
  private keySize: number;

  protected constructor(config: ReaderConfig, limits: ChainLimits, name: ServerName | null, wanted: number) {
    const size = CURRENT + 2 * (DIGEST + FIRST_BODY) + 2 * (KEY_HEADER + FIRST_KEY) + wanted;
    super(new Uint8Array(size + Math.min(NAME_ROOM, limits.maxNameLength)), size, name);
    this.config = config;
    this.limits = limits;
    this.bodySize = FIRST_BODY;
    this.keySize = FIRST_KEY;
  }

  // What was kept, as offsets into scratch(). They hold until the next push().
  scratch(): Uint8Array {
    return this.bytes;
  }
  tipAt(): number {
    return CURRENT + DIGEST + this.bodySize;
  }
  blockSize(): number {
    return DIGEST + this.bodySize;
  }
  algorithmOf(certificate: number): number {
    return this.bytes[certificate + ALGORITHM]!;
  }
  signatureOf(certificate: number): number {
    return certificate + DIGEST + digestLengthOf(this.algorithmOf(certificate)) + 1;
  }
  signatureLengthOf(certificate: number): number {
    return (this.bytes[certificate + SIGNATURE_LENGTH]! << 8) | this.bytes[certificate + SIGNATURE_LENGTH + 1]!;
  }
  /** Octets of a kept certificate. */
  usedBy(certificate: number): number {
    return this.signatureOf(certificate) - certificate + this.signatureLengthOf(certificate);
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

  protected override nameLimit(): number {
    return this.limits.maxNameLength;
  }
  protected override constraintLimit(): number {
    return this.limits.maxConstraintLength;
  }

  protected keyBlock(index: number): number {
    const issuer = CURRENT + 2 * this.blockSize();
    return index === 0 ? issuer + KEY_HEADER + this.keySize : issuer;
  }

  /** Makes room for a digest with its signature, and for a key. */
  protected reserve(body: number, key: number): void {
    if (body > this.bodySize || key > this.keySize) this.resize(Math.max(body, this.bodySize), Math.max(key, this.keySize));
  }

  protected takeTime(state: number, length: number): number {
    const time = parseTime(this.bytes, TOKEN, length);
    const general = state === NOT_BEFORE_GENERAL || state === NOT_AFTER_GENERAL;
    if (Number.isNaN(time) || (length === 15) !== general) {
      this.malformed(`${this.fieldName(state)} "${printable(this.bytes, TOKEN, Math.min(length, TOKEN_SIZE))}" is not a valid time`);
    }
    return time;
  }

  protected takeKeyType(length: number): void {
    const block = this.keyBlock(this.index);
    const keyType = length > TOKEN_SIZE ? 0 : keyTypeOf(this.bytes, TOKEN, length);
    const offered = keyOffered(this.config.signatures, keyType);
    this.bytes[block] = offered ? keyType : 0;
    if (!offered) this.unsupported(`key type ${algorithmText(this.bytes, TOKEN, Math.min(length, TOKEN_SIZE))} is not supported`);
  }

  /** The BIT STRING with the key begins. */
  protected openKey(length: number): void {
    let block = this.keyBlock(this.index);
    const keyType = this.bytes[block]!;
    if (keyType === 0) return;
    const { maxRsaBits } = this.limits;
    if (isRsa(keyType)) {
      if (length - 1 > keyLimitOf(keyType, maxRsaBits)) {
        this.bytes[block] = 0;
        this.unsupported(`its ${keyName(keyType)} key has ${length - 1} octets, RSA keys of at most ${maxRsaBits} bits are accepted`);
        return;
      }
    } else if (length - 1 !== keyLengthOf(keyType)) {
      const form = keyType === KEY_ED25519 ? "a key of" : "an uncompressed point on";
      this.malformed(`subjectPublicKey has ${length - 1} octets, ${form} ${keyName(keyType)} has ${keyLengthOf(keyType)}`);
    }
    this.reserve(0, length - 1);
    block = this.keyBlock(this.index);
    this.bytes[block + KEY_LENGTH] = (length - 1) >> 8;
    this.bytes[block + KEY_LENGTH + 1] = (length - 1) & 0xff;
    this.keep = block + UNUSED_BITS;
    this.room = length;
  }

  /** The key is complete. */
  protected checkKey(): void {
    const keyType = this.keyType(this.index);
    const at = this.keyAt(this.index);
    if (keyType === 0 || keyType === KEY_ED25519) return;
    if (!isRsa(keyType)) {
      if (this.bytes[at] !== 4) this.malformed("subjectPublicKey is not an uncompressed point");
      return;
    }
    const bits = rsaBits(this.bytes, at, this.keyLength(this.index));
    if (bits === 0) this.malformed("subjectPublicKey is no RSAPublicKey");
    const { maxRsaBits } = this.limits;
    if (bits >= SHORTEST_RSA && bits <= maxRsaBits) return;
    this.unsupported(`its RSA key has ${bits} bits, ${SHORTEST_RSA} to ${maxRsaBits} are accepted`);
  }

  /** The BIT STRING with the signature begins. */
  protected openSignature(length: number): void {
    const id = this.algorithmOf(CURRENT);
    const longest = signatureLimitOf(this.config.signatures, id, this.limits.maxRsaBits);
    if (length - 1 > longest) {
      this.bytes[CURRENT + ALGORITHM] = 0;
      this.refuseForm(`signatureValue has ${length - 1} octets, at most ${longest} fit its kind`);
      return;
    }
    this.reserve(digestLengthOf(id) + length, 0);
    this.keep = this.signatureOf(CURRENT) - 1;
    this.room = length;
  }

  /** What is wrong with a certificate that may be right somewhere else, as with old roots that are sent in vain. */
  protected refuseForm(reason: string): void {
    this.refuse(bad_certificate, reason);
  }

  /** A BIT STRING that was kept has to be whole octets. */
  protected checkWhole(state: number): void {
    if (this.bytes[this.keep] !== 0) this.malformed(`${this.fieldName(state)} has ${this.bytes[this.keep]} unused bits`);
  }

  private resize(bodySize: number, keySize: number): void {
    const block = DIGEST + this.bodySize;
    const key = KEY_HEADER + this.keySize;
    const keys = CURRENT + 2 * block;
    const largerBlock = DIGEST + bodySize;
    const largerKey = KEY_HEADER + keySize;
    const largerKeys = CURRENT + 2 * largerBlock;
    const rest = keys + 2 * key;
    const largerRest = largerKeys + 2 * largerKey;
    const bytes = new Uint8Array(this.bytes.length + largerRest - rest);
    bytes.set(this.bytes);
    // From the last to the first: each goes up.
    bytes.copyWithin(largerRest, rest, this.bytes.length);
    bytes.copyWithin(largerKeys + largerKey, keys + key, rest);
    bytes.copyWithin(largerKeys, keys, keys + key);
    bytes.copyWithin(CURRENT + largerBlock, CURRENT + block, keys);
    this.bytes = bytes;
    this.namesAt += largerRest - rest;
    this.bodySize = bodySize;
    this.keySize = keySize;
  }

  protected copyKept(from: KeepingReader): void {
    this.reserve(from.bodySize, from.keySize);
    from.reserve(this.bodySize, this.keySize);
    if (this.bytes.length !== from.bytes.length) this.bytes = new Uint8Array(from.bytes.length);
    this.copyExtensions(from);
  }
}
