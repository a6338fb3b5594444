import { concat } from "../peer/bytes.js";
import type { SeededRandom } from "../peer/random.js";
import type { RecordPlan } from "../peer/record-layer.js";
import { ScriptedClient } from "../peer/scripted-client.js";
import { ScriptedClient12 } from "../peer/scripted-client-12.js";
import { ScriptedServer } from "../peer/scripted-server.js";
import { ScriptedServer12 } from "../peer/scripted-server-12.js";
import { Broken, Drive } from "./drive.js";
import { mutateBytes, mutateMessage, pieceLength } from "./mutate.js";
import type { Scenario } from "./scenarios.js";

const OPEN = 1;

/** The scripted peer of a scenario, with hooks of the fuzzer's. */
interface Peer {
  receiveRecords(bytes: Uint8Array): Uint8Array[];
  takeRecords(): Uint8Array[];
  write(content: Uint8Array): void;
  keyUpdate(request: number): void;
  close(): void;
  alert(level: number, description: number): void;
}

type Hooks = {
  readonly mutate?: (name: string, bytes: Uint8Array) => Uint8Array | Uint8Array[] | null;
  readonly record?: (plan: RecordPlan) => RecordPlan | RecordPlan[] | null;
};

/** A peer of TLS 1.2: its answer to a wish for new keys is a wish for a new handshake. Its records are left as they are. */
function peer12(peer: ScriptedServer12 | ScriptedClient12, again: number): Peer {
  return {
    receiveRecords: (bytes) => peer.receiveRecords(bytes),
    takeRecords: () => peer.takeRecords(),
    write: (content) => peer.data(content),
    keyUpdate: () => peer.handshake(new Uint8Array([again, 0, 0, 0])),
    close: () => peer.alert(1, 0),
    alert: (level, description) => peer.alert(level, description),
  };
}

export function makePeer(scenario: Scenario, hooks: Hooks = {}): Peer {
  const { mutate } = hooks;
  const changes = mutate === undefined ? {} : { mutate };
  if (scenario.server12 !== undefined) return peer12(new ScriptedServer12({ ...scenario.server12, ...changes }), 0);
  if (scenario.client12 !== undefined) return peer12(new ScriptedClient12({ ...scenario.client12, ...changes }), 1);
  return scenario.role === "client"
    ? new ScriptedServer({ ...scenario.server!, ...hooks })
    : new ScriptedClient({ ...scenario.client!, ...hooks });
}

/** What the peer says once it is connected, in the recorded flights. */
export const WORDS = new Uint8Array(300).map((_, i) => (i * 11) & 255);

/** The peer's pieces in a handshake that goes well, each an answer to what the connection said before. */
export type Flight = readonly Uint8Array[];

/** Records the peer's side of a handshake, then data, a KeyUpdate and the end. */
export function recordFlight(scenario: Scenario): Uint8Array[] {
  const peer = makePeer(scenario);
  const drive = new Drive(scenario.connect());
  const flight: Uint8Array[] = [];
  const step = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return;
    flight.push(bytes);
    drive.give(bytes);
  };
  step(concat(...peer.takeRecords()));
  for (let i = 0; i < 200; i++) {
    const said = drive.take();
    if (said.length === 0) break;
    step(concat(...peer.receiveRecords(said)));
  }
  if (drive.connection.state !== OPEN) throw new Error(`${scenario.name}: the recorded handshake does not open: ${drive.outcome}`);
  peer.write(WORDS);
  peer.keyUpdate(1);
  peer.write(WORDS);
  peer.close();
  step(concat(...peer.takeRecords()));
  return flight;
}

/** Plays a flight, changed or not. */
export function play(drive: Drive, flight: Flight, random: SeededRandom | null = null): void {
  for (const piece of flight) {
    for (let at = 0; at < piece.length; ) {
      const length = random === null ? piece.length : pieceLength(random);
      if (!drive.give(piece.slice(at, at + length)) && drive.connection.state > OPEN) return;
      at += length;
      if (random !== null && random.below(3) > 0) drive.take();
      if (random !== null && random.below(60) === 0) hostActs(drive, random);
    }
    while (drive.take().length > 0);
  }
}

/** The recorded flight with a few bytes changed: records in clear, and protection. Data can only be what was recorded, up to some point. */
export function fuzzWire(scenario: Scenario, flight: Flight, random: SeededRandom, begun: (drive: Drive) => void): Drive {
  const changed = flight.map((piece) => piece);
  for (let i = 1 + random.below(2); i > 0; i--) {
    // the records in clear are where wire damage gets deep
    const which = random.below(3) === 0 ? random.below(changed.length) : 0;
    changed[which] = mutateBytes(changed[which]!, random, flight);
  }
  if (random.below(8) === 0 && changed.length > 1) changed.splice(random.below(changed.length), 1);
  if (random.below(8) === 0) changed.splice(random.below(changed.length), 0, changed[random.below(changed.length)]!);
  const drive = new Drive(scenario.connect());
  begun(drive);
  play(drive, changed, random);
  const words = concat(WORDS, WORDS);
  for (let i = 0; i < drive.received.length; i++)
    if (drive.received[i] !== words[i]) throw new Broken(`application data that the peer never sent, at ${i}`);
  drive.finish();
  return drive;
}

/** A live peer whose messages and records are changed before they are protected: what a hostile peer with keys can do. */
export function fuzzMessages(scenario: Scenario, pool: Uint8Array[], random: SeededRandom, begun: (drive: Drive) => void): Drive {
  const chance = 2 + random.below(5);
  const recordChance = random.below(4) === 0 ? 3 : 1 << 20;
  const peer = makePeer(scenario, {
    mutate: (_name, bytes) => {
      if (pool.length < 400) pool.push(bytes);
      if (random.below(chance) > 0) return bytes;
      const kind = random.below(10);
      if (kind === 0) return null;
      if (kind === 1) return [bytes, bytes];
      if (kind === 2) return [pool[random.below(pool.length)]!, bytes];
      return mutateMessage(bytes, random, pool);
    },
    record: (plan) => (random.below(recordChance) > 0 ? plan : changedRecord(plan, random)),
  });
  const drive = new Drive(scenario.connect());
  begun(drive);
  let bytes = concat(...peer.takeRecords());
  for (let round = 0; round < 60; round++) {
    for (let at = 0; at < bytes.length; ) {
      const length = pieceLength(random);
      if (!drive.give(bytes.slice(at, at + length)) && drive.connection.state > OPEN) break;
      at += length;
    }
    if (random.below(20) === 0) hostActs(drive, random);
    const said = drive.take();
    bytes = concat(...peer.receiveRecords(said));
    if (bytes.length === 0 && said.length === 0) {
      if (drive.connection.state > OPEN || round > 40) break;
      peerActs(peer, random);
      bytes = concat(...peer.takeRecords());
    }
  }
  drive.finish();
  return drive;
}

function changedRecord(plan: RecordPlan, random: SeededRandom): RecordPlan | RecordPlan[] | null {
  switch (random.below(9)) {
    case 0:
      return { ...plan, type: [0, 20, 21, 22, 23, 24][random.below(6)]! };
    case 1:
      return { ...plan, content: mutateBytes(plan.content, random) };
    case 2:
      return { ...plan, padding: random.below(1000) };
    case 3:
      return { ...plan, seal: !plan.seal };
    case 4:
      return { ...plan, flip: random.below(100) };
    case 5:
      return { ...plan, length: random.below(20000) };
    case 6:
      return [plan, plan];
    case 7: {
      const cut = random.below(plan.content.length + 1);
      return [
        { ...plan, content: plan.content.slice(0, cut) },
        { ...plan, messages: [], content: plan.content.slice(cut) },
      ];
    }
    default:
      return { ...plan, noInnerType: true };
  }
}

function peerActs(peer: Peer, random: SeededRandom): void {
  switch (random.below(8)) {
    case 0:
      peer.keyUpdate(random.below(3));
      break;
    case 1:
      peer.close();
      break;
    case 2:
      peer.alert(random.below(3), random.below(130));
      break;
    case 3:
      for (let i = random.below(60); i > 0; i--) peer.write(new Uint8Array(0));
      break;
    default:
      peer.write(random.bytes(random.below(800)));
  }
}

function hostActs(drive: Drive, random: SeededRandom): void {
  switch (random.below(8)) {
    case 0:
      drive.act("close");
      break;
    case 1:
      drive.act("closeWrite");
      break;
    case 2:
      drive.act("updateKeys", random.below(2));
      break;
    case 3:
      drive.act("fail", random.below(130) - 2);
      break;
    case 4:
      drive.act("receivedEnd");
      break;
    case 5:
      drive.act("resume");
      break;
    default:
      drive.act("write", random.below(1000));
  }
}
