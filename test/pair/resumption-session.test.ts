// How long a session may be resumed, and what its bytes may be (RFC 9846 §4.7.1).
import { expect } from "chai";
import { Resumption } from "../../src/session/resumption.js";
import { SessionCache } from "../../src/session/session-cache.js";
import { MemorySessionStore } from "../../src/session/session-store.js";
import { Tickets } from "../../src/session/tickets.js";
import { BothBench } from "./both.js";
import { AFTER_LEAF, NOW, SERVER_NAME } from "./fixture.js";
import { expectResumed, second } from "./resumed.js";
import { limitsOfSessions } from "./session-limits.js";
import { SessionPair } from "./sessions.js";

const DAY = 86_400;

describe("a session that a client keeps", function () {
  this.timeout(240000);
  const bench = new BothBench();

  describe("a session's time", () => {
    it("the ticket's lifetime", () => {
      const pair = new SessionPair(bench, {}, { lifetime: 100 });
      pair.connect();
      pair.now = NOW + 100;
      expectResumed(pair.connect(), true);
      pair.now = NOW + 201;
      expectResumed(pair.connect(), false);
    });

    it("7 days, whatever the config of either side says", () => {
      expect(() => new Tickets(new SessionCache(1), { lifetime: 604_801 })).to.throw(RangeError, /604800/);
      const pair = new SessionPair(bench, { totalAge: 1e9 }, { lifetime: 604_800, totalAge: 1e9 });
      pair.connect();
      pair.now = NOW + 604_801;
      expectResumed(pair.connect(), false);
    });

    it("total age across renewals, as the client has it", () => {
      const pair = new SessionPair(bench, { totalAge: 2 * DAY }, { totalAge: 1e9 });
      pair.connect();
      for (const [after, resumed] of [
        [DAY, true],
        [2 * DAY, true],
        [2 * DAY + 1, false],
        [2 * DAY + 2, true],
      ] as const) {
        pair.now = NOW + after;
        expectResumed(pair.connect(), resumed, `after ${after}`);
      }
    });

    it("total age across renewals, as the server has it: no ticket outlives it", () => {
      const pair = new SessionPair(bench, { totalAge: 1e9 }, { totalAge: 2 * DAY });
      pair.connect();
      pair.now = NOW + DAY;
      expectResumed(pair.connect(), true);
      pair.now = NOW + 2 * DAY;
      expectResumed(pair.connect(), true);
      pair.now = NOW + 2 * DAY + 1;
      expectResumed(pair.connect(), false);
    });

    it("a clock that went back", () => {
      const pair = new SessionPair(bench);
      pair.connect();
      pair.now = NOW + 100;
      expectResumed(pair.connect(), true);
      pair.now = NOW + 50;
      expectResumed(pair.connect(), false, "behind its last connection");
    });

    it("a server's clock that went back: a minute is nothing", () => {
      for (const [seconds, resumed] of [
        [60, true],
        [61, false],
      ] as const) {
        const pair = new SessionPair(bench);
        pair.connect();
        expectResumed(pair.connect({}, { clock: { seconds: () => NOW - seconds } }), resumed);
      }
    });

    it("a server whose lifetime is shorter now", () => {
      const pair = new SessionPair(bench);
      pair.connect();
      pair.now = NOW + 101;
      expectResumed(pair.connect({}, { tickets: new Tickets(pair.keys, { lifetime: 100 }) }), false);
    });

    it("an unset clock after sleep: only by the host's word, and not past the floor", () => {
      const unset = { clock: { seconds: () => -1 } };
      let floor = NOW - 5;
      const checks = { timePolicy: { floor: () => floor, verified() {} } };
      const pair = new SessionPair(bench);
      expectResumed(second(bench, { ...unset, checks }, {}, pair, { client: { checks } }), false);
      const trusting = new Resumption(pair.store, { allowSessionsOfUnknownAge: true });
      pair.connect({ checks });
      expectResumed(pair.connect({ ...unset, checks, resumption: trusting }), true);
      // The session that came with the clock unset stays one of unknown age.
      expectResumed(pair.connect({ checks }), false);
      pair.connect({ checks });
      floor = AFTER_LEAF + 10;
      const both = bench.joined(pair.parts({ ...unset, checks, resumption: trusting }));
      both.expectAlert(both.client, "certificate_expired");
    });

    it("a server whose clock is not set gives tickets only by its host's word", () => {
      const unset = { clock: { seconds: () => -1 } };
      const pair = new SessionPair(bench);
      expectResumed(second(bench, {}, unset, pair, { server: unset }), false);
      const trusting = new Tickets(pair.keys, { allowSessionsOfUnknownAge: true });
      expectResumed(
        second(bench, {}, { ...unset, tickets: trusting }, new SessionPair(bench), { server: { ...unset, tickets: trusting } }),
        true,
      );
    });
  });

  limitsOfSessions(bench, () => new SessionPair(bench));

  describe("a session's bytes", () => {
    it("used once when asked", () => {
      const pair = new SessionPair(bench, { singleUse: true });
      pair.connect();
      const session = pair.store.get(SERVER_NAME)!.slice();
      const both = bench.join(pair.parts());
      expect(pair.store.get(SERVER_NAME)).to.equal(null);
      both.run();
      expectResumed(both, true);
      expect(pair.store.get(SERVER_NAME)).to.not.deep.equal(session);
    });

    it("with a store for several: each used once, the newest first", () => {
      const store = new MemorySessionStore(1, 2);
      const resumption = new Resumption(store, { singleUse: true });
      const pair = new SessionPair(bench, {}, { count: 2 });
      pair.connect({ resumption });
      const parts = [0, 1, 2].map(() => bench.join(pair.parts({ resumption })));
      for (const both of parts) both.run();
      expect(parts.map((both) => both.client.resumed)).to.deep.equal([true, true, false]);
    });

    it("a ticket longer than may be kept is passed over", () => {
      const pair = new SessionPair(bench, { maxTicket: 20 });
      expectResumed(second(bench, {}, {}, pair), false);
    });
  });
});
