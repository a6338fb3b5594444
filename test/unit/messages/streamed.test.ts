// Streamed messages: a reader can stop at any byte, its state can be taken over by another at any byte, and the one left behind is dropped.
import { expect } from "chai";
import { TLSAlert } from "../../../src/alert.js";
import type { Identity } from "../../../src/identity.js";
import { CertificateReader } from "../../../src/messages/certificate.js";
import { CertificateRequestReader } from "../../../src/messages/certificate-request.js";
import { NewSessionTicketReader } from "../../../src/messages/new-session-ticket.js";
import { ChainVerifier } from "../../../src/x509/chain.js";
import { fixtureIdentity, NOW, rootAnchor, SERVER_NAME, trustOf } from "../../pair/fixture.js";
import { testProvider } from "../../pair/provider.js";
import { hex } from "../../peer/bytes.js";

const provider = testProvider();

function u16(value: number): number[] {
  return [value >> 8, value & 255];
}
function u24(value: number): number[] {
  return [value >> 16, (value >> 8) & 255, value & 255];
}
function extension(type: number, data: number[]): number[] {
  return [...u16(type), ...u16(data.length), ...data];
}

function verifier(): ChainVerifier {
  return new ChainVerifier({
    trust: trustOf(rootAnchor()),
    clock: { seconds: () => NOW },
    signatures: provider.signatures,
    sha256: provider.sha256,
    serverName: SERVER_NAME,
    purpose: "server",
  });
}

/** Pushes bytes one piece, working off what it waits for. */
function push(reader: CertificateReader, chain: ChainVerifier, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length) {
    at += reader.push(bytes, at, bytes.length - at);
    while (reader.waiting) chain.step(Infinity);
  }
}

describe("streamed messages", () => {
  it("Certificate: the state is taken over at any byte", () => {
    const entries = fixtureIdentity().chain.flatMap((der) => [...u24(der.length), ...der, 0, 0]);
    const message = Uint8Array.from([0, ...u24(entries.length), ...entries]);
    const plain = verifier();
    const whole = new CertificateReader(plain, []);
    push(whole, plain, message);
    whole.finish();
    const key = hex(plain.key.slice(plain.keyOffset, plain.keyOffset + plain.keyLength));
    for (const cut of [0, 1, 4, 6, 7, 100, 499, 500, 600, message.length - 3, message.length]) {
      const firstChain = verifier();
      const first = new CertificateReader(firstChain, []);
      push(first, firstChain, message.slice(0, cut));
      const secondChain = verifier();
      secondChain.copyFrom(firstChain);
      const second = new CertificateReader(secondChain, []);
      second.copyFrom(first);
      // What the first reads now is lost without a trace.
      try {
        push(first, firstChain, new Uint8Array(40).fill(0xff));
      } catch (error) {
        expect(error).to.be.instanceOf(TLSAlert);
      }
      push(second, secondChain, message.slice(cut));
      second.finish();
      expect(hex(secondChain.key.slice(secondChain.keyOffset, secondChain.keyOffset + secondChain.keyLength)), `cut at ${cut}`).to.equal(
        key,
      );
    }
  });

  it("CertificateRequest: the state is taken over at any byte", () => {
    const identity = { certificates: [], key: { schemes: [0x0804, 0x0403], maxSignature: 72 } } as unknown as Identity;
    const extensions = [
      ...extension(13, [...u16(4), ...u16(0x0807), ...u16(0x0403)]),
      ...extension(47, [...u16(5), ...u16(3), 0x30, 1, 0]),
      ...extension(48, [...u16(6), 1, 0x55, ...u16(2), 9, 9]),
      ...extension(0x1234, [1, 2, 3]),
    ];
    const message = Uint8Array.from([0, ...u16(extensions.length), ...extensions]);
    for (let cut = 0; cut <= message.length; cut++) {
      const first = new CertificateRequestReader([identity], provider.sha256);
      first.push(message, 0, cut);
      const second = new CertificateRequestReader([identity], provider.sha256);
      second.copyFrom(first);
      second.push(message, cut, message.length - cut);
      second.finish();
      expect(second.scheme, `cut at ${cut}`).to.equal(0x0403);
    }
  });

  it("NewSessionTicket: the state is taken over at any byte", () => {
    const message = Uint8Array.from([0, 0, 1, 0, 1, 2, 3, 4, 2, 8, 9, ...u16(3), 7, 7, 7, ...u16(8), ...extension(42, [0, 0, 1, 0])]);
    for (let cut = 0; cut <= message.length; cut++) {
      const first = new NewSessionTicketReader();
      first.push(message, 0, cut);
      const second = new NewSessionTicketReader();
      second.copyFrom(first);
      second.push(message, cut, message.length - cut);
      second.finish();
      expect(() => second.push(message, 0, 1)).to.throw(TLSAlert);
    }
  });
});
