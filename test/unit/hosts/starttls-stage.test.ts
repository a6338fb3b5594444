import { expect } from "chai";
import { SecureSocket } from "../../../hosts/moddable/secure-socket.js";
import { type StartTlsOptions, StartTlsStage } from "../../../hosts/moddable/starttls-stage.js";
import type { TCPSocket } from "../../../hosts/moddable/tcp.js";
import type { TLSAlert } from "../../../src/alert.js";
import { SmtpStartTls } from "../../../src/starttls/smtp.js";
import { type FakeTCP, FakeTimers, fakeTcp } from "./fake-tcp.js";
import { TOY_HELLO, ToyConnection, toyRecord } from "./toy-connection.js";

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function make(onReady?: (tcp: TCPSocket) => void) {
  const timers = new FakeTimers();
  const network = fakeTcp();
  const failures: TLSAlert[] = [];
  const ready: TCPSocket[] = [];
  const options: StartTlsOptions = {
    address: "10.0.0.1",
    port: 587,
    TCP: network,
    negotiation: new SmtpStartTls(),
    timeout: 1000,
    onReady: onReady ?? ((tcp) => ready.push(tcp)),
    onError: (failure) => failures.push(failure),
  };
  const stage = new StartTlsStage(options, timers);
  const tcp = network.sockets[0] as FakeTCP;
  const sent = () => String.fromCharCode(...tcp.take());
  return { stage, timers, tcp, failures, ready, sent };
}

const GREETING = ascii("220 x\r\n");
const OFFER = ascii(`250-x\r\n250-${"SIZE ".repeat(30)}\r\n250 STARTTLS\r\n`);
const GO = ascii("220 go\r\n");

describe("hosts/moddable StartTls", () => {
  it("goes through the negotiation, a few bytes at a time, and gives the socket away", () => {
    const { tcp, ready, failures, timers, sent } = make();
    tcp.deliver(GREETING);
    expect(sent()).to.equal("");
    for (let i = 0; i < 4; i++) tcp.writable(4);
    expect(sent()).to.equal("EHLO localhost\r\n");
    tcp.writable(100);
    tcp.deliver(OFFER);
    expect(sent()).to.equal("STARTTLS\r\n");
    expect(ready).to.deep.equal([]);
    tcp.deliver(GO);
    expect(ready).to.deep.equal([tcp]);
    expect(failures).to.deep.equal([]);
    expect(tcp.closed).to.equal(false);
    expect(timers.count).to.equal(0);
  });

  it("a TLS socket takes over, and the rest is TLS", () => {
    const log: string[] = [];
    let socket: SecureSocket | null = null;
    const timers = new FakeTimers();
    const { tcp } = make((from) => {
      socket = new SecureSocket({ from, onWritable: () => log.push("open") }, new ToyConnection(), timers, 1000, 0);
    });
    tcp.writable(1000);
    tcp.deliver(GREETING);
    tcp.deliver(OFFER);
    tcp.deliver(GO);
    expect(socket).to.be.instanceOf(SecureSocket);
    tcp.take();
    const { last } = tcp;
    expect(last).to.not.equal(tcp);
    last.tell();
    last.deliver(toyRecord(TOY_HELLO));
    expect(log).to.deep.equal(["open"]);
  });

  it("bytes behind the go-ahead, a refusal, the end and silence are failures, told once; the socket is closed", () => {
    const cases: [(made: ReturnType<typeof make>) => void, string, string][] = [
      [({ tcp }) => tcp.deliver(GO, ascii("250 AUTH\r\n")), "starttls_failed", "10 bytes came in clear"],
      [({ tcp }) => tcp.deliver(ascii("454 no\r\n")), "starttls_failed", 'refuses STARTTLS: "454 no"'],
      [({ tcp }) => tcp.gone(), "connection_lost", "before TLS began"],
      [({ timers }) => timers.advance(1000), "timed_out", "did not go ahead within 1000 ms"],
    ];
    for (const [act, alert, reason] of cases) {
      const made = make();
      const { tcp, failures, timers, ready } = made;
      tcp.writable(1000);
      tcp.deliver(GREETING);
      tcp.deliver(OFFER);
      tcp.take();
      act(made);
      tcp.deliver(GO);
      tcp.writable(1000);
      tcp.gone();
      timers.advance(5000);
      expect(failures.map((failure) => failure.alert)).to.deep.equal([alert]);
      expect(failures[0]?.reason).to.contain(reason);
      expect(ready).to.deep.equal([]);
      expect(tcp.closed).to.equal(true);
      expect(tcp.sent).to.deep.equal([]);
      expect(timers.count).to.equal(0);
    }
  });

  it("close() gives up in silence; an app that throws is told so", () => {
    const { stage, tcp, failures, timers } = make();
    stage.close();
    stage.close();
    tcp.gone();
    expect([tcp.closed, failures.length, timers.count]).to.deep.equal([true, 0, 0]);
    const thrown = make(() => {
      throw new Error("no memory");
    });
    thrown.tcp.writable(1000);
    for (const text of [GREETING, OFFER, GO]) thrown.tcp.deliver(text);
    expect(thrown.tcp.closed).to.equal(true);
    expect(thrown.failures[0]?.reason).to.contain("no memory");
  });
});
