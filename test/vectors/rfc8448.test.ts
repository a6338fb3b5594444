// RFC 8448 §3 through the key schedule and the record protection of src, and through those of the scripted peer, which judges src elsewhere.
import { expect } from "chai";
import type { CipherSuite } from "../../src/crypto/provider.js";
import { useTrafficSecret } from "../../src/handshake/common-13.js";
import { KEYS_LENGTH, READ_SECRET, WRITE_SECRET } from "../../src/handshake/keys.js";
import { Protection13 } from "../../src/record/protection-13.js";
import { exporter } from "../../src/schedule/exporter.js";
import { KeySchedule13 } from "../../src/schedule/key-schedule-13.js";
import { testProvider } from "../pair/provider.js";
import { concat, hex, unhex } from "../peer/bytes.js";
import { expandLabel, KeySchedule, Transcript, trafficKey, verifyData } from "../peer/key-schedule.js";
import { AES_128_GCM, GROUP_X25519, PeerCrypto } from "../peer/peer-crypto.js";
import { SIMPLE_1RTT } from "./rfc8448.js";

const { messages, secrets, records, dataLength } = SIMPLE_1RTT;
const HANDSHAKE = 22;
const ALERT = 21;
const APPLICATION_DATA = 23;

type Side = "clientHandshake" | "serverHandshake" | "clientApplication" | "serverApplication";

/** The transcript hash after these messages. */
function transcriptHash(...names: readonly (keyof typeof messages)[]): Uint8Array {
  const transcript = new Transcript();
  for (const name of names) transcript.add(unhex(messages[name]));
  return transcript.hash();
}

const HELLOS = ["clientHello", "serverHello"] as const;
const TO_VERIFY = [...HELLOS, "encryptedExtensions", "certificate", "certificateVerify"] as const;
const TO_SERVER_FINISHED = [...TO_VERIFY, "serverFinished"] as const;
const TO_CLIENT_FINISHED = [...TO_SERVER_FINISHED, "clientFinished"] as const;

/** Every protected record of the trace: whose keys, sequence number, content type, content. */
function traced(): { name: keyof typeof records; side: Side; sequence: number; type: number; content: Uint8Array }[] {
  const data = new Uint8Array(dataLength);
  for (let i = 0; i < dataLength; i++) data[i] = i;
  const close = new Uint8Array([1, 0]);
  const flight = ["encryptedExtensions", "certificate", "certificateVerify", "serverFinished"] as const;
  const inClear = concat(...flight.map((name) => unhex(messages[name])));
  return [
    { name: "serverFlight", side: "serverHandshake", sequence: 0, type: HANDSHAKE, content: inClear },
    { name: "clientFinished", side: "clientHandshake", sequence: 0, type: HANDSHAKE, content: unhex(messages.clientFinished) },
    { name: "ticket", side: "serverApplication", sequence: 0, type: HANDSHAKE, content: unhex(messages.newSessionTicket) },
    { name: "clientData", side: "clientApplication", sequence: 0, type: APPLICATION_DATA, content: data },
    { name: "serverData", side: "serverApplication", sequence: 1, type: APPLICATION_DATA, content: data },
    { name: "clientAlert", side: "clientApplication", sequence: 1, type: ALERT, content: close },
    { name: "serverAlert", side: "serverApplication", sequence: 2, type: ALERT, content: close },
  ];
}

describe("RFC 8448 §3: the scripted peer's schedule", () => {
  it("X25519", () => {
    const crypto = new PeerCrypto();
    const client = crypto.publicKey(GROUP_X25519, unhex(secrets.clientPrivate));
    expect(messages.clientHello).to.contain(hex(client));
    expect(hex(crypto.agree(GROUP_X25519, unhex(secrets.serverPrivate), client))).to.equal(secrets.shared);
  });

  it("every secret", () => {
    const schedule = new KeySchedule(unhex(secrets.shared));
    expect(hex(schedule.handshakeSecret)).to.equal(secrets.handshakeSecret);
    expect(hex(schedule.mainSecret)).to.equal(secrets.mainSecret);
    expect(hex(schedule.clientHandshake(transcriptHash(...HELLOS)))).to.equal(secrets.clientHandshakeTraffic);
    expect(hex(schedule.serverHandshake(transcriptHash(...HELLOS)))).to.equal(secrets.serverHandshakeTraffic);
    const finished = transcriptHash(...TO_SERVER_FINISHED);
    expect(hex(schedule.clientApplication(finished))).to.equal(secrets.clientApplicationTraffic);
    expect(hex(schedule.serverApplication(finished))).to.equal(secrets.serverApplicationTraffic);
    expect(hex(schedule.exporter(finished))).to.equal(secrets.exporterSecret);
    const resumption = schedule.resumption(transcriptHash(...TO_CLIENT_FINISHED));
    expect(hex(resumption)).to.equal(secrets.resumptionSecret);
    expect(hex(expandLabel(resumption, "resumption", new Uint8Array(2), 32))).to.equal(secrets.resumptionPsk);
  });

  it("both Finished messages and all keys", () => {
    expect(hex(verifyData(unhex(secrets.serverHandshakeTraffic), transcriptHash(...TO_VERIFY)))).to.equal(messages.serverFinished.slice(8));
    expect(hex(verifyData(unhex(secrets.clientHandshakeTraffic), transcriptHash(...TO_SERVER_FINISHED)))).to.equal(
      messages.clientFinished.slice(8),
    );
    for (const side of ["clientHandshake", "serverHandshake", "clientApplication", "serverApplication"] as const) {
      const { key, iv } = trafficKey(AES_128_GCM, unhex(secrets[`${side}Traffic`]));
      expect(hex(key)).to.equal(secrets[`${side}Key`]);
      expect(hex(iv)).to.equal(secrets[`${side}Iv`]);
    }
  });
});

describe("RFC 8448 §3: src", () => {
  const suite = (): CipherSuite => testProvider().suites.find((one) => one.id === AES_128_GCM)!;

  it("X25519", () => {
    const group = testProvider().groups.find((one) => one.id === GROUP_X25519)!;
    const exchange = group.create();
    exchange.beginGenerate({ fill: (bytes, offset) => bytes.set(unhex(secrets.clientPrivate), offset) });
    while (exchange.step(Number.POSITIVE_INFINITY) !== 1);
    const key = new Uint8Array(32);
    exchange.writePublicKey(key, 0);
    expect(messages.clientHello).to.contain(hex(key));
    const server = unhex(messages.serverHello).slice(52, 84);
    exchange.beginAgree(server, 0, 32);
    while (exchange.step(Number.POSITIVE_INFINITY) !== 1);
    expect(exchange.writeSecret(key, 0)).to.equal(true);
    expect(hex(key)).to.equal(secrets.shared);
  });

  it("the schedule of a handshake, in the order in which the client goes through it", () => {
    const schedule = new KeySchedule13(suite().hash);
    const current = () => hex(schedule.secrets.slice(0, 32));
    const out = new Uint8Array(64);
    const place = (hash: Uint8Array) => schedule.secrets.set(hash, schedule.digest);

    schedule.setHandshakeSecret(unhex(secrets.shared), 0, 32, false);
    expect(current()).to.equal(secrets.handshakeSecret);

    place(transcriptHash(...HELLOS));
    schedule.deriveHandshakeSecrets(schedule.secrets, schedule.digest, out, 0, 32);
    expect(hex(out.slice(0, 32))).to.equal(secrets.clientHandshakeTraffic);
    expect(hex(out.slice(32))).to.equal(secrets.serverHandshakeTraffic);
    expect(current()).to.equal(secrets.derivedFromHandshake);

    const verify = new Uint8Array(32);
    place(transcriptHash(...TO_VERIFY));
    schedule.finished(out, 32, verify, 0);
    expect(hex(verify)).to.equal(messages.serverFinished.slice(8));
    place(transcriptHash(...TO_SERVER_FINISHED));
    schedule.finished(out, 0, verify, 0);
    expect(hex(verify)).to.equal(messages.clientFinished.slice(8));

    schedule.setMainSecret();
    expect(current()).to.equal(secrets.mainSecret);
    place(transcriptHash(...TO_SERVER_FINISHED));
    schedule.deriveApplicationSecrets(schedule.secrets, schedule.digest, out, 0);
    expect(hex(out.slice(0, 32))).to.equal(secrets.serverApplicationTraffic);
    expect(hex(schedule.secrets.slice(schedule.spare, schedule.spare + 32))).to.equal(secrets.clientApplicationTraffic);

    const exported = exporter.keep(suite().hash, schedule.hmac, schedule.secrets, schedule.digest);
    expect(hex(exported.secret)).to.equal(secrets.exporterSecret);

    schedule.wipe();
    expect(schedule.secrets.every((byte) => byte === 0)).to.equal(true);
  });

  it("opens and seals every protected record", () => {
    const schedule = new KeySchedule13(suite().hash);
    const sides = new Map<Side, Protection13>();
    for (const { name, side, sequence, type, content } of traced()) {
      let protection = sides.get(side);
      if (protection === undefined) {
        const keys = new Uint8Array(KEYS_LENGTH);
        for (const place of [READ_SECRET, WRITE_SECRET]) keys.set(unhex(secrets[`${side}Traffic`]), place);
        protection = new Protection13(suite(), keys);
        for (const opens of [true, false]) useTrafficSecret(schedule, protection, 16, keys, opens);
        sides.set(side, protection);
      }
      const wire = unhex(records[name]);
      const io = new Uint8Array(3 + wire.length);
      io.set(wire, 3);
      const opened = protection.open(io, 3, wire.length - 5);
      expect(io[opened], `${name}: type of record ${sequence}`).to.equal(type);
      expect(hex(io.slice(3 + 5, opened)), name).to.equal(hex(content));

      io.fill(0);
      io.set(content, 3 + 5);
      const end = protection.seal(io, 3, content.length, type);
      expect(hex(io.slice(3, end)), `${name}: sealed`).to.equal(records[name]);
    }
  });
});
