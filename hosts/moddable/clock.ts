import type { Clock } from "../../src/crypto/provider.js";

/** 2025-01-01: an earlier date is what a device says before anybody told it the time. */
const EARLIEST = 1_735_689_600;

/** The device's own clock. It is not set until SNTP, or whatever the app takes its time from, has set it. */
export const clock: Clock = {
  seconds: () => {
    const seconds = Math.floor(Date.now() / 1000);
    return seconds < EARLIEST ? -1 : seconds;
  },
};
