import { type Message, sum } from "./run-data.js";

/** Several in a row are one. */
export function joined(messages: readonly Message[]): Message[] {
  const list: Message[] = [];
  for (const one of messages) {
    const last = list.at(-1);
    if (last === undefined || last.name !== one.name || last.direction !== one.direction || last.peak === null || one.peak === null) {
      list.push(one);
      continue;
    }
    list[list.length - 1] = {
      ...one,
      times: last.times + 1,
      wireBytes: last.wireBytes + one.wireBytes,
      peak: sum(last.peak) > sum(one.peak) ? last.peak : one.peak,
      curve: [...last.curve, ...one.curve],
      instructions: last.instructions === null || one.instructions === null ? null : last.instructions + one.instructions,
    };
  }
  return list;
}
