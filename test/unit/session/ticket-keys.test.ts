import { expect } from "chai";
import { chacha20Poly1305 } from "../../../src/crypto/xs/chacha20-poly1305.js";
import { SessionCache } from "../../../src/session/session-cache.js";
import { MemorySessionStore } from "../../../src/session/session-store.js";
import { TICKET_KEY_LENGTH, TicketKeys } from "../../../src/session/ticket-keys.js";
import { ON_XS, sampled } from "../../pair/effort.js";
import { equal } from "../../peer/bytes.js";
import { SeededRandom } from "../../peer/random.js";

const NOW = 1_000_000;

describe("TicketKeys", () => {
  const random = new SeededRandom("tickets");
  const session = new Uint8Array(82).map((_, i) => i);
  const make = (options = {}) => new TicketKeys(chacha20Poly1305, random, options);

  it("what was sealed comes out again, wherever it stands", () => {
    const keys = make();
    const ticket = keys.seal(session, random, NOW);
    const inside = new Uint8Array(7 + ticket.length + 9);
    inside.set(ticket, 7);
    expect(keys.open(inside, 7, ticket.length, NOW)).to.deep.equal(session);
    expect(equal(inside.slice(7, 7 + ticket.length), ticket), "what the ClientHello holds stays as it is").to.equal(true);
  });

  it("a nonce of its own for each, and a name that tells nothing but the key", () => {
    const keys = make();
    const [one, two] = [keys.seal(session, random, NOW), keys.seal(session, random, NOW)];
    expect(one.slice(0, 16)).to.deep.equal(two.slice(0, 16));
    expect(one.slice(16, 28)).to.not.deep.equal(two.slice(16, 28));
    expect(one.slice(28)).to.not.deep.equal(two.slice(28));
    expect(make().seal(session, random, NOW).slice(0, 16)).to.not.deep.equal(one.slice(0, 16));
  });

  it("every bit counts", () => {
    const keys = make();
    const ticket = keys.seal(session, random, NOW);
    for (const bit of sampled(0, ticket.length * 8 - 1, 30)) {
      const bad = ticket.slice();
      bad[bit >> 3]! ^= 1 << (bit & 7);
      expect(keys.open(bad, 0, bad.length, NOW), `bit ${bit}`).to.equal(null);
    }
    for (let length = 0; length < ticket.length; length += ON_XS ? 31 : 1) expect(keys.open(ticket, 0, length, NOW)).to.equal(null);
  });

  it("a new key takes over when its time has come; the old one goes as much later", () => {
    const keys = make({ rotateAfter: 100 });
    const first = keys.seal(session, random, NOW);
    expect(keys.open(first, 0, first.length, NOW + 99)).to.deep.equal(session);
    const second = keys.seal(session, random, NOW + 100);
    expect(second.slice(0, 16)).to.not.deep.equal(first.slice(0, 16));
    expect(keys.open(first, 0, first.length, NOW + 199)).to.deep.equal(session);
    expect(keys.open(first, 0, first.length, NOW + 200)).to.equal(null);
    expect(keys.open(second, 0, second.length, NOW + 200)).to.deep.equal(session);
  });

  it("keys given from outside: the first seals, all open, none changes", () => {
    const [a, b] = [make().export(), make().export()];
    const old = make({ keys: a });
    const ticket = old.seal(session, random, NOW);
    const both = make({ keys: new Uint8Array([...b, ...a]) });
    expect(both.open(ticket, 0, ticket.length, NOW + 1e8)).to.deep.equal(session);
    expect(both.seal(session, random, NOW).slice(0, 16)).to.deep.equal(b.slice(0, 16));
    both.replace(b);
    expect(both.open(ticket, 0, ticket.length, NOW)).to.equal(null);
    for (const length of [0, 1, TICKET_KEY_LENGTH - 1, TICKET_KEY_LENGTH + 1])
      expect(() => make({ keys: new Uint8Array(length) })).to.throw(RangeError, /48/);
  });

  it("a key that goes is zeroed", () => {
    const held = (keys: TicketKeys) => (keys as unknown as { keys: { bytes: Uint8Array }[] }).keys[0]!.bytes;
    const replaced = make();
    const first = held(replaced);
    replaced.replace(make().export());
    const turned = make({ rotateAfter: 100 });
    const second = held(turned);
    for (const now of [NOW, NOW + 100, NOW + 200]) turned.seal(session, random, now);
    for (const bytes of [first, second]) expect(equal(bytes, new Uint8Array(TICKET_KEY_LENGTH))).to.equal(true);
  });
});

describe("SessionCache", () => {
  it("keeps as many as it may, each for one use; the oldest go first", () => {
    const random = new SeededRandom("cache");
    const cache = new SessionCache(3);
    const tickets = [1, 2, 3, 4].map((n) => cache.seal(new Uint8Array([n]), random));
    const open = (ticket: Uint8Array) => cache.open(ticket, 0, ticket.length);
    expect(open(tickets[0]!)).to.equal(null);
    expect(open(tickets[1]!)).to.deep.equal(new Uint8Array([2]));
    expect(open(tickets[1]!)).to.equal(null);
    expect(open(tickets[3]!)).to.deep.equal(new Uint8Array([4]));
    expect(cache.open(tickets[2]!, 0, 31)).to.equal(null);
  });
});

describe("MemorySessionStore", () => {
  it("holds no more than it was told", () => {
    const store = new MemorySessionStore(2, 2);
    const of = (n: number) => new Uint8Array([n]);
    for (let n = 0; n < 5; n++) store.put("a", of(n));
    store.put("b", of(10));
    expect(store.get("a")).to.deep.equal(of(4));
    store.remove("a", store.get("a")!);
    expect(store.get("a")).to.deep.equal(of(3));
    store.remove("a", store.get("a")!);
    expect(store.get("a")).to.equal(null);
    store.put("c", of(11));
    store.put("d", of(12));
    expect(store.get("b")).to.equal(null);
    expect(store.get("c")).to.deep.equal(of(11));
    expect(() => new MemorySessionStore(0)).to.throw(RangeError);
  });

  it("zeroes what it drops", () => {
    const store = new MemorySessionStore();
    const [one, two] = [new Uint8Array([1]), new Uint8Array([2])];
    store.put("a", one);
    store.put("a", two);
    expect(one[0]).to.equal(0);
    store.remove("a", two);
    expect(two[0]).to.equal(0);
  });
});
