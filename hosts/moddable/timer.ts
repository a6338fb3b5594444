/// <reference types="@moddable/typings/timer.d.ts" />
/// <reference types="@moddable/typings/time.d.ts" />
// The only imports of modules that exist on devices alone. What stands on it is in other files, which take a timer as an argument.
export { default as Timer } from "timer";

import Time from "time";
import type { SliceTime } from "./slices.js";

export function sliceTime(milliseconds: number | undefined): SliceTime | null {
  return milliseconds === undefined ? null : { milliseconds, ticks: () => Time.ticks };
}
