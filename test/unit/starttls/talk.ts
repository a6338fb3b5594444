import { expect } from "chai";
import { FAILED, type Negotiation, READY } from "../../../src/starttls/negotiation.js";
import type { Line } from "./dialogs.js";

export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** What it has to send now. */
export function taken(negotiation: Negotiation): string {
  let text = "";
  for (const byte of negotiation.take() ?? []) text += String.fromCharCode(byte);
  return text;
}

/** Gives a text in one piece; what is to be sent stays there. */
export function say(negotiation: Negotiation, text: string): void {
  const bytes = bytesOf(`?${text}?`);
  negotiation.received(bytes, 1, text.length);
}

/** Gives a text in pieces that end at `cuts`, as a host does, which sends after each; returns what was sent. */
export function sayCut(negotiation: Negotiation, text: string, cuts: readonly number[]): string {
  let sent = "";
  let at = 0;
  for (const cut of [...cuts, text.length]) {
    say(negotiation, text.slice(at, cut));
    sent += taken(negotiation);
    at = cut;
  }
  return sent;
}

/** Goes through a dialog to its end; cuts: where the peer's words are cut. */
export function talk(negotiation: Negotiation, lines: readonly Line[], cuts: (text: string) => readonly number[] = () => []): void {
  let sent = taken(negotiation);
  for (const [who, text] of lines) {
    if (negotiation.failure !== null) throw negotiation.failure;
    if (who === "<") {
      expect(sent).to.equal("");
      sent = sayCut(negotiation, text, cuts(text));
    } else {
      expect(sent).to.equal(text);
      sent = "";
    }
  }
  expect(sent).to.equal("");
}

/** It has failed, says nothing any more, and nothing brings it back. */
export function expectFailed(negotiation: Negotiation, alert = "starttls_failed"): string {
  expect(negotiation.state, "state").to.equal(FAILED);
  expect(negotiation.failure?.alert).to.equal(alert);
  expect(taken(negotiation)).to.equal("");
  const { failure } = negotiation;
  say(negotiation, "220 go ahead\r\nS+OK\r\n");
  negotiation.receivedEnd();
  expect(negotiation.state).to.equal(FAILED);
  expect(negotiation.failure).to.equal(failure);
  expect(taken(negotiation)).to.equal("");
  return failure?.reason ?? "";
}

export function expectReady(negotiation: Negotiation): void {
  if (negotiation.failure !== null) throw negotiation.failure;
  expect(negotiation.state).to.equal(READY);
}
