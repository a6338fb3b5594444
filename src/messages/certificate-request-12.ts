import { decode_error, TLSAlert } from "../alert.js";
import type { Writer } from "../bytes/writer.js";
import { certificate_request, signsWithRsa } from "../constants.js";
import type { Hash, HashAlgorithm, SignatureAlgorithm } from "../crypto/provider.js";
import { KEY_ED25519, KEY_RSA, KEY_RSA_PSS } from "../crypto/provider.js";
import type { Identity } from "../identity.js";
import { IdentityChoice } from "./identity-choice.js";

/** ClientCertificateType (RFC 5246 §7.4.4, RFC 8422 §5.5). */
const RSA_SIGN = 1;
const ECDSA_SIGN = 64;

const TYPES_LENGTH = 0;
const TYPE = 1;
const SCHEMES_LENGTH = 2;
const SCHEME = 3;
const NAMES_LENGTH = 4;
const NAME_LENGTH = 5;
const NAME = 6;
const COMPLETE = 7;

/**
 * Reads a CertificateRequest of TLS 1.2 (RFC 5246 §7.4.4) as its bytes arrive; nothing is stored but which of our identities fits: one of the types, a
 * scheme, an authority where both sides name such.
 */
export class CertificateRequestReader12 {
  readonly waiting: boolean;
  private readonly identities: readonly Identity[];
  private readonly choices: IdentityChoice;
  private readonly hash: Hash;
  private readonly digest: Uint8Array;
  private field: number;
  private left: number;
  private number: number;
  private listLeft: number;
  private takesRsa: boolean;
  private takesEcdsa: boolean;
  private named: boolean;

  constructor(identities: readonly Identity[], sha256: HashAlgorithm) {
    this.waiting = false;
    this.identities = identities;
    this.choices = new IdentityChoice(identities);
    this.hash = sha256.create();
    this.digest = new Uint8Array(sha256.outputLength);
    this.field = TYPES_LENGTH;
    this.left = 1;
    this.number = 0;
    this.listLeft = 0;
    this.takesRsa = false;
    this.takesEcdsa = false;
    this.named = false;
  }

  push(bytes: Uint8Array, offset: number, length: number): number {
    const end = offset + length;
    let o = offset;
    while (o < end) {
      const { field } = this;
      if (field === COMPLETE) this.refuse("bytes behind certificate_authorities");
      if (field === NAME) {
        const n = Math.min(end - o, this.left);
        this.hash.update(bytes, o, n);
        o += n;
        this.left -= n;
        this.listLeft -= n;
        if (this.left === 0) this.nameRead();
        continue;
      }
      if (field === TYPE || field === SCHEME || field === NAME_LENGTH) {
        if (this.listLeft === 0) this.refuse("a list ends inside an item");
        this.listLeft--;
      }
      this.number = (this.number << 8) | bytes[o++];
      if (--this.left === 0) this.numberRead();
    }
    return length;
  }

  finish(): void {
    if (this.field !== COMPLETE) this.refuse("it ends too early");
  }

  /** The identity to answer with, or null; `scheme` is what it signs with. */
  get identity(): Identity | null {
    const index = this.choices.choose(this.named) >> 8;
    return index < 0 ? null : this.identities[index];
  }

  get scheme(): number {
    const choice = this.choices.choose(this.named);
    return choice < 0 ? 0 : this.identities[choice >> 8].key.schemes[choice & 255];
  }

  private numberRead(): void {
    const n = this.number;
    switch (this.field) {
      case TYPES_LENGTH:
        if (n === 0) this.refuse("certificate_types is empty");
        this.listLeft = n;
        this.expect(TYPE, 1);
        return;
      case TYPE:
        if (n === RSA_SIGN) this.takesRsa = true;
        if (n === ECDSA_SIGN) this.takesEcdsa = true;
        if (this.listLeft > 0) this.expect(TYPE, 1);
        else this.expect(SCHEMES_LENGTH, 2);
        return;
      case SCHEMES_LENGTH:
        if (n < 2 || (n & 1) !== 0) this.refuse(`supported_signature_algorithms of ${n} bytes`);
        this.listLeft = n;
        this.expect(SCHEME, 2);
        return;
      case SCHEME:
        if (signsAll(n) && (signsWithRsa(n) ? this.takesRsa : this.takesEcdsa)) this.choices.accept(n);
        if (this.listLeft > 0) this.expect(SCHEME, 2);
        else this.expect(NAMES_LENGTH, 2);
        return;
      case NAMES_LENGTH:
        this.listLeft = n;
        this.named = n > 0;
        this.nextName();
        return;
      default: // NAME_LENGTH
        if (n === 0 || n > this.listLeft) this.refuse(`a DistinguishedName of ${n} bytes`);
        this.hash.reset();
        this.expect(NAME, n);
    }
  }

  private nameRead(): void {
    this.hash.digest(this.digest, 0);
    this.choices.authorize(this.digest);
    this.nextName();
  }

  private nextName(): void {
    if (this.listLeft === 0) this.expect(COMPLETE, 0);
    else this.expect(NAME_LENGTH, 2);
  }

  private expect(field: number, left: number): void {
    this.field = field;
    this.left = left;
    this.number = 0;
  }

  private refuse(reason: string): never {
    throw new TLSAlert(decode_error, `CertificateRequest: ${reason}`);
  }
}

/**
 * Whether a scheme can sign a TLS 1.2 handshake by a hash of all its messages: RSA (PKCS #1 and PSS) and ECDSA with SHA-256 and longer. Not Ed25519,
 * which would need the messages themselves.
 */
export function signsAll(scheme: number): boolean {
  const hash = scheme >> 8;
  const family = scheme & 0xff;
  return ((family === 1 || family === 3) && hash >= 4 && hash <= 6) || (scheme >= 0x0804 && scheme <= 0x0806);
}

/** Writes a CertificateRequest that asks for a signature of one of the algorithms, in a chain to one of the authorities (DER Names) if any are given. */
export function writeCertificateRequest12(w: Writer, signatures: readonly SignatureAlgorithm[], authorities: readonly Uint8Array[]): void {
  w.u8(certificate_request);
  const message = w.open24();
  const types = w.open8();
  for (let i = 0; i < signatures.length; i++)
    if (asked(signatures[i]) && !isRsaKey(signatures[i])) {
      w.u8(ECDSA_SIGN);
      break;
    }
  for (let i = 0; i < signatures.length; i++)
    if (asked(signatures[i]) && isRsaKey(signatures[i])) {
      w.u8(RSA_SIGN);
      break;
    }
  w.close8(types);
  const list = w.open16();
  for (let i = 0; i < signatures.length; i++) if (asked(signatures[i])) w.u16(signatures[i].scheme);
  w.close16(list);
  const names = w.open16();
  for (let i = 0; i < authorities.length; i++) {
    w.u16(authorities[i].length);
    w.copy(authorities[i], 0, authorities[i].length);
  }
  w.close16(names);
  w.close24(message);
}

function asked({ scheme, keyType }: SignatureAlgorithm): boolean {
  return keyType !== KEY_ED25519 && signsAll(scheme);
}

function isRsaKey({ keyType }: SignatureAlgorithm): boolean {
  return keyType === KEY_RSA || keyType === KEY_RSA_PSS;
}
