import host from "sim:host";
import measure from "sim:measure";
import { certificates as roots } from "sim:trust";
import config from "mc/config";
import type { SecureOptions } from "../../hosts/moddable/tls-socket.js";
import { iotClient } from "../../src/profiles/iot-client.js";
import { AnchorList, anchorFromCertificate } from "../../src/x509/anchors.js";
import { telling } from "./secrets-provider.js";

export const secure: SecureOptions = {
  provider: telling({
    ...iotClient,
    suites: iotClient.suites.filter(({ id }) => config.suites.includes(id)),
    groups: iotClient.groups.filter(({ name }) => name === config.path),
  }),
  random: {
    fill(bytes, offset, length) {
      host.fillRandom(bytes, offset, length);
    },
  },
  clock: { seconds: () => Math.floor(Date.now() / 1000) },
  trust: new AnchorList(roots.map((der) => anchorFromCertificate(der, iotClient.sha256))),
  serverName: "localhost",
  keyLog(label, _random, secret) {
    measure.secret(label, secret, 0, secret.length);
    secret.fill(0); // a copy, made for the log
  },
};
