/** TLS 1.2 with what is off by default: pre-shared keys, and what only legacy peers need. */
import { Client12 } from "../../src/handshake/client-12.js";
import { ecdheClient12 } from "../../src/handshake/ecdhe-client-12.js";
import { EcdhePskClient12 } from "../../src/handshake/ecdhe-psk-client-12.js";
import { ecdheServer12 } from "../../src/handshake/ecdhe-server-12.js";
import type { ClientKind12, ServerKind12 } from "../../src/handshake/exchange-12.js";
import { PskClient12 } from "../../src/handshake/psk-client-12.js";
import { EcdhePskServer12, PskServer12 } from "../../src/handshake/psk-server-12.js";
import { resumeClient12 } from "../../src/handshake/resume-client-12.js";
import { resumeServer12 } from "../../src/handshake/resume-server-12.js";
import { insecureRsaClient12 } from "../../src/handshake/rsa-client-12.js";
import { InsecureRsaIdentity12, InsecureRsaServer12 } from "../../src/handshake/rsa-server-12.js";
import { Server12 } from "../../src/handshake/server-12.js";
import type { DecryptionIdentity } from "../../src/keys/decryption-identity.js";
import { cbcSuites12, pskCbcSuites12, rsaCbcSuites12, rsaSuites12 } from "../../src/profiles/suites-12-legacy.js";
import { pskSuites12 } from "../../src/profiles/suites-12-psk.js";
import type { ClientPsk12, ServerPsk12 } from "../../src/psk-12.js";
import type { CipherSuite12 } from "../../src/record/cipher-suite-12.js";
import { insecureMacThenEncrypt } from "../../src/record/mac-then-encrypt.js";
import { nobleSuites12, onNoble12 } from "./noble/suites-12.js";
import { usualSuites12 } from "./tls12.js";

/**
 * rsa-kx: RSA key exchange. cbc: AES-CBC, with encrypt-then-MAC alone. cbc-mac-then-encrypt: AES-CBC with peers that have no encrypt-then-MAC too.
 */
export const LEGACY = ["rsa-kx", "cbc", "cbc-mac-then-encrypt"] as const;
export type Legacy = (typeof LEGACY)[number];

export interface Client12Options {
  /** Default: those that `client12` has, and those of what is named here. In order of preference. */
  suites?: readonly CipherSuite12[];
  insecureLegacy?: readonly Legacy[];
  /** Suites with this key are preferred to all others. */
  psk?: ClientPsk12;
}

export interface Server12Options {
  suites?: readonly CipherSuite12[];
  insecureLegacy?: readonly Legacy[];
  psk?: ServerPsk12;
  /** Needed for rsa-kx. null: only virtual servers have it that have their own (`insecureRsa`). */
  decryption?: DecryptionIdentity | null;
}

/** Every suite that options allow, in order of preference; CCM_8 last of its kind. `own`: those with forward secrecy, certificates and an AEAD. */
export function allSuites12(
  own: readonly CipherSuite12[],
  psk: boolean,
  insecureLegacy: readonly Legacy[],
  convert: (suites: readonly CipherSuite12[]) => readonly CipherSuite12[] = onNoble12,
): CipherSuite12[] {
  const rsa = insecureLegacy.includes("rsa-kx");
  const cbc = insecureLegacy.includes("cbc") || insecureLegacy.includes("cbc-mac-then-encrypt");
  return [
    ...(psk ? convert(pskSuites12) : []),
    ...(psk && cbc ? pskCbcSuites12 : []),
    ...own,
    ...(cbc ? cbcSuites12 : []),
    ...(rsa ? convert(rsaSuites12) : []),
    ...(rsa && cbc ? rsaCbcSuites12 : []),
  ];
}

export function makeClient12({ suites, insecureLegacy = [], psk }: Client12Options = {}): Client12 {
  const kinds: ClientKind12[] = [ecdheClient12];
  if (psk !== undefined) kinds.push(new PskClient12(psk), new EcdhePskClient12(psk));
  if (insecureLegacy.includes("rsa-kx")) kinds.push(insecureRsaClient12);
  const all = suites ?? usualSuites12(allSuites12(nobleSuites12, psk !== undefined, insecureLegacy));
  return new Client12(all, kinds, macFirstOf(insecureLegacy), resumeClient12);
}

/** Throws a RangeError for rsa-kx without `decryption`. */
export function makeServer12({ suites, insecureLegacy = [], psk, decryption }: Server12Options = {}): Server12 {
  const kinds: ServerKind12[] = [ecdheServer12];
  if (psk !== undefined) kinds.push(new PskServer12(psk), new EcdhePskServer12(psk));
  if (insecureLegacy.includes("rsa-kx")) {
    if (decryption === undefined)
      throw new RangeError("rsa-kx needs a certificate of its own, with keyEncipherment and without digitalSignature");
    kinds.push(new InsecureRsaServer12(decryption === null ? null : new InsecureRsaIdentity12(decryption)));
  }
  const all = suites ?? usualSuites12(allSuites12(nobleSuites12, psk !== undefined, insecureLegacy));
  return new Server12(all, kinds, macFirstOf(insecureLegacy), resumeServer12);
}

function macFirstOf(insecureLegacy: readonly Legacy[]) {
  return insecureLegacy.includes("cbc-mac-then-encrypt") ? insecureMacThenEncrypt : null;
}
