/**
 * Whether a name lies in a subtree (RFC 5280 §4.2.1.10): one function a kind of name. Each answers INSIDE, OUTSIDE, or UNCLEAR for a name or a
 * base that has no meaning; what is unclear never passes. OVERLAPS: a wildcard name of which some are inside and some not.
 */
import { contentAt, endOf } from "./octets.js";

export const OUTSIDE = 0;
export const INSIDE = 1;
export const UNCLEAR = 2;
export const OVERLAPS = 3;

const DOT = 0x2e;
const AT = 0x40;

function lower(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
}

/** Labels of letters, digits, hyphens and underscores, none empty, with a dot between them. */
function isHost(bytes: Uint8Array, at: number, end: number): boolean {
  let label = 0;
  if (end - at > 253) return false;
  for (let i = at; i < end; i++) {
    const octet = lower(bytes[i]!);
    if (octet === DOT) {
      if (label === 0) return false;
      label = 0;
    } else {
      if (!((octet >= 0x61 && octet <= 0x7a) || (octet >= 0x30 && octet <= 0x39) || octet === 0x2d || octet === 0x5f)) return false;
      if (++label > 63) return false;
    }
  }
  return label > 0;
}

function endsWith(a: Uint8Array, aAt: number, aEnd: number, b: Uint8Array, bAt: number, bEnd: number): boolean {
  const n = bEnd - bAt;
  if (n > aEnd - aAt) return false;
  for (let i = 1; i <= n; i++) if (lower(a[aEnd - i]!) !== lower(b[bEnd - i]!)) return false;
  return true;
}

/** `below`: labels have to stand before the base. A base that is a suffix at a label's border. */
function hostInside(a: Uint8Array, aAt: number, aEnd: number, b: Uint8Array, bAt: number, bEnd: number, below: boolean): number {
  if (!endsWith(a, aAt, aEnd, b, bAt, bEnd)) return OUTSIDE;
  const more = aEnd - aAt - (bEnd - bAt);
  if (more === 0) return below ? OUTSIDE : INSIDE;
  return a[aEnd - (bEnd - bAt) - 1] === DOT ? INSIDE : OUTSIDE;
}

/** dNSName: a base holds for itself and all below it; with a leading dot only for what is below; the empty one for all. */
export function dnsInside(name: Uint8Array, at: number, end: number, base: Uint8Array, baseAt: number, baseEnd: number): number {
  const wildcard = end - at > 2 && name[at] === 0x2a && name[at + 1] === DOT;
  const start = wildcard ? at + 2 : at;
  if (!isHost(name, start, end)) return UNCLEAR;
  if (baseAt === baseEnd) return INSIDE;
  const below = base[baseAt] === DOT;
  const from = below ? baseAt + 1 : baseAt;
  if (!isHost(base, from, baseEnd)) return UNCLEAR;
  if (!wildcard) return hostInside(name, start, end, base, from, baseEnd, below);
  // Every name that a wildcard stands for is below what follows the asterisk.
  if (hostInside(name, start, end, base, from, baseEnd, false) === INSIDE) return INSIDE;
  // The base may be one of the names: a.example.com of *.example.com, or lie below one of them.
  if (hostInside(base, from, baseEnd, name, start, end, true) === INSIDE) return OVERLAPS;
  return OUTSIDE;
}

/** iPAddress: address and mask; the mask has to be a prefix. */
export function ipInside(name: Uint8Array, at: number, end: number, base: Uint8Array, baseAt: number, baseEnd: number): number {
  const size = (baseEnd - baseAt) >> 1;
  if ((size !== 4 && size !== 16) || baseEnd - baseAt !== 2 * size) return UNCLEAR;
  let zeros = false;
  let inside = end - at === size;
  for (let i = 0; i < size; i++) {
    const mask = base[baseAt + size + i]!;
    const inverse = ~mask & 0xff;
    if ((inverse & (inverse + 1)) !== 0 || (zeros && mask !== 0)) return UNCLEAR;
    if (mask !== 0xff) zeros = true;
    if (inside && ((name[at + i]! ^ base[baseAt + i]!) & mask) !== 0) inside = false;
  }
  return inside ? INSIDE : OUTSIDE;
}

function find(octet: number, bytes: Uint8Array, at: number, end: number): number {
  for (let i = at; i < end; i++) if (bytes[i] === octet) return i;
  return -1;
}

/** A host, or all below a domain that is written with a leading dot: as rfc822Name and URI have them. */
function exactOrBelow(name: Uint8Array, at: number, end: number, base: Uint8Array, baseAt: number, baseEnd: number): number {
  const below = base[baseAt] === DOT;
  const from = below ? baseAt + 1 : baseAt;
  if (!isHost(name, at, end) || !isHost(base, from, baseEnd)) return UNCLEAR;
  if (below) return hostInside(name, at, end, base, from, baseEnd, true);
  return end - at === baseEnd - from && endsWith(name, at, end, base, from, baseEnd) ? INSIDE : OUTSIDE;
}

/** rfc822Name: a mailbox, all mailboxes of a host, or of all hosts below a domain. */
export function emailInside(name: Uint8Array, at: number, end: number, base: Uint8Array, baseAt: number, baseEnd: number): number {
  const mark = find(AT, name, at, end);
  if (mark <= at || find(AT, name, mark + 1, end) >= 0 || name[at] === 0x22) return UNCLEAR;
  const baseMark = find(AT, base, baseAt, baseEnd);
  if (baseMark < 0) return baseAt === baseEnd ? INSIDE : exactOrBelow(name, mark + 1, end, base, baseAt, baseEnd);
  if (!isHost(name, mark + 1, end) || !isHost(base, baseMark + 1, baseEnd)) return UNCLEAR;
  if (end - at !== baseEnd - baseAt || mark - at !== baseMark - baseAt) return OUTSIDE;
  // The local part is the host's business: its case counts.
  for (let i = at; i < mark; i++) if (name[i] !== base[baseAt + i - at]) return OUTSIDE;
  return endsWith(name, mark + 1, end, base, baseMark + 1, baseEnd) ? INSIDE : OUTSIDE;
}

/** uniformResourceIdentifier: its host is compared; one without a host, or with an address for it, is unclear. */
export function uriInside(name: Uint8Array, at: number, end: number, base: Uint8Array, baseAt: number, baseEnd: number): number {
  let host = find(0x3a, name, at, end);
  if (host <= at || name[host + 1] !== 0x2f || name[host + 2] !== 0x2f) return UNCLEAR;
  host += 3;
  let last = host;
  while (last < end && name[last] !== 0x2f && name[last] !== 0x3f && name[last] !== 0x23) last++;
  const user = find(AT, name, host, last);
  if (user >= 0) host = user + 1;
  if (name[host] === 0x5b) return UNCLEAR;
  const port = find(0x3a, name, host, last);
  if (port >= 0) last = port;
  if (last > host && name[last - 1] === DOT) last--;
  // What ends in a number can only be an address.
  let label = last;
  while (label > host && name[label - 1] !== DOT) label--;
  let number = label < last;
  for (let i = label; i < last; i++) if (name[i]! < 0x30 || name[i]! > 0x39) number = false;
  if (number) return UNCLEAR;
  if (baseAt === baseEnd) return isHost(name, host, last) ? INSIDE : UNCLEAR;
  return exactOrBelow(name, host, last, base, baseAt, baseEnd);
}

/** directoryName: the base's RDNs are the first ones of the name. Both without the SEQUENCE's header; the base comes from a peer. */
export function directoryInside(name: Uint8Array, at: number, end: number, base: Uint8Array, baseAt: number, baseEnd: number): number {
  if (!isRdns(base, baseAt, baseEnd) || !isRdns(name, at, end)) return UNCLEAR;
  let a = at;
  let b = baseAt;
  while (b < baseEnd) {
    if (a >= end) return OUTSIDE;
    const aNext = endOf(name, a);
    const bNext = endOf(base, b);
    if (!sameRdn(name, contentAt(name, a), aNext, base, contentAt(base, b), bNext)) return OUTSIDE;
    a = aNext;
    b = bNext;
  }
  return INSIDE;
}

/** A sequence of SETs of SEQUENCEs of an OID and a value, all ends meeting. */
function isRdns(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  while (at < to) {
    const next = endOf(bytes, at);
    let inner = contentAt(bytes, at);
    if (bytes[at] !== 0x31 || !(next <= to) || inner >= next) return false;
    while (inner < next) {
      const after = endOf(bytes, inner);
      const type = contentAt(bytes, inner);
      if (bytes[inner] !== 0x30 || !(after <= next) || type + 2 > after || bytes[type] !== 6) return false;
      const value = endOf(bytes, type);
      if (!(value + 2 <= after) || endOf(bytes, value) !== after) return false;
      inner = after;
    }
    at = next;
  }
  return true;
}

function sameRdn(a: Uint8Array, aAt: number, aEnd: number, b: Uint8Array, bAt: number, bEnd: number): boolean {
  let x = aAt;
  let y = bAt;
  while (x < aEnd && y < bEnd) {
    const xNext = endOf(a, x);
    const yNext = endOf(b, y);
    const xType = contentAt(a, x);
    const yType = contentAt(b, y);
    const xValue = endOf(a, xType);
    const yValue = endOf(b, yType);
    if (xValue - xType !== yValue - yType) return false;
    for (let i = xType; i < xValue; i++) if (a[i] !== b[yType + i - xType]) return false;
    if (!sameValue(a, xValue, xNext, b, yValue, yNext)) return false;
    x = xNext;
    y = yNext;
  }
  return x === aEnd && y === bEnd;
}

function isText(tag: number): boolean {
  return tag === 0x0c || tag === 0x13 || tag === 0x14 || tag === 0x16;
}

/** UTF8String, PrintableString, TeletexString, IA5String: without regard to case of ASCII and to how much space there is (RFC 5280 §7.1). */
function sameValue(a: Uint8Array, aAt: number, aEnd: number, b: Uint8Array, bAt: number, bEnd: number): boolean {
  if (!isText(a[aAt]!) || !isText(b[bAt]!)) {
    if (aEnd - aAt !== bEnd - bAt) return false;
    for (let i = 0; i < aEnd - aAt; i++) if (a[aAt + i] !== b[bAt + i]) return false;
    return true;
  }
  let x = skipSpaces(a, contentAt(a, aAt), aEnd);
  let y = skipSpaces(b, contentAt(b, bAt), bEnd);
  while (x < aEnd && y < bEnd) {
    if (a[x] === 0x20 || b[y] === 0x20) {
      if (a[x] !== b[y] && !(skipSpaces(a, x, aEnd) === aEnd || skipSpaces(b, y, bEnd) === bEnd)) return false;
      x = skipSpaces(a, x, aEnd);
      y = skipSpaces(b, y, bEnd);
    } else {
      if (lower(a[x]!) !== lower(b[y]!)) return false;
      x++;
      y++;
    }
  }
  return skipSpaces(a, x, aEnd) === aEnd && skipSpaces(b, y, bEnd) === bEnd;
}

function skipSpaces(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && bytes[i] === 0x20) i++;
  return i;
}
