import { expect } from "chai";
import { FlashSessions } from "../../../hosts/moddable/flash-sessions.js";
import { type Keep, PreferenceKeep } from "../../../hosts/moddable/keep.js";
import { KeptFloor, type NTPClient, rememberedFloor, SNTPClient, timeFromNetwork } from "../../../hosts/moddable/network-time.js";
import { FloorDate } from "../../../src/x509/time-policy.js";

/** Flash that counts what is done to it. */
class FakeFlash implements Keep {
  readonly entries = new Map<string, ArrayBuffer>();
  writes = 0;
  deletes = 0;
  full = false;
  broken = false;
  /** What was given out. */
  readonly given: ArrayBuffer[] = [];
  /** The bytes written last, as they are now. */
  written = new Uint8Array(0);

  read(key: string): unknown {
    if (this.broken) throw new Error("no flash");
    const entry = this.entries.get(key)?.slice(0);
    if (entry !== undefined) this.given.push(entry);
    return entry;
  }

  write(key: string, bytes: Uint8Array): void {
    if (this.full) throw new Error("no room");
    this.writes++;
    this.written = bytes as Uint8Array<ArrayBuffer>;
    this.entries.set(key, bytes.slice().buffer as ArrayBuffer);
  }

  delete(key: string): void {
    if (this.broken) throw new Error("no flash");
    this.deletes++;
    this.entries.delete(key);
  }
}

const session = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const bytes = (found: Uint8Array | null): number[] | null => (found === null ? null : Array.from(found));

describe("hosts/moddable FlashSessions", () => {
  it("keeps the newest session of each server over a restart, one write for each ticket", () => {
    const flash = new FakeFlash();
    const store = new FlashSessions(flash);
    expect(store.get("a.example")).to.equal(null);
    store.put("a.example", session(1, 2, 3));
    store.put("b.example", session(4, 5));
    store.put("a.example", session(6));
    expect([flash.writes, flash.deletes, flash.entries.size]).to.deep.equal([3, 0, 2]);
    const after = new FlashSessions(flash);
    expect(bytes(after.get("a.example"))).to.deep.equal([6]);
    expect(bytes(after.get("b.example"))).to.deep.equal([4, 5]);
    expect(after.get("")).to.equal(null);
    expect(after.get("a.exampl")).to.equal(null);
    expect(
      flash.written.every((byte) => byte === 0),
      "no copy stays in memory",
    ).to.equal(true);
    expect([flash.writes, flash.deletes]).to.deep.equal([3, 0]);
  });

  it("has room for so many servers, and the oldest goes first", () => {
    const flash = new FakeFlash();
    const store = new FlashSessions(flash, 2);
    store.put("a", session(1));
    store.put("b", session(2));
    store.put("a", session(3));
    store.put("c", session(4));
    expect([bytes(store.get("a")), bytes(store.get("b")), bytes(store.get("c"))]).to.deep.equal([[3], null, [4]]);
    for (const names of [0, 17]) expect(() => new FlashSessions(flash, names)).to.throw(RangeError);
    const { writes } = flash;
    store.put("x".repeat(256), session(5));
    expect(flash.writes).to.equal(writes);
    expect(() => new FlashSessions({} as Keep)).to.throw(TypeError);
  });

  it("removes the session that is meant, and no newer one", () => {
    const flash = new FakeFlash();
    const store = new FlashSessions(flash);
    store.put("", session(1, 2));
    const old = store.get("") as Uint8Array;
    store.put("", session(1, 3));
    store.remove("", old);
    expect(bytes(store.get(""))).to.deep.equal([1, 3]);
    store.remove("other", session(1, 3));
    store.remove("", session(1));
    store.remove("", session(1, 3, 0));
    expect(flash.deletes).to.equal(0);
    store.remove("", session(1, 3));
    expect([store.get(""), flash.deletes]).to.deep.equal([null, 1]);
  });

  it("what is damaged, foreign or no bytes is none; a full flash keeps nothing and says nothing", () => {
    const flash = new FakeFlash();
    const store = new FlashSessions(flash);
    for (const entry of [[], [1], [2, 0, 0, 0, 1, 1, 97, 9], [1, 0, 0, 0, 1, 200, 97]]) {
      flash.entries.set("tls0", Uint8Array.from(entry).buffer as ArrayBuffer);
      expect(store.get("a"), String(entry)).to.equal(null);
    }
    flash.entries.set("tls0", "text" as never);
    expect(store.get("a")).to.equal(null);
    flash.full = true;
    store.put("a", session(1));
    expect(store.get("a")).to.equal(null);
  });

  it("an entry whose number is damaged is none, and does not take the place of others for ever", () => {
    const flash = new FakeFlash();
    const store = new FlashSessions(flash);
    flash.entries.set("tls0", Uint8Array.of(1, 255, 255, 255, 255, 1, 97, 9).buffer);
    expect(store.get("a")).to.equal(null);
    store.put("b", session(2));
    store.put("c", session(3));
    expect([bytes(store.get("b")), bytes(store.get("c"))]).to.deep.equal([[2], [3]]);
  });

  it("a flash that fails costs no connection", () => {
    const flash = new FakeFlash();
    const store = new FlashSessions(flash);
    store.put("a", session(1));
    flash.broken = true;
    expect(store.get("a")).to.equal(null);
    store.put("a", session(2));
    store.remove("a", session(1));
    expect(rememberedFloor(flash)).to.equal(0);
    const cannotDelete = new FlashSessions({
      read: () => Uint8Array.of(1, 0, 0, 0, 1, 1, 97, 7).buffer,
      write: () => undefined,
      delete() {
        throw new Error("no flash");
      },
    });
    cannotDelete.remove("a", session(7));
  });

  it("what was read of flash is wiped, but for the session that is given", () => {
    const flash = new FakeFlash();
    const store = new FlashSessions(flash);
    store.put("a", session(1));
    store.put("b", session(2, 2));
    const found = store.get("b") as Uint8Array;
    store.put("a", session(3));
    store.remove("a", session(4));
    store.remove("a", session(3));
    expect(bytes(found)).to.deep.equal([2, 2]);
    expect(flash.given.length).to.be.greaterThan(5);
    expect(flash.given.every((buffer) => new Uint8Array(buffer).every((byte) => byte === 0))).to.equal(true);
  });

  it("a domain of the SDK's preference is such a storage", () => {
    const kept: Record<string, ArrayBuffer> = {};
    const given: ArrayBuffer[] = [];
    const keep = new PreferenceKeep(
      {
        get: (domain, key) => kept[`${domain}/${key}`]?.slice(0),
        set(domain, key, value) {
          expect(value).to.be.instanceOf(ArrayBuffer);
          given.push(value);
          kept[`${domain}/${key}`] = value.slice(0);
        },
        delete: (domain, key) => delete kept[`${domain}/${key}`],
      },
      "thimble",
    );
    const store = new FlashSessions(keep);
    store.put("a", session(7, 8));
    expect(Object.keys(kept)).to.deep.equal(["thimble/tls0"]);
    expect(given.map((buffer) => new Uint8Array(buffer).some((byte) => byte !== 0))).to.deep.equal([false]);
    const found = store.get("a") as Uint8Array;
    expect(bytes(found)).to.deep.equal([7, 8]);
    store.remove("a", found);
    expect(kept).to.deep.equal({});
  });
});

describe("hosts/moddable time from the network", () => {
  const BUILD = 1_700_000_000;
  const CEILING = BUILD + 1_000_000;

  function asked(milliseconds: number | undefined, error: Error | null = null): { set: number[]; told: string } {
    const set: number[] = [];
    let told = "";
    const client: NTPClient = { getTime: (callback) => callback(error, milliseconds) };
    timeFromNetwork(
      client,
      new FloorDate(BUILD, CEILING),
      (seconds) => set.push(seconds),
      (failure) => {
        told = failure === null ? "set" : failure.message;
      },
    );
    return { set, told };
  }

  it("is believed from the floor to the ceiling, and not outside", () => {
    expect(asked((BUILD + 5) * 1000 + 700)).to.deep.equal({ set: [BUILD + 5], told: "set" });
    expect(asked(BUILD * 1000).told).to.equal("set");
    for (const seconds of [0, BUILD - 1, CEILING + 1, Number.NaN]) {
      const { set, told } = asked(seconds * 1000);
      expect(set).to.deep.equal([]);
      expect(told).to.contain(`the time server says ${seconds}`);
    }
    for (const answer of [undefined, (BUILD + 5) * 1000])
      expect(asked(answer, new Error("no answer"))).to.deep.equal({ set: [], told: "no answer" });
    expect(asked(undefined).told).to.contain("says NaN");
  });

  it("the SDK's sntp asks one host after the other", () => {
    const hosts: unknown[] = [];
    class SNTP {
      static readonly time = 1;
      static readonly error = -1;
      constructor({ host }: { host: string }, callback: (message: number, value?: unknown) => unknown) {
        hosts.push(host);
        callback(2);
        const next = callback(SNTP.error, "cannot resolve");
        hosts.push(next);
        if (next === "good") callback(SNTP.time, 1234);
        else expect(callback(SNTP.error, "again")).to.equal(undefined);
      }
    }
    const told: unknown[] = [];
    new SNTPClient(SNTP, "bad", "good").getTime((error, milliseconds) => told.push(error, milliseconds));
    expect([hosts, told]).to.deep.equal([
      ["bad", "good"],
      [null, 1_234_000],
    ]);
    told.length = 0;
    new SNTPClient(SNTP, "bad", "worse").getTime((error) => told.push((error as Error).message));
    expect(told).to.deep.equal(["no time server answered: again"]);
  });

  it("a floor that is kept is written once a day, and found again", () => {
    const flash = new FakeFlash();
    const floor = new KeptFloor(new FloorDate(BUILD, CEILING, rememberedFloor(flash)), flash);
    expect(floor.floor()).to.equal(BUILD);
    floor.verified(BUILD + 86_399);
    expect([floor.floor(), flash.writes]).to.deep.equal([BUILD + 86_399, 0]);
    floor.verified(BUILD + 86_400);
    floor.verified(BUILD + 86_401);
    floor.verified(BUILD);
    expect([flash.writes, rememberedFloor(flash)]).to.deep.equal([1, BUILD + 86_400]);
    expect(new FloorDate(BUILD, CEILING, rememberedFloor(flash)).floor()).to.equal(BUILD + 86_400);
    flash.full = true;
    floor.verified(CEILING);
    expect([floor.floor(), flash.writes]).to.deep.equal([CEILING, 1]);
    flash.entries.set("floor", new ArrayBuffer(3));
    expect(rememberedFloor(flash)).to.equal(0);
  });
});
