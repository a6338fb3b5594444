// A planner's config as it stands in a file: JSON, of which nothing is known.
import { CIPHERS, cipherOf, GROUPS, OWN_KEYS, PEER_KEYS, type PlanConfig, PSK_MODES, VERSIONS } from "../../src/planner/plan-config.js";

type Check = (key: string, value: unknown) => void;

function oneOf(names: readonly string[]): Check {
  return (key, value) => {
    if (typeof value !== "string" || names.indexOf(value) < 0)
      throw new RangeError(`${key}: ${JSON.stringify(value)} is none of ${names.map((name) => JSON.stringify(name)).join(", ")}`);
  };
}

function listOf(check: Check): Check {
  return (key, value) => {
    if (!Array.isArray(value) || value.length === 0)
      throw new RangeError(`${key}: ${JSON.stringify(value)} is no list with something in it`);
    for (let i = 0; i < value.length; i++) check(`${key}[${i}]`, value[i]);
  };
}

function whole(least: number, most: number): Check {
  return (key, value) => {
    if (typeof value !== "number" || value !== Math.floor(value) || value < least || value > most)
      throw new RangeError(`${key}: ${JSON.stringify(value)} is no whole number from ${least} to ${most}`);
  };
}

const flag: Check = (key, value) => {
  if (typeof value !== "boolean") throw new RangeError(`${key}: ${JSON.stringify(value)} is neither true nor false`);
};

const suite: Check = (key, value) => {
  if (typeof value !== "string" || !value.startsWith("TLS_") || cipherOf(value) === "")
    throw new RangeError(
      `${key}: there are no figures for ${JSON.stringify(value)}; there are for those of TLS 1.3, and ECDHE with ${CIPHERS.join(", ")} in TLS 1.2`,
    );
};

/** In the order of PlanConfig. */
const CHECKS: readonly (readonly [key: string, check: Check])[] = [
  ["role", oneOf(["client", "server"])],
  ["versions", listOf(oneOf(VERSIONS))],
  ["receiveBuffer", whole(256, 65_536)],
  ["sendBuffer", whole(256, 65_536)],
  ["suites", listOf(suite)],
  ["groups", listOf(oneOf(GROUPS))],
  ["peerKeys", listOf(oneOf(PEER_KEYS))],
  ["ownKey", oneOf(OWN_KEYS)],
  ["clientAuth", flag],
  ["psk", oneOf(PSK_MODES)],
  ["resumption", flag],
  ["ocsp", flag],
  ["exporter", flag],
  ["postHandshakeAuth", flag],
  ["largeRecords", flag],
  ["longNames", flag],
  ["socket", flag],
  ["connections", whole(1, 1000)],
  ["pool", flag],
  ["poolKeeps", whole(0, 1000)],
];

/** A config that was read from somewhere. Throws a RangeError that names the key and what may be. */
export function checkPlanConfig(value: unknown): PlanConfig {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new RangeError("the config is no object");
  const config = value as Record<string, unknown>;
  const names = Object.keys(config);
  for (let i = 0; i < names.length; i++)
    if (!CHECKS.some((entry) => entry[0] === names[i]))
      throw new RangeError(`${names[i]}: there is no such key; there are ${CHECKS.map((entry) => entry[0]).join(", ")}`);
  if (config.role === undefined) throw new RangeError("role is missing: client or server");
  for (let i = 0; i < CHECKS.length; i++) {
    const [key, check] = CHECKS[i];
    if (config[key] !== undefined) check(key, config[key]);
  }
  return config as unknown as PlanConfig;
}
