import { WANT_RESUME } from "../../src/connection.js";
import type { SocketConnection } from "./socket-options.js";

/** How long work in slices may hold the event loop at once. */
export interface SliceTime {
  readonly milliseconds: number;
  /** Milliseconds since some moment. */
  ticks(): number;
}

/** The config with the shortest slices there are, where their steps are not limited. */
export function inSlices<C extends { readonly sliceSteps?: number; readonly sliceMilliseconds?: number }>(config: C): C {
  const { sliceMilliseconds, sliceSteps } = config;
  if (sliceMilliseconds === undefined) return config;
  if (!(sliceMilliseconds > 0)) throw new RangeError(`sliceMilliseconds is ${sliceMilliseconds}; it must be more than 0`);
  return sliceSteps === undefined ? { ...config, sliceSteps: 1 } : config;
}

/** As many slices as fit into the time, one at least. */
export function resumeFor(connection: SocketConnection, time: SliceTime): void {
  const end = time.ticks() + time.milliseconds;
  do connection.resume();
  while ((connection.wants & WANT_RESUME) !== 0 && time.ticks() < end);
}
