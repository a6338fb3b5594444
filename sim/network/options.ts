// What a command line says of the network between a device and its servers.
import { isIP } from "node:net";
import { type Command, InvalidArgumentError } from "commander";
import { whole } from "../whole.js";
import type { Shape } from "./link.js";

export interface Network {
  readonly shape: Shape;
  /** Bytes that come at once; null: as they come. */
  readonly segment: number | null;
  /** NAME → address, which look-ups find first. */
  readonly names: Readonly<Record<string, string>>;
}

export interface NetworkFlags {
  latency: number;
  stall?: { bytes: number; milliseconds: number };
  segment?: number;
  loseLink?: { bytes: number; milliseconds: number };
  resolve: Record<string, string>;
}

/** BYTES:MS; where `forever`, MS may be left out. */
function bytesFor(forever: boolean): (text: string) => { bytes: number; milliseconds: number } {
  const form = forever ? "BYTES, or BYTES:MS" : "BYTES:MS";
  return (text) => {
    const match = /^(\d{1,9})(?::(\d{1,7}))?$/.exec(text);
    if (match === null || Number(match[1]) < 1 || (match[2] === undefined && !forever))
      throw new InvalidArgumentError(`give ${form}, as 1000:500.`);
    return { bytes: Number(match[1]), milliseconds: match[2] === undefined ? Infinity : Number(match[2]) };
  };
}

function parseName(text: string, former: Readonly<Record<string, string>>): Record<string, string> {
  const match = /^([^\s:]+):(.+)$/.exec(text);
  if (match === null || isIP(match[2] as string) === 0) throw new InvalidArgumentError("give NAME:ADDRESS as broker.example:127.0.0.1.");
  return { ...former, [(match[1] as string).toLowerCase()]: match[2] as string };
}

export function withNetwork(command: Command): Command {
  return command
    .option("--latency <MS>", "each byte takes so long, in each direction", whole(0, 60_000), 0)
    .option("--stall <BYTES:MS>", "each time so many bytes have come, nothing moves for so long", bytesFor(false))
    .option("--segment <BYTES>", "what is received comes in pieces of so many bytes", whole(1, 65_536))
    .option(
      "--lose-link <BYTES[:MS]>",
      "after so many bytes have come nothing moves any more, or not for so long; nobody is told",
      bytesFor(true),
    )
    .option("--resolve <NAME:ADDRESS>", "look-ups of NAME find ADDRESS (may be repeated)", parseName, {});
}

export function networkOf({ latency, stall, segment, loseLink, resolve }: NetworkFlags): Network {
  return {
    shape: {
      latency,
      stall: stall === undefined ? null : { every: stall.bytes, milliseconds: stall.milliseconds },
      loss: loseLink === undefined ? null : { after: loseLink.bytes, milliseconds: loseLink.milliseconds },
    },
    segment: segment ?? null,
    names: resolve,
  };
}
