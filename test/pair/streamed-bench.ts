// Handshake records larger than the receive buffer: chains of any size, and a client that is watched.
import { expect } from "chai";
import type { ClientConfig } from "../../src/config.js";
import type { RecordPlan } from "../peer/record-layer.js";
import type { PeerIdentity, ScriptedServerOptions } from "../peer/scripted-server.js";
import * as der from "../support/der.js";
import { type CertificateFields, dnsName, extension, leafExtensions, makeChain, NOW, type TestChain } from "../support/pki.js";
import { SERVER_NAME, trustOf } from "./fixture.js";
import { Bench, type Delivery, type Pair } from "./pair.js";

/** The longest content of a record. */
export const MOST = 16384;
export const HANDSHAKE = 22;

/** A chain whose leaf has an extension of so many bytes, each of the value that is given. */
export function chainOf(size: number, fill = 0x5a, leaf: Partial<CertificateFields> = {}, intermediates = 1): TestChain {
  const more = extension("1.3.6.1.4.1.32473.1", der.octetString(new Uint8Array(size).fill(fill)));
  return makeChain({
    host: SERVER_NAME,
    intermediates,
    leaf: { extensions: [...leafExtensions([dnsName(SERVER_NAME)]), more], ...leaf },
  });
}

export interface Watched {
  readonly config: Partial<ClientConfig>;
  /** Calls that went outside. */
  readonly calls: string[];
}
/** Servers whose flight comes in long records, and clients that tell what they ask outside. */
export function streamedBench() {
  const bench = new Bench();
  const chains = new Map<number, TestChain>();

  function chain(size: number): TestChain {
    let made = chains.get(size);
    if (made === undefined) {
      made = chainOf(size);
      chains.set(size, made);
    }
    return made;
  }

  function identity(made: TestChain): PeerIdentity {
    return { chain: made.chain, privateKey: made.leafKey.secretKey };
  }

  /** A client that trusts the chain's root and tells of every call that goes outside. */
  function watched(made: TestChain, more: Partial<ClientConfig> = {}): Watched {
    const calls: string[] = [];
    const store = trustOf(made.anchor);
    const provider = bench.config().provider;
    const config: Partial<ClientConfig> = {
      trust: {
        find(hash, offset, nth) {
          calls.push("trust");
          return store.find(hash, offset, nth);
        },
      },
      clock: {
        seconds() {
          calls.push("clock");
          return NOW;
        },
      },
      provider: {
        ...provider,
        signatures: provider.signatures.map((one) => ({
          ...one,
          createVerifier() {
            calls.push("verifier");
            return one.createVerifier();
          },
        })),
      },
      checks: {
        verify() {
          calls.push("verify");
          return "";
        },
      },
      keyLog(label) {
        if (!label.includes("HANDSHAKE")) calls.push(label);
      },
      alpn: ["mqtt"],
      ...more,
    };
    return { config, calls };
  }

  const server = (made: TestChain, more: Partial<ScriptedServerOptions> = {}): Partial<ScriptedServerOptions> => ({
    identity: identity(made),
    alpn: ["mqtt"],
    echo: true,
    ...more,
  });

  function open(made: TestChain, more: Partial<ScriptedServerOptions> = {}, config: Partial<ClientConfig> = {}, delivery?: Delivery): Pair {
    const pair = bench.run(server(made, more), watched(made, config).config, delivery);
    if (pair.client.failure !== null) throw pair.client.failure;
    pair.expectOpen();
    return pair;
  }

  /** Changes the first protected record, which holds the whole flight. */
  const flight = (change: (plan: RecordPlan) => Partial<RecordPlan>): Partial<ScriptedServerOptions> => ({
    record: (plan) => (plan.messages.includes("encrypted_extensions") ? { ...plan, ...change(plan) } : plan),
  });

  function alertOf(made: TestChain, more: Partial<ScriptedServerOptions>, config: Partial<ClientConfig> = {}): [number, string] {
    const pair = bench.run(server(made, more), watched(made, config).config);
    const { failure, state } = pair.client;
    if (failure === null) throw new Error(`no failure; state ${state}`);
    expect(pair.server.alerts.map((one) => one.description)).to.deep.equal([failure.description]);
    return [failure.description, failure.reason];
  }

  return { bench, chain, watched, server, open, flight, alertOf };
}
