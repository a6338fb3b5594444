/// <reference path="./native/modules.d.ts" />
import source from "thimble:entropy";
import type { Random } from "../../src/crypto/provider.js";
import { DeviceRandom } from "./random.js";

let made: DeviceRandom | null = null;

/** The device's random bytes, one generator for all connections. Throws while the source is not on: on an ESP32, before Wi-Fi is. */
export function deviceRandom(): Random {
  made ??= new DeviceRandom(source);
  return made;
}
