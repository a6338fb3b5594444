// Configs of connections that are measured for the planner, from few words. The same on the device and on Node, where the flights are made.
import { type ClientConfig, DEFAULT_RECEIVE_BUFFER, DEFAULT_SEND_BUFFER, type ServerConfig, type VirtualHost } from "../../src/config.js";
import { PSK_DHE_KE, PSK_KE } from "../../src/config-psk.js";
import type { Random } from "../../src/crypto/provider.js";
import { Client12 } from "../../src/handshake/client-12.js";
import { postHandshakeAuth } from "../../src/handshake/post-handshake-auth.js";
import { resumeClient12 } from "../../src/handshake/resume-client-12.js";
import { resumeServer12 } from "../../src/handshake/resume-server-12.js";
import { Server12 } from "../../src/handshake/server-12.js";
import type { Identity } from "../../src/identity.js";
import { full } from "../../src/profiles/full.js";
import { suites12 } from "../../src/profiles/suites-12.js";
import { exporter } from "../../src/schedule/exporter.js";
import { ExternalPsk, PskList } from "../../src/session/external-psk.js";
import { Resumption } from "../../src/session/resumption.js";
import type { SessionStore } from "../../src/session/session-store.js";
import { TICKET_KEY_LENGTH, TicketKeys } from "../../src/session/ticket-keys.js";
import { Tickets } from "../../src/session/tickets.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { AnchorList, anchorFromCertificate } from "../../src/x509/anchors.js";
import { ocspStapling } from "../../src/x509/ocsp-stapling.js";
import { fixedClock } from "./fixed-random.js";
import { fromHex } from "./hex.js";

export interface Setup {
  readonly role: "client" | "server";
  /** Code point of TLS 1.3 or of TLS 1.2: it decides the version. */
  readonly suite: number;
  readonly group: number;
  readonly receiveBuffer?: number;
  readonly sendBuffer?: number;
  /** The client has a certificate, and the server asks for it. */
  readonly clientAuth?: boolean;
  /** An external pre-shared key, with or without key exchange. */
  readonly psk?: "psk_ke" | "psk_dhe_ke";
  /** A client that resumes sessions; a server that gives tickets. */
  readonly resumption?: boolean;
  readonly ocsp?: boolean;
  readonly exporter?: boolean;
  readonly postHandshakeAuth?: boolean;
}

/** What the words are about. */
export interface SetupParts {
  readonly random: Random;
  readonly root: Uint8Array;
  readonly serverName: string;
  readonly identities: readonly Identity[];
  readonly store: SessionStore;
}

const PSK = { identity: fromHex("73656e736f722037"), key: fromHex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") };

function common({ suite, group, receiveBuffer, sendBuffer, exporter: exports }: Setup, random: Random) {
  const is13 = suite >> 8 === 0x13;
  const suites = is13 ? full.suites.filter((one) => one.id === suite) : full.suites.slice(0, 1);
  return {
    provider: { ...full, suites, groups: full.groups.filter((one) => one.id === group) },
    random,
    clock: fixedClock,
    receiveBuffer: receiveBuffer ?? DEFAULT_RECEIVE_BUFFER,
    sendBuffer: sendBuffer ?? DEFAULT_SEND_BUFFER,
    ...(exports === true ? { exporter } : {}),
  };
}

function modeOf({ psk }: Setup): number {
  return psk === "psk_ke" ? PSK_KE : PSK_DHE_KE;
}

function hashOf({ suite }: Setup): "SHA-256" | "SHA-384" {
  return suite === 0x1302 ? "SHA-384" : "SHA-256";
}

const only12 = ({ suite }: Setup) => suites12.filter((one) => one.id === suite);

function isTls12({ suite }: Setup): boolean {
  return suite >> 8 !== 0x13;
}

export function clientOf(setup: Setup, { random, root, serverName, identities, store }: SetupParts): ClientConfig {
  const { psk, resumption, ocsp, clientAuth } = setup;
  return {
    ...common(setup, random),
    ...(isTls12(setup)
      ? { tls12: new Client12(only12(setup), undefined, null, resumption === true ? resumeClient12 : null), tls13: false as const }
      : {}),
    ...(psk === undefined
      ? { trust: new AnchorList([anchorFromCertificate(root, full.sha256)]), serverName }
      : { psk: new ExternalPsk(PSK.identity, PSK.key, hashOf(setup), modeOf(setup)) }),
    ...(clientAuth === true ? { identities } : {}),
    ...(resumption === true ? { resumption: new Resumption(store) } : {}),
    ...(ocsp === true ? { checks: { status: ocspStapling({ required: true }) } } : {}),
    ...(setup.postHandshakeAuth === true ? { postHandshakeAuth } : {}),
  };
}

export function serverOf(setup: Setup, { random, root, identities }: SetupParts): ServerConfig {
  const { psk, resumption, clientAuth } = setup;
  const asked = { trust: new AnchorList([anchorFromCertificate(root, full.sha256)]), required: true };
  const host: VirtualHost = {
    identities: psk === undefined ? identities : [],
    ...(clientAuth === true ? { clientAuthentication: asked } : {}),
  };
  return {
    ...common(setup, random),
    ...(isTls12(setup)
      ? { tls12: new Server12(only12(setup), undefined, null, resumption === true ? resumeServer12 : null), tls13: false as const }
      : {}),
    hosts: new VirtualHosts([], host),
    ...(psk === undefined ? {} : { psk: new PskList([PSK], hashOf(setup), modeOf(setup)) }),
    ...(resumption === true
      ? { tickets: new Tickets(new TicketKeys(full.suites[0]!.aead, random, { keys: new Uint8Array(TICKET_KEY_LENGTH) })) }
      : {}),
  };
}
