// Sessions of TLS 1.2 between our client and our server: when they are resumed, and when they are not (RFC 5246 §7.3, RFC 5077, RFC 7627 §5.3).
import { expect } from "chai";
import type { ClientConfig } from "../../src/config.js";
import { SessionIds } from "../../src/session/session-ids.js";
import type { Both } from "./both.js";
import { SERVER_NAME } from "./fixture.js";
import { Bench12, RESUMING_12, RESUMING_12_SERVER } from "./pair-12.js";
import type { ServerParts } from "./server-pair.js";
import { SessionPair } from "./sessions.js";

describe("sessions of TLS 1.2", function () {
  this.timeout(240000);
  const bench = new Bench12();

  function expectResumed(both: Both, resumed: boolean, why = ""): void {
    expect(both.client.resumed, `client ${why}`).to.equal(resumed);
    expect(both.server.resumed, `server ${why}`).to.equal(resumed);
  }

  const connect = (pair: SessionPair, client: Partial<ClientConfig> = {}, server: ServerParts = {}, more = {}) =>
    pair.connect({ ...RESUMING_12, ...client }, { ...RESUMING_12_SERVER, ...server }, more, 0x0303);

  it("by ticket", () => {
    const pair = new SessionPair(bench);
    expectResumed(connect(pair), false);
    expect(pair.store.get(SERVER_NAME)).to.not.equal(null);
    expectResumed(connect(pair), true);
    expectResumed(connect(pair), true);
  });

  it("by session ID", () => {
    const pair = new SessionPair(bench);
    const server = { tickets: undefined as never, sessionIds: new SessionIds(4) };
    expectResumed(connect(pair, {}, server), false);
    expectResumed(connect(pair, {}, server), true);
    expectResumed(connect(pair, {}, server), true);
  });
});
