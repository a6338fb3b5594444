/// <reference path="./native/modules.d.ts" />
import source from "embedded:thimble/entropy";
import type { Random } from "../../src/crypto/provider.js";
import { DeviceRandom } from "./random.js";

/** The one generator of the device, made when it is first needed: not while the firmware is built, and not before its source is on. */
let made: DeviceRandom | null = null;

function generator(): DeviceRandom {
  // allow: module-state — one for the whole device, which no constructor is there to hand round
  made ??= new DeviceRandom(source);
  return made;
}

/**
 * The device's random bytes, for all its connections. It has no state of its own, so that it may stand in a module that lies in flash. It throws while
 * the source of entropy is not on: on an ESP32, before Wi-Fi is.
 */
export const deviceRandom: Random = {
  fill(bytes, offset, length) {
    generator().fill(bytes, offset, length);
  },
};
