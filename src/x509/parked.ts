/**
 * What a list that is not simply in order needs besides the tip of the path: certificates that wait for their place, and ends of paths that were left
 * for another. A list in order, without more than its path, makes none of them.
 */
import type { TLSAlert } from "../alert.js";
import type { CertificateReader } from "./certificate.js";
import { SUBJECT_KEY_HASH } from "./extensions.js";
import type { Held } from "./held.js";
import { AUTHORITY, CURRENT, KEY_HEADER, NAME_SIZE, PATH, PATH_SIZE, SUBJECT_HASH } from "./kept.js";
import type { ConstraintCheck } from "./name-constraints.js";
import { copyOctets, equalOctets } from "./octets.js";

export const OWNER_SIZE = 20;

/** Layout of a parked certificate: hash of the subject, owner, hash of the subject key identifier, key block, certificate block, names. */
const OWNER = NAME_SIZE;
const SUBJECT_KEY = OWNER + OWNER_SIZE;
const KEY = SUBJECT_KEY + 4;

export class Parked {
  readonly index: number;
  readonly flags: number;
  readonly pathLength: number;
  problem: TLSAlert | null;
  readonly constraints: Uint8Array | null;
  readonly message: Uint8Array | null;
  pinned: boolean;
  readonly bytes: Uint8Array;
  readonly keyLength: number;
  readonly blockAt: number;
  readonly namesAt: number;
  /** Bit n: it was tried as the issuer of certificate n. */
  tried: number;
  /** It was in a path already. */
  used: boolean;

  /** The certificate that the reader has just read; its owner stands at scratch[ownerAt], its names from `nameMark` on. */
  constructor(reader: CertificateReader, problem: TLSAlert | null, pinned: boolean, ownerAt: number, nameMark: number) {
    const { index } = reader;
    const scratch = reader.scratch();
    const usable = problem === null;
    this.index = index;
    this.flags = reader.flags;
    this.pathLength = reader.pathLength;
    this.problem = problem;
    this.constraints = usable ? reader.constraints : null;
    this.message = usable ? reader.message : null;
    this.pinned = pinned;
    this.keyLength = usable ? reader.keyLength(index) : 0;
    this.blockAt = KEY + KEY_HEADER + this.keyLength;
    this.namesAt = usable ? this.blockAt + reader.usedBy(CURRENT) : this.blockAt;
    const names = usable ? reader.namesLength - nameMark : 0;
    const bytes = new Uint8Array(usable ? this.namesAt + names : NAME_SIZE);
    copyOctets(scratch, SUBJECT_HASH, bytes, 0, NAME_SIZE);
    if (usable) {
      copyOctets(scratch, ownerAt, bytes, OWNER, OWNER_SIZE);
      copyOctets(scratch, SUBJECT_KEY_HASH, bytes, SUBJECT_KEY, 4);
      copyOctets(scratch, reader.keyAt(index) - KEY_HEADER, bytes, KEY, KEY_HEADER + this.keyLength);
      copyOctets(scratch, CURRENT, bytes, this.blockAt, this.namesAt - this.blockAt);
      copyOctets(scratch, reader.namesAt + nameMark, bytes, this.namesAt, names);
    }
    this.bytes = bytes;
    this.tried = 0;
    this.used = false;
  }

  get keyType(): number {
    return this.bytes[KEY]!;
  }
  get keyAt(): number {
    return KEY + KEY_HEADER;
  }

  size(): number {
    return this.bytes.length + (this.constraints?.length ?? 0) + (this.message?.length ?? 0);
  }

  /** Whether its subject is the name whose hash stands at bytes[at]. */
  hasName(bytes: Uint8Array, at: number): boolean {
    return equalOctets(this.bytes, 0, bytes, at, NAME_SIZE);
  }

  hasOwner(bytes: Uint8Array, at: number): boolean {
    return this.problem === null && equalOctets(this.bytes, OWNER, bytes, at, OWNER_SIZE);
  }

  /** Whether the block at bytes[at] names another key identifier than this certificate has. Only a hint: the signature decides. */
  contradicts(bytes: Uint8Array, at: number): boolean {
    const mine = this.bytes;
    return isSet(mine, SUBJECT_KEY) && isSet(bytes, at + AUTHORITY) && !equalOctets(mine, SUBJECT_KEY, bytes, at + AUTHORITY, 4);
  }

  writeOwner(to: Uint8Array, at: number): void {
    copyOctets(this.bytes, OWNER, to, at, OWNER_SIZE);
  }

  writeBlock(to: Uint8Array, at: number): void {
    copyOctets(this.bytes, this.blockAt, to, at, this.namesAt - this.blockAt);
  }

  names(): Uint8Array {
    return this.bytes.slice(this.namesAt);
  }
}

function isSet(bytes: Uint8Array, at: number): boolean {
  return (bytes[at]! | bytes[at + 1]! | bytes[at + 2]! | bytes[at + 3]!) !== 0;
}

/** The top of a path that was left, with all that is needed to go on from there. */
export class OpenEnd {
  readonly index: number;
  readonly message: Uint8Array | null;
  private readonly block: Uint8Array;
  readonly path: Uint8Array;
  private readonly names: Uint8Array;

  constructor(reader: CertificateReader, index: number, message: Uint8Array | null) {
    const scratch = reader.scratch();
    const tip = reader.tipAt();
    this.index = index;
    this.message = message;
    this.block = scratch.slice(tip, tip + reader.usedBy(tip));
    this.path = scratch.slice(PATH, PATH + PATH_SIZE);
    this.names = scratch.slice(reader.namesAt, reader.namesAt + reader.namesLength);
  }

  size(): number {
    return this.block.length + this.path.length + this.names.length + (this.message?.length ?? 0);
  }

  /** Whether its issuer is the parked certificate, by name. */
  wants(parked: Parked): boolean {
    return parked.hasName(this.block, 0);
  }

  restore(reader: CertificateReader): void {
    reader.namesLength = 0;
    reader.appendNames(this.names);
    const scratch = reader.scratch();
    copyOctets(this.block, 0, scratch, reader.tipAt(), this.block.length);
    copyOctets(this.path, 0, scratch, PATH, PATH_SIZE);
  }
}

/** All that is not needed for a list in order. */
export class Detour {
  readonly parked: Parked[];
  readonly ends: OpenEnd[];
  /** Whose key verifies the tip; null: that of the certificate that was read last. */
  candidate: Parked | null;
  /** Certificates that are not judged yet, in the order of the list; null: none. */
  held: Held[] | null;
  check: ConstraintCheck | null;

  constructor() {
    this.parked = [];
    this.ends = [];
    this.candidate = null;
    this.held = null;
    this.check = null;
  }

  size(): number {
    let size = 0;
    for (let i = 0; i < this.parked.length; i++) size += this.parked[i]!.size();
    for (let i = 0; i < this.ends.length; i++) size += this.ends[i]!.size();
    return size;
  }
}
