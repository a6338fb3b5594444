import type { Clock } from "../../src/crypto/provider.js";

/** 2025-01-01: an earlier date is what a device says before anybody told it the time. */
const EARLIEST = 1_735_689_600;

function seconds(): number {
  // allow: host-global — this is the device's clock: Date is where the SDK keeps it
  const now = Math.floor(Date.now() / 1000);
  return now < EARLIEST ? -1 : now;
}

/** The device's own clock. It is not set until SNTP, or whatever the app takes its time from, has set it. */
export const clock: Clock = { seconds };
