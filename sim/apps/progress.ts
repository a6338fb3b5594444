import measure from "sim:measure";

/** Tells how far the app is, and lets the simulator look at the memory. On a device: trace() alone. */
export function progress(step: string): void {
  trace("sensor: ", step, "\n");
  measure.mark(step);
}
