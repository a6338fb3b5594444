// What the server app's connections are made from, but for the identity: constants, so they lie in flash.
import host from "sim:host";
import config from "mc/config";
import type { ListenerSecureOptions } from "../../hosts/moddable/listener.js";
import { iotClient } from "../../src/profiles/iot-client.js";

export const secure: Omit<ListenerSecureOptions, "hosts"> = {
  provider: iotClient,
  random: {
    fill(bytes, offset, length) {
      host.fillRandom(bytes, offset, length);
    },
  },
  clock: {
    seconds: () => Math.floor(Date.now() / 1000),
  },
  receiveBuffer: config.receiveBuffer,
  sendBuffer: config.sendBuffer,
  handshakeTimeout: 2000,
  idleTimeout: 20_000,
};
