/** Verification of a chain that is there already, in one call; for tools and tests. A connection reads its chain as it arrives (ChainVerifier). */
import { TLSAlert } from "../alert.js";
import { type HashAlgorithm, PENDING, type SignatureAlgorithm } from "../crypto/provider.js";
import { AnchorList, anchorFromCertificate } from "./anchors.js";
import { ChainVerifier, type Purpose } from "./chain.js";
import { askCrl } from "./crl.js";
import { contentAt, endOf, equalOctets } from "./octets.js";
import type { TrustAnchor } from "./trust.js";
import { keyInfoOf, maySignLists, serialOf } from "./whole-certificate.js";

export interface ChainToVerify {
  /** Certificates that are trusted, DER. Any may be: a path ends where the name and the key of one are found. */
  readonly anchors: readonly Uint8Array[];
  /** The certificate in question first, then others that came with it, in any order. */
  readonly chain: readonly Uint8Array[];
  /** More certificates that a path may go through. */
  readonly intermediates?: readonly Uint8Array[];
  /** Revocation lists, DER. Each is asked about the certificates of the path whose issuer it is from; one that can't be trusted ends in a refusal. */
  readonly crls?: readonly Uint8Array[];
  /** DNS name or IP address that the leaf has to carry. Without one only the path is verified: that proves nobody's identity. */
  readonly host?: string;
  /** Seconds since 1970. */
  readonly time: number;
  /** What the leaf is used for. Default "server". */
  readonly purpose?: Purpose;
  readonly signatures: readonly SignatureAlgorithm[];
  readonly sha256: HashAlgorithm;
}

export interface ChainVerdict {
  readonly valid: boolean;
  /** The certificates of the path, from the leaf to the anchor; empty where there is none. */
  readonly path: readonly Uint8Array[];
  /** "" or why it is not valid: alert, certificate ("leaf", or "issuer n" for the nth behind it in `chain`, then `intermediates`), field, value. */
  readonly reason: string;
}

const MOST = 30;

/** Bounds for a host with memory; still bounds. */
const BOUNDS = {
  maxCertificates: MOST,
  maxCertificateLength: 65535,
  maxRsaBits: 8192,
  maxNameLength: 65535,
  maxConstraintLength: 65535,
  maxComparisons: 250000,
  maxSignedLength: 65535,
  maxParkedLength: 500000,
  maxSignatureChecks: 100,
} as const;

/** Throws a RangeError where host or time are malformed, or an anchor is no certificate; whatever is wrong with the chain is told as the reason. */
export function verifyChain(input: ChainToVerify): ChainVerdict {
  const { signatures, sha256, time, purpose = "server", host } = input;
  if (!(time >= 0)) throw new RangeError(`time is ${time}, it has to be seconds since 1970`);
  const anchors: TrustAnchor[] = [];
  for (let i = 0; i < input.anchors.length; i++) {
    try {
      anchors.push(anchorFromCertificate(input.anchors[i]!, sha256));
    } catch (error) {
      if (!(error instanceof TLSAlert)) throw error;
      throw new RangeError(`anchor ${i}: ${error.reason}`);
    }
  }
  const verifier = new ChainVerifier({
    ...BOUNDS,
    trust: new AnchorList(anchors),
    clock: { seconds: () => time },
    signatures,
    sha256,
    purpose,
    serverName: host ?? null,
  });
  try {
    const list = [...input.chain, ...related(input.chain, input.intermediates ?? [])];
    for (let i = 0; i < list.length; i++) {
      const der = list[i]!;
      verifier.beginCertificate(der.length);
      verifier.push(der, 0, der.length);
      if (verifier.endCertificate() === PENDING) while (verifier.step(Number.POSITIVE_INFINITY) === PENDING);
    }
    verifier.endChain();
    const path: Uint8Array[] = [];
    for (let i = 0; i < verifier.pathLength; i++) path.push(list[verifier.pathIndex(i)]!);
    const anchor = input.anchors[anchors.indexOf(verifier.anchor!)]!;
    const last = path[path.length - 1]!;
    const revoked = askLists(input, path, anchor, verifier);
    if (revoked) throw revoked;
    // A self-signed certificate may be its own anchor.
    if (anchor.length !== last.length || !equalOctets(anchor, 0, last, 0, last.length)) path.push(anchor);
    return { valid: true, path, reason: "" };
  } catch (error) {
    if (!(error instanceof TLSAlert)) throw error;
    return { valid: false, path: [], reason: error.message };
  }
}

/** Asks all lists about all certificates of a path; each issuer is the next in it, of the last the anchor. */
function askLists(input: ChainToVerify, path: readonly Uint8Array[], anchor: Uint8Array, verifier: ChainVerifier): TLSAlert | null {
  const crls = input.crls ?? [];
  for (let n = 0; n < crls.length; n++) {
    for (let i = 0; i < path.length; i++) {
      const issuer = path[i + 1] ?? anchor;
      const at = verifier.pathIndex(i);
      const question = {
        serial: serialOf(path[i]!),
        issuer: nameOf(path[i]!, false)!,
        isIssuer: i > 0,
        issuerKey: keyInfoOf(issuer),
        maySignLists: maySignLists(issuer),
        who: at === 0 ? "leaf" : `issuer ${at}`,
        now: input.time,
      };
      const problem = askCrl(crls[n]!, `crl ${n}`, question, input.signatures);
      if (problem) return problem;
    }
  }
  return null;
}

/** Those of `more` that can stand above the chain, by their names; the rest is not looked at. As many as there is room for. */
function related(chain: readonly Uint8Array[], more: readonly Uint8Array[]): Uint8Array[] {
  const found: Uint8Array[] = [];
  const wanted: Uint8Array[] = [];
  for (let i = 0; i < chain.length; i++) addName(wanted, chain[i]!, false);
  for (let i = 0; i < wanted.length; i++) {
    for (let k = 0; k < more.length; k++) {
      const der = more[k]!;
      const subject = nameOf(der, true);
      if (!subject || !same(subject, wanted[i]!) || found.indexOf(der) >= 0 || chain.length + found.length >= MOST) continue;
      found.push(der);
      addName(wanted, der, false);
    }
  }
  return found;
}

function addName(names: Uint8Array[], der: Uint8Array, subject: boolean): void {
  const name = nameOf(der, subject);
  if (!name) return;
  for (let i = 0; i < names.length; i++) if (same(names[i]!, name)) return;
  names.push(name);
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && equalOctets(a, 0, b, 0, a.length);
}

/** The subject or issuer of a certificate, null where it is none; only to choose. */
function nameOf(der: Uint8Array, subject: boolean): Uint8Array | null {
  if (der[0] !== 0x30 || der.length < 30) return null;
  let at = contentAt(der, contentAt(der, 0));
  if (der[at] === 0xa0) at = endOf(der, at);
  // serialNumber, signature, issuer, validity, subject
  for (let i = subject ? 4 : 2; i > 0 && at < der.length; i--) at = endOf(der, at);
  const end = endOf(der, at);
  return at < der.length && end <= der.length && der[at] === 0x30 ? der.slice(at, end) : null;
}
