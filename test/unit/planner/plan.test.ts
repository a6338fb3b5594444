// The planner's sums, on Node and on the device. Whether its figures are true is for test/sim/planner.
import { expect } from "chai";
import type { ClientConfig, ServerConfig } from "../../../src/config.js";
import { PSK_DHE_KE, PSK_KE } from "../../../src/config-psk.js";
import { plan, shortage } from "../../../src/planner/plan.js";
import type { PlanConfig } from "../../../src/planner/plan-config.js";
import { planForClient, planForServer } from "../../../src/planner/plan-for.js";
import { full } from "../../../src/profiles/full.js";
import { iotClient } from "../../../src/profiles/iot-client.js";
import { iotClient12 } from "../../../src/profiles/iot-client-12.js";
import { exporter } from "../../../src/schedule/exporter.js";
import { ExternalPsk } from "../../../src/session/external-psk.js";
import { VirtualHosts } from "../../../src/virtual-hosts.js";

const CLIENT: PlanConfig = { role: "client", suites: ["TLS_CHACHA20_POLY1305_SHA256"], groups: ["x25519"] };
const random = { fill: () => undefined };
const clock = { seconds: () => 0 };

function refused(config: unknown): string {
  try {
    plan(config as PlanConfig);
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
  return "";
}

describe("planner", () => {
  it("counts buffers exactly: one chunk of both, with a header of 8 bytes, in steps of 4", () => {
    const small = plan({ ...CLIENT, receiveBuffer: 512, sendBuffer: 256 });
    const large = plan({ ...CLIENT, receiveBuffer: 16_641, sendBuffer: 1024 });
    expect(small.handshake.buffers).to.equal(776);
    expect(large.handshake.buffers).to.equal(17_676);
    for (const of of ["handshake", "waiting", "connected"] as const) expect(large[of].total - small[of].total, of).to.equal(17_676 - 776);
    expect(large.parked).to.deep.equal(small.parked);
    expect(small.parked.buffers).to.equal(0);
  });

  it("adds up what it tells", () => {
    const { handshake, waiting, connected, parked, all } = plan({ ...CLIENT, connections: 4, socket: true });
    for (const { buffers, keys, objects, stack, total } of [
      handshake,
      waiting,
      connected,
      parked,
      all.handshake,
      all.connected,
      all.parked,
    ])
      expect(buffers + keys + objects + stack).to.equal(total);
    expect(handshake.total).to.be.above(waiting.total);
    expect(waiting.total).to.be.above(connected.total);
    expect(connected.total).to.be.above(parked.total);
    expect([waiting.stack, connected.stack, parked.stack]).to.deep.equal([0, 0, 0]);
  });

  it("sums connections: with a pool one handshake runs beside parked ones, without all may be in the middle", () => {
    const one = plan(CLIENT);
    for (const connections of [1, 3, 10]) {
      const pooled = plan({ ...CLIENT, connections, pool: true });
      const free = plan({ ...CLIENT, connections });
      expect(pooled.all.handshake.total).to.equal(one.handshake.total + (connections - 1) * one.parked.total);
      expect(free.all.handshake.total).to.equal(one.handshake.total + (connections - 1) * one.waiting.total);
      expect(free.all.connected.total).to.equal(connections * one.connected.total);
      expect(pooled.all.parked.total).to.equal(connections * one.parked.total);
      expect(pooled.handshake).to.deep.equal(one.handshake);
    }
    const kept = plan({ ...CLIENT, connections: 3, pool: true, poolKeeps: 2 });
    expect(kept.all.parked.total).to.equal(3 * one.parked.total + 2 * (2568 + 7 * 16));
  });

  it("plans for the costliest of what may be agreed on", () => {
    const gcm = plan({ ...CLIENT, suites: ["TLS_AES_256_GCM_SHA384"] });
    expect(plan({ ...CLIENT, suites: ["TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_256_GCM_SHA384"] })).to.deep.equal(gcm);
    expect(gcm.handshake.total).to.be.above(plan(CLIENT).handshake.total);
    const both = plan({ ...CLIENT, versions: ["1.3", "1.2"], suites: [...CLIENT.suites!, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"] });
    expect(both.handshake.total).to.be.above(plan(CLIENT).handshake.total);
    expect(both.connected.total).to.equal(
      plan({ ...CLIENT, versions: ["1.2"], suites: ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"] }).connected.total,
    );
  });

  it("knows what each choice adds", () => {
    const base = plan({ ...CLIENT, clientAuth: true }).handshake.total;
    const choices: PlanConfig[] = [
      { ...CLIENT, ownKey: "P-384" },
      { ...CLIENT, ownKey: "RSA-2048" },
      ...["P-384", "P-521", "RSA-2048", "Ed25519"].map((key) => ({ ...CLIENT, peerKeys: ["P-256", key] })),
      { ...CLIENT, ocsp: true },
      { ...CLIENT, longNames: true },
      { ...CLIENT, largeRecords: true },
      { ...CLIENT, resumption: true },
      { ...CLIENT, socket: true },
    ];
    for (const choice of choices) expect(plan({ ...choice, clientAuth: true }).handshake.total, JSON.stringify(choice)).to.be.above(base);
    for (const more of [{ exporter: true }, { postHandshakeAuth: true }, { resumption: true }, { socket: true }])
      expect(plan({ ...CLIENT, ...more }).parked.total, JSON.stringify(more)).to.be.above(plan(CLIENT).parked.total);
  });

  it("refuses what it has no figures for, and sizes that no connection takes", () => {
    expect(refused({ ...CLIENT, peerKeys: ["P-999"] })).to.contain('"peer P-999"');
    expect(refused({ ...CLIENT, groups: ["secp521r1"] })).to.contain('"secp521r1"');
    expect(refused({ ...CLIENT, psk: "psk" })).to.contain('"client13-psk"');
    expect(refused({ ...CLIENT, psk: "psk_ke", versions: ["1.2"] })).to.contain("TLS 1.2");
    expect(refused({ ...CLIENT, versions: ["1.2"] })).to.contain("none of them is of TLS 1.2");
    expect(refused({ ...CLIENT, versions: ["1.2"], suites: ["TLS_RSA_WITH_AES_128_CBC_SHA"] })).to.contain(
      "there are no figures for TLS_RSA_WITH_AES_128_CBC_SHA",
    );
    expect(refused({ ...CLIENT, receiveBuffer: 255 })).to.contain("receiveBuffer is 255");
    expect(refused({ ...CLIENT, sendBuffer: 70_000 })).to.contain("sendBuffer is 70000");
    expect(refused({ ...CLIENT, connections: 0 })).to.contain("connections is 0");
  });

  it("says which heap is too small", () => {
    const made = plan({ ...CLIENT, receiveBuffer: 16_640 });
    const { chunkBytes, slots, stackBytes } = made.most;
    expect(shortage(made, made.most)).to.equal("");
    expect(shortage(made, { ...made.most, chunkBytes: chunkBytes - 1 })).to.equal(
      `memory too small: ${chunkBytes} bytes of chunks are needed, 17160 of them for the buffers of a connection; there are ${chunkBytes - 1}`,
    );
    expect(shortage(made, { ...made.most, slots: slots - 1 })).to.contain(`${slots} slots are needed`);
    expect(shortage(made, { ...made.most, stackBytes: stackBytes - 1 })).to.contain("bytes of stack are needed");
  });

  it("takes the config of a connection", () => {
    const config: ClientConfig = {
      ...{
        provider: iotClient,
        random,
        clock,
        serverName: "a.example",
        trust: { fingerprint: new Uint8Array(32), find: () => null } as never,
      },
      ...{ receiveBuffer: 1024, exporter, tls12: iotClient12 },
    };
    expect(planForClient(config, { connections: 2 })).to.deep.equal({
      role: "client",
      versions: ["1.3", "1.2"],
      suites: [
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
      ],
      groups: ["x25519", "secp256r1"],
      peerKeys: ["P-256"],
      receiveBuffer: 1024,
      exporter: true,
      clientAuth: false,
      psk: "",
      resumption: false,
      ocsp: false,
      postHandshakeAuth: false,
      connections: 2,
    });
    expect(plan(planForClient(config)).handshake.buffers).to.equal(1024 + 512 + 8);
    const key = new Uint8Array(16).fill(1);
    for (const [modes, name] of [
      [PSK_KE, "psk_ke"],
      [PSK_DHE_KE, "psk_dhe_ke"],
    ] as const)
      expect(planForClient({ provider: full, random, clock, psk: new ExternalPsk(key, key, "SHA-256", modes) }).psk).to.equal(name);
    expect(() => planForClient({ ...config, lender: { lend: () => null, giveBack: () => undefined } })).to.throw(RangeError, "lender");
    const server: ServerConfig = { provider: full, random, clock, hosts: new VirtualHosts([]) };
    expect(plan(planForServer(server, { clientAuth: true, ownKey: "P-384" })).handshake.total).to.be.above(
      plan(planForServer(server)).handshake.total,
    );
  });
});
