// What the app's TLS sockets are made from: constants, so they lie in flash and cost no RAM.
import host from "sim:host";
import { provider as profile } from "sim:provider";
import { certificates } from "sim:trust";
import config from "mc/config";
import type { SecureOptions } from "../../hosts/moddable/tls-socket.js";
import type { CryptoProvider } from "../../src/crypto/provider.js";
import { AnchorList, anchorFromCertificate } from "../../src/x509/anchors.js";

const provider: CryptoProvider = { ...profile, suites: profile.suites.filter((suite) => config.suites.includes(suite.id)) };

export const secure: SecureOptions & { readonly serverName: string } = {
  provider,
  random: {
    fill(bytes, offset, length) {
      host.fillRandom(bytes, offset, length);
    },
  },
  clock: {
    seconds: () => Math.floor(Date.now() / 1000),
  },
  trust: new AnchorList(certificates.map((der) => anchorFromCertificate(der, profile.sha256))),
  serverName: config.serverName,
  receiveBuffer: config.receiveBuffer,
  sendBuffer: config.sendBuffer,
  handshakeTimeout: 20_000,
  idleTimeout: 20_000,
};
