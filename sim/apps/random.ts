// What `thimble-tls/moddable/random` is on the simulated device.
import host from "sim:host";
import type { Random } from "../../src/crypto/provider.js";

export const random: Random = {
  fill(bytes, offset, length) {
    host.fillRandom(bytes, offset, length);
  },
};
