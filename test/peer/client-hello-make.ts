import { concat, u16, vector16 } from "./bytes.js";
import type { ScriptedClientOptions } from "./client-options.js";
import {
  alpnList,
  type ClientHelloParts,
  type Extension,
  extension,
  keyShareEntry,
  numberList,
  serverNameBody,
  versionList,
} from "./messages.js";
import { AES_128_GCM, CHACHA20_POLY1305, GROUP_P256, GROUP_X25519 } from "./peer-crypto.js";

const ECDSA_P256 = 0x0403;

/** Reserved values (RFC 8701 §2): ignored by whoever reads them. */
const GREASE = [0x0a0a, 0x1a1a, 0x2a2a, 0x3a3a, 0xdada, 0xfafa] as const;

/** One group's share: the secret stays with the client. */
export interface Share {
  readonly group: number;
  readonly publicKey: Uint8Array;
}

export function groupsOf(options: ScriptedClientOptions): readonly number[] {
  return options.groups ?? (options.groups === null ? [] : [GROUP_X25519, GROUP_P256]);
}

/** The parts of a first ClientHello. */
export function helloParts(
  options: ScriptedClientOptions,
  random: Uint8Array,
  sessionId: Uint8Array,
  shares: readonly Share[],
): ClientHelloParts {
  const suites = options.suites ?? [AES_128_GCM, CHACHA20_POLY1305];
  return {
    legacyVersion: options.legacyVersion ?? 0x0303,
    random,
    sessionId,
    suites: options.grease === true ? [GREASE[0], ...suites] : suites,
    compression: options.compression ?? [0],
    extensions: extensionsOf(options, shares),
  };
}

function extensionsOf(options: ScriptedClientOptions, shares: readonly Share[]): Extension[] {
  const { grease, serverName, alpn, groups, schemes, certificateSchemes, versions } = options;
  const greased = (list: readonly number[], value: number) => (grease === true ? [value, ...list] : list);
  const out: Extension[] = [];
  if (grease === true) out.push(extension(GREASE[1], []));
  if (typeof serverName === "string") out.push(extension(0, serverNameBody(serverName)));
  if (groups !== null) out.push(extension(10, numberList(greased(groupsOf(options), GREASE[2]))));
  if (alpn !== undefined) out.push(extension(16, alpnList(grease === true ? ["\x0a\x0a", ...alpn] : alpn)));
  if (schemes !== null) out.push(extension(13, numberList(greased(schemes ?? [ECDSA_P256], GREASE[4]))));
  if (certificateSchemes !== undefined) out.push(extension(50, numberList(certificateSchemes)));
  if (versions !== null) out.push(extension(43, versionList(greased(versions ?? [0x0304], GREASE[3]))));
  out.push(...(options.extensions ?? []));
  if (options.shares !== null) out.push(extension(51, keyShareBody(shares, grease === true ? [GREASE[2]] : [])));
  if (grease === true) out.push(extension(GREASE[5], [0]));
  out.push(...(options.lastExtensions ?? []));
  return out;
}

/** KeyShareClientHello (RFC 9846 §4.3.8); reserved groups get a share of one byte, as browsers do. */
export function keyShareBody(shares: readonly Share[], reserved: readonly number[] = []): Uint8Array {
  return vector16(
    concat(
      ...reserved.map((group) => concat(u16(group), [0, 1, 0])),
      ...shares.map(({ group, publicKey }) => keyShareEntry(group, publicKey)),
    ),
  );
}

/** §4.2.2: what a second ClientHello changes. The cookie stands before the last extensions: pre_shared_key has to be last. */
export function secondHello(
  options: ScriptedClientOptions,
  first: ClientHelloParts,
  share: Share | null,
  cookie: Uint8Array | null,
): ClientHelloParts {
  const last = options.lastExtensions?.length ?? 0;
  let list = first.extensions.filter((one) => one.type !== 42);
  if (share !== null) list = list.map((one) => (one.type === 51 ? extension(51, keyShareBody([share])) : one));
  if (cookie !== null) list.splice(list.length - last, 0, extension(44, vector16(cookie)));
  return { ...first, extensions: list };
}
