// What tests of sessions ask again and again.
import { expect } from "chai";
import type { ClientConfig } from "../../src/config.js";
import type { Both, BothBench } from "./both.js";
import type { ServerParts } from "./server-pair.js";
import { SessionPair } from "./sessions.js";

export function expectResumed(both: Both, resumed: boolean, why = ""): Both {
  expect(both.client.resumed, `client ${why}`).to.equal(resumed);
  expect(both.server.resumed, `server ${why}`).to.equal(resumed);
  expect(both.client.peerAuthenticated).to.equal(true);
  return both;
}

/** One connection, so that there is a session; then one with changes. */
export function second(
  bench: BothBench,
  client: Partial<ClientConfig> = {},
  server: ServerParts = {},
  pair = new SessionPair(bench),
  first: { client?: Partial<ClientConfig>; server?: ServerParts } = {},
): Both {
  expectResumed(pair.connect(first.client, first.server), false, "at first");
  return pair.connect(client, server);
}

/** Sets the checksum right. */
export function resum(session: Uint8Array): Uint8Array {
  let a = 1;
  let b = 0;
  const end = session.length - 4;
  for (let i = 0; i + 1 < end; i += 2) {
    a = (a + session[i]! * 256 + session[i + 1]!) % 65521;
    b = (b + a) % 65521;
  }
  if (end % 2 === 1) {
    a = (a + session[end - 1]!) % 65521;
    b = (b + a) % 65521;
  }
  const view = new DataView(session.buffer, session.byteOffset);
  view.setUint16(end, b);
  view.setUint16(end + 2, a);
  return session;
}
