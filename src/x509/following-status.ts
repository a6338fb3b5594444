/**
 * The status of a leaf that follows the list in a message of its own (CertificateStatus of TLS 1.2, RFC 6066 §8). By then the path is judged and its keys are
 * gone: so the one of the leaf's issuer, which the check needs, is kept when the path decides on it. Until the list ends this stands between its verifier
 * and the reader of the config's check; then it reads what follows.
 */
import { DONE, PENDING } from "../crypto/provider.js";
import type { ChainConfig, ChainLimits } from "./chain-config.js";
import type { StatusReader, StatusSource } from "./status.js";

/** Of one list. */
export class FollowingStatus implements StatusSource, StatusReader {
  private readonly source: StatusSource;
  private reader: StatusReader | null;
  /** Of the leaf's issuer, and when the path was judged. null: the leaf is pinned, and nobody's key can check its status. */
  private key: Uint8Array | null;
  private keyType: number;
  private now: number;
  private isSet: boolean;

  constructor(source: StatusSource) {
    this.source = source;
    this.reader = null;
    this.key = null;
    this.keyType = 0;
    this.now = 0;
    this.isSet = false;
  }

  create(config: ChainConfig, limits: ChainLimits): StatusReader {
    this.reader = this.source.create(config, limits);
    return this;
  }

  beginLeaf(length: number): void {
    this.of().beginLeaf(length);
  }

  pushLeaf(bytes: Uint8Array, offset: number, length: number): void {
    this.of().pushLeaf(bytes, offset, length);
  }

  endLeaf(hash: Uint8Array, at: number): void {
    this.of().endLeaf(hash, at);
  }

  /** Whether one is stapled is not known yet; that its issuer's key is wanted is. */
  get stapled(): boolean {
    return true;
  }

  check(keyType: number, key: Uint8Array, keyAt: number, keyLength: number, now: number, isSet: boolean): void {
    this.key = key.slice(keyAt, keyAt + keyLength);
    this.keyType = keyType;
    this.now = now;
    this.isSet = isSet;
  }

  step(): number {
    return DONE;
  }

  /** Nothing stands in the list itself. */
  endEntry(): void {}

  endPath(): void {}

  beginStatus(_entry: number, length: number): void {
    this.of().beginStatus(0, length);
  }

  pushStatus(bytes: Uint8Array, offset: number, length: number): void {
    this.of().pushStatus(bytes, offset, length);
  }

  /** The message is complete: begins its check. DONE: there is none to make, for want of a key. */
  begin(): number {
    const { key } = this;
    if (key === null) {
      this.of().endPath(true);
      return DONE;
    }
    this.of().check(this.keyType, key, 0, key.length, this.now, this.isSet);
    this.key = null;
    return PENDING;
  }

  /** Goes on with the check; budget as in Verifier. */
  goOn(budget: number): number {
    const result = this.of().step(budget);
    if (result === DONE) this.of().endPath(false);
    return result;
  }

  /** No message came. Throws where one is needed. */
  endWithout(): void {
    this.of().endEntry();
  }

  private of(): StatusReader {
    return this.reader as StatusReader;
  }
}
