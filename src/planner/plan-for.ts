// From the config of a connection to the planner's words: for a host that says before it connects what will not fit.
import type { ClientConfig, ServerConfig } from "../config.js";
import { PSK_KE } from "../config-psk.js";
import { ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384 } from "../constants.js";
import {
  type CryptoProvider,
  KEY_ED25519,
  KEY_P256,
  KEY_P384,
  KEY_P521,
  type NamedGroup,
  type SignatureAlgorithm,
  type Suite,
} from "../crypto/provider.js";
import type { Identity } from "../identity.js";
import type { PlanConfig } from "./plan-config.js";

function keyName({ keyType }: SignatureAlgorithm): string {
  switch (keyType) {
    case KEY_P256:
      return "P-256";
    case KEY_P384:
      return "P-384";
    case KEY_P521:
      return "P-521";
    case KEY_ED25519:
      return "Ed25519";
    default:
      return "RSA-2048";
  }
}

/** Of what an identity signs with. */
function ownKey({ key }: Identity): string {
  switch (key.schemes[0]) {
    case ecdsa_secp256r1_sha256:
      return "P-256";
    case ecdsa_secp384r1_sha384:
      return "P-384";
    default:
      return "RSA-2048";
  }
}

function named({ name }: Suite | NamedGroup): string {
  return name;
}

/** What clients and servers have in common. */
function common(config: ClientConfig | ServerConfig, { suites, groups, signatures }: CryptoProvider) {
  const { tls12, tls13, receiveBuffer, sendBuffer, exporter, lender } = config;
  if (lender !== undefined) throw new RangeError("lender: there are no figures for memory that is lent");
  const names12 = tls12 === undefined ? [] : tls12.suites.map(named);
  return {
    versions: tls12 === undefined ? ["1.3"] : tls13 === false ? ["1.2"] : ["1.3", "1.2"],
    suites: [...(tls13 === false ? [] : suites.map(named)), ...names12],
    groups: groups.map(named),
    peerKeys: signatures.map(keyName),
    ...(receiveBuffer === undefined ? {} : { receiveBuffer }),
    ...(sendBuffer === undefined ? {} : { sendBuffer }),
    exporter: exporter !== undefined,
  };
}

/** `more`: what no config tells, as `socket`, `connections` and `pool`; it goes before. */
export function planForClient(config: ClientConfig, more: Partial<PlanConfig> = {}): PlanConfig {
  const { identities = [], psk, trust, resumption, checks, postHandshakeAuth } = config;
  return {
    role: "client",
    ...common(config, config.provider),
    clientAuth: identities.length > 0,
    ...(identities.length > 0 ? { ownKey: ownKey(identities[0]) } : {}),
    psk: psk === undefined || trust !== undefined ? "" : psk.modes === PSK_KE ? "psk_ke" : "psk_dhe_ke",
    resumption: resumption !== undefined,
    ocsp: checks?.status !== undefined,
    postHandshakeAuth: postHandshakeAuth !== undefined,
    ...more,
  };
}

/** A server's hosts may be anywhere: `more` tells its key, and whether it asks for certificates. */
export function planForServer(config: ServerConfig, more: Partial<PlanConfig> = {}): PlanConfig {
  return { role: "server", ...common(config, config.provider), resumption: config.tickets !== undefined, ...more };
}
