/** What a certificate has to say to be good for its place in a path (RFC 5280 §6.1.3, §6.1.4), so far as that can be told from it alone. */
import { bad_certificate, certificate_expired, TLSAlert, unknown_ca, unsupported_certificate } from "../alert.js";
import { HAS_ALT_NAMES, MATCHED } from "./alt-names.js";
import type { CertificateReader } from "./certificate.js";
import type { Purpose } from "./chain-config.js";
import { FOR_CLIENTS, FOR_SERVERS, HAS_KEY_USAGE, HAS_PURPOSES, IS_CA, MAY_CERTIFY, MAY_ENCIPHER, MAY_SIGN } from "./extensions.js";
import { timeText } from "./time.js";

/** What the dates are of. */
interface Dated {
  readonly notBefore: number;
  readonly notAfter: number;
  who(): string;
}

function refused(reader: Pick<Dated, "who">, description: number, reason: string): TLSAlert {
  return new TLSAlert(description, `${reader.who()}: ${reason}`);
}

/** `isSet`: `now` is the time; else it is only not earlier than that. */
export function judgeDates(reader: Dated, now: number, isSet: boolean): TLSAlert | null {
  const { notBefore, notAfter } = reader;
  const says = isSet ? "the clock says" : "the clock is not set, the time is at least";
  if (isSet && now < notBefore) {
    return refused(reader, certificate_expired, `it is not valid before ${timeText(notBefore)}; ${says} ${timeText(now)}`);
  }
  if (now > notAfter) return refused(reader, certificate_expired, `it expired at ${timeText(notAfter)}; ${says} ${timeText(now)}`);
  return null;
}

/** extKeyUsage: of the leaf, and of each issuer that has one (as browsers do: RFC 5280 leaves it open). */
export function judgePurpose(reader: CertificateReader, purpose: Purpose): TLSAlert | null {
  const { flags } = reader;
  const server = purpose === "server";
  if ((flags & HAS_PURPOSES) === 0 || (flags & (server ? FOR_SERVERS : FOR_CLIENTS)) !== 0) return null;
  const verb = reader.index > 0 ? "allow" : "have";
  return refused(reader, unsupported_certificate, `its extKeyUsage does not ${verb} ${server ? "serverAuth" : "clientAuth"}`);
}

/** `wanted`: the name that was looked for, as text; null for none. enciphers: the key has to decrypt, not to sign (RFC 5246 §7.4.2). */
export function judgeLeaf(reader: CertificateReader, wanted: string | null, enciphers: boolean): TLSAlert | null {
  const { flags } = reader;
  if ((flags & HAS_KEY_USAGE) !== 0 && (flags & (enciphers ? MAY_ENCIPHER : MAY_SIGN)) === 0) {
    return refused(reader, unsupported_certificate, `its keyUsage does not have ${enciphers ? "keyEncipherment" : "digitalSignature"}`);
  }
  if (wanted === null || (flags & MATCHED) !== 0) return null;
  if ((flags & HAS_ALT_NAMES) === 0) return refused(reader, bad_certificate, `it has no subjectAltName; wanted was ${wanted}`);
  return refused(reader, bad_certificate, reader.nameReason(wanted));
}

export function judgeIssuer(reader: CertificateReader): TLSAlert | null {
  const { flags } = reader;
  if ((flags & IS_CA) === 0) return refused(reader, unknown_ca, "it is no CA: basicConstraints does not say cA TRUE");
  if ((flags & HAS_KEY_USAGE) !== 0 && (flags & MAY_CERTIFY) === 0) {
    return refused(reader, unsupported_certificate, "its keyUsage does not have keyCertSign");
  }
  return null;
}
