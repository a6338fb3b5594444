// RFC 8448 §4, "Resumed 0-RTT Handshake": its ClientHello with the ticket of §3, the binder, and the secrets that its key schedule begins with.
import { expect } from "chai";
import { LABEL_RES_BINDER } from "../../src/crypto/xs/hkdf.js";
import { sha256 } from "../../src/crypto/xs/sha256.js";
import { NewSessionTicketReader } from "../../src/messages/new-session-ticket.js";
import { KeySchedule13 } from "../../src/schedule/key-schedule-13.js";
import { TicketCollector } from "../../src/session/ticket-collector.js";
import { hex, unhex } from "../peer/bytes.js";
import { extensionsOf } from "../peer/edit.js";
import { binderOf, KeySchedule, ticketKey } from "../peer/key-schedule.js";
import { SIMPLE_1RTT } from "./rfc8448.js";

const TICKET =
  "2c035d829359ee5ff7af4ec900000000262a6494dc486d2c8a34cb33fa90bf1b0070ad3c498883c9367c09a2be785abc55cd226097a3a982117283f82a03a143" +
  "efd3ff5dd36d64e861be7fd61d2827db279cce145077d454a3664d4e6da4d29ee03725a6a4dafcd0fc67d2aea70529513e3da2677fa5906c5b3f7d8f92f228bd" +
  "a40dda721470f9fbf297b5aea617646fac5c03272e970727c621a79141ef5f7de6505e5bfbc388e93343694093934ae4d357";

const CLIENT_HELLO =
  "010001fc03031bc3ceb6bbe39cff938355b5a50adb6db21b7a6af649d7b4bc419d7876487d95000006130113031302010001cd0000000b000900000673657276" +
  "6572ff01000100000a00140012001d00170018001901000101010201030104003300260024001d0020e4ffb68ac05f8d96c99da26698346c6be16482badddafe" +
  "051a66b4f18d668f0b002a0000002b0003020304000d0020001e040305030603020308040805080604010501060102010402050206020202002d00020101001c" +
  "0002400100150057" +
  "00".repeat(0x57) +
  `002900dd00b800b2${TICKET}fad6aacb0021203add4fb2d8fdf822a0ca3cf7678ef5e88dae990141c5924d57bb6fa31b9e5f9d`;

const BINDERS_LENGTH = 2 + 1 + 32;

const EXPECTED = {
  binderHash: "63224b2e4573f2d3454ca84b9d009a04f6be9e05711a8396473aefa01e924a14",
  binderKey: "69fe131a3bbad5d63c64eebcc30e395b9d8107726a13d074e389dbc8a4e47256",
  binder: "3add4fb2d8fdf822a0ca3cf7678ef5e88dae990141c5924d57bb6fa31b9e5f9d",
  derived: "5f1790bbd82c5e7d376ed2e1e52f8e6038c9346db61b43be9a52f77ef3998e80",
  shared: "f44194756ff9ec9d25180635d66ea6824c6ab3bf179977be37f723570e7ccb2e",
  handshakeSecret: "005cb112fd8eb4ccc623bb88a07c64b3ede1605363fc7d0df8c7ce4ff0fb4ae6",
};

describe("RFC 8448 §4: a resumed handshake", () => {
  const hello = unhex(CLIENT_HELLO);
  const psk = unhex(SIMPLE_1RTT.secrets.resumptionPsk);

  it("the ticket of §3 and its key", () => {
    const body = unhex(SIMPLE_1RTT.messages.newSessionTicket).slice(4);
    const collector = new TicketCollector(512);
    expect(collector).to.be.instanceOf(NewSessionTicketReader);
    collector.push(body, 0, body.length);
    collector.finish();
    expect(hex(collector.ticket)).to.equal(TICKET);
    expect([collector.lifetime, collector.ageAdd, collector.nonceLength]).to.deep.equal([30, 0xfad6aac5, 2]);
    const schedule = new KeySchedule13(sha256);
    const key = new Uint8Array(32);
    schedule.deriveTicketKey(unhex(SIMPLE_1RTT.secrets.resumptionSecret), collector.nonce, collector.nonceLength, key);
    expect(hex(key)).to.equal(SIMPLE_1RTT.secrets.resumptionPsk);
    expect(hex(ticketKey(unhex(SIMPLE_1RTT.secrets.resumptionSecret), new Uint8Array(2)))).to.equal(SIMPLE_1RTT.secrets.resumptionPsk);
  });

  it("the binder, in src and in the scripted peer", () => {
    expect(hello.length).to.equal(4 + 0x1fc);
    expect(extensionsOf(hello).pop()!.type).to.equal(41);
    const schedule = new KeySchedule13(sha256);
    const { secrets, temp, digest } = schedule;
    const hash = sha256.create();
    hash.reset();
    hash.update(hello, 0, hello.length - BINDERS_LENGTH);
    hash.digest(secrets, digest);
    expect(hex(secrets.slice(digest, digest + 32))).to.equal(EXPECTED.binderHash);
    schedule.setEarlySecret(psk, LABEL_RES_BINDER);
    expect(hex(secrets.slice(temp, temp + 32))).to.equal(EXPECTED.binderKey);
    expect(hex(secrets.slice(0, 32))).to.equal(EXPECTED.derived);
    const binder = new Uint8Array(32);
    schedule.finished(secrets, temp, binder, 0);
    expect(hex(binder)).to.equal(EXPECTED.binder);
    expect(CLIENT_HELLO.endsWith(EXPECTED.binder)).to.equal(true);
    expect(hex(binderOf(psk, false, unhex(EXPECTED.binderHash)))).to.equal(EXPECTED.binder);
  });

  it("the handshake secret, with key exchange", () => {
    const schedule = new KeySchedule13(sha256);
    schedule.setEarlySecret(psk, LABEL_RES_BINDER);
    schedule.setHandshakeSecret(unhex(EXPECTED.shared), 0, 32, true);
    expect(hex(schedule.secrets.slice(0, 32))).to.equal(EXPECTED.handshakeSecret);
    expect(hex(new KeySchedule(unhex(EXPECTED.shared), undefined, psk).handshakeSecret)).to.equal(EXPECTED.handshakeSecret);
  });
});
