/**
 * Trust anchors in one array of bytes, made at build time (`thimble roots`), so that they lie in flash and cost no memory: of each root only the hash
 * of its name, its key, and nameConstraints if it has them.
 *
 *   "TRA1", number of anchors (2); for each: name hash (32), length of the key (2), length of the constraints (2), SubjectPublicKeyInfo, constraints
 *
 * and in a resource, which a device meets only when it runs, their fingerprint (32), so that it need not hash them all.
 */
import type { TrustAnchor, TrustStore } from "./trust.js";
import { ANCHORS, fingerprintOf } from "./trust-fingerprint.js";

const MAGIC = 0x54524131;
const HEADER = 6;
const ENTRY = 36;
const FINGERPRINT = 32;

export class PackedAnchors implements TrustStore {
  readonly size: number;
  readonly fingerprint: Uint8Array;
  private readonly bytes: Uint8Array;

  /** Throws a RangeError where the bytes are no packed anchors. */
  constructor(bytes: Uint8Array) {
    const magic = (bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!;
    const size = bytes.length < HEADER || magic !== MAGIC ? -1 : u16(bytes, 4);
    let at = HEADER;
    for (let i = 0; i < size && at <= bytes.length; i++) at = after(bytes, at);
    const sealed = bytes.length - at === FINGERPRINT;
    if (size <= 0 || (at !== bytes.length && !sealed)) throw new RangeError("these are no packed trust anchors, or they are damaged");
    this.size = size;
    this.bytes = bytes;
    this.fingerprint = sealed ? bytes.subarray(at) : fingerprintOf(ANCHORS, [bytes]);
  }

  /** Makes an object for the anchor that it finds: at most once a certificate. */
  find(hash: Uint8Array, offset: number, nth: number): TrustAnchor | null {
    const { bytes, size } = this;
    let left = nth;
    for (let i = 0, at = HEADER; i < size; i++, at = after(bytes, at)) {
      let same = 0;
      while (same < 32 && bytes[at + same] === hash[offset + same]) same++;
      if (same < 32 || left-- > 0) continue;
      const key = at + ENTRY;
      const constraints = key + u16(bytes, at + 32);
      const end = constraints + u16(bytes, at + 34);
      return {
        nameHash: bytes.slice(at, at + 32),
        publicKeyInfo: bytes.slice(key, constraints),
        nameConstraints: constraints < end ? bytes.slice(constraints, end) : null,
      };
    }
    return null;
  }
}

/** Octets that an anchor takes in the pack. */
export function packedSize(anchor: TrustAnchor): number {
  return ENTRY + anchor.publicKeyInfo.length + (anchor.nameConstraints?.length ?? 0);
}

/** Packs anchors, at least one. */
export function packAnchors(anchors: readonly TrustAnchor[]): Uint8Array {
  if (anchors.length === 0 || anchors.length > 0xffff) throw new RangeError(`${anchors.length} anchors can't be packed`);
  let size = HEADER;
  for (let i = 0; i < anchors.length; i++) size += packedSize(anchors[i]!);
  const bytes = new Uint8Array(size);
  for (let i = 0; i < 4; i++) bytes[i] = (MAGIC >> (24 - 8 * i)) & 0xff;
  writeU16(bytes, 4, anchors.length);
  let at = HEADER;
  for (let i = 0; i < anchors.length; i++) {
    const { nameHash, publicKeyInfo, nameConstraints } = anchors[i]!;
    bytes.set(nameHash, at);
    writeU16(bytes, at + 32, publicKeyInfo.length);
    writeU16(bytes, at + 34, nameConstraints?.length ?? 0);
    bytes.set(publicKeyInfo, at + ENTRY);
    if (nameConstraints) bytes.set(nameConstraints, at + ENTRY + publicKeyInfo.length);
    at = after(bytes, at);
  }
  return bytes;
}

/** A pack with its fingerprint behind it, for a resource. */
export function withFingerprint(packed: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(packed.length + FINGERPRINT);
  bytes.set(packed);
  bytes.set(fingerprintOf(ANCHORS, [packed]), packed.length);
  return bytes;
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 0xff;
}

function after(bytes: Uint8Array, at: number): number {
  return at + ENTRY + u16(bytes, at + 32) + u16(bytes, at + 34);
}
