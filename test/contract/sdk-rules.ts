import { client, localhost, root } from "contract:given";
import type { ListenerSecureOptions } from "../../hosts/moddable/listener.js";
import SdkTLSSocket, { type SdkSecure, type SdkTLSSocketOptions } from "../../hosts/moddable/sdk-tls-socket.js";
import { SessionCache } from "../../src/session/session-cache.js";
import { Tickets } from "../../src/session/tickets.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { ascii, LOCAL, localHost, OVER_TCP, serve, trust } from "./ends.js";
import type { Rule, Trial } from "./trial.js";

/** As an app of the SDK makes its socket: the SDK's keys, and nothing of thimble's. */
function open(trial: Trial, port: number | undefined, secure: SdkSecure, onWritable: (this: SdkTLSSocket) => void): void {
  let first = true;
  const socket: SdkTLSSocket = trial.keep(
    new SdkTLSSocket({
      address: LOCAL,
      host: "localhost",
      port: port as number,
      TCP: OVER_TCP,
      secure,
      onWritable() {
        if (first) onWritable.call(socket);
        first = false;
      },
      onError: (error) => trial.fail(error.message),
    }),
  );
}

function refuses(trial: Trial, secure: object | undefined, ...words: readonly string[]): void {
  const options = { address: LOCAL, host: "localhost", port: 9, TCP: OVER_TCP, secure } as SdkTLSSocketOptions;
  trial.throws(() => trial.keep(new SdkTLSSocket(options)), ...words);
}

const LIMIT = 30_000;

export const SDK_RULES: readonly Rule[] = [
  {
    name: "an SDK app's socket: protocolVersion, certificate and ALPN alone",
    limit: LIMIT,
    run(trial) {
      const listener = serve(trial, () => undefined);
      const secure: SdkSecure = { protocolVersion: 0x303, certificate: root, applicationLayerProtocolNegotiation: "mqtt" };
      open(trial, listener.port, secure, function () {
        trial.equal(this.alpn, "mqtt", "alpn");
        trial.pass();
      });
    },
  },
  {
    name: "an SDK app's socket: cache is on and resumes; cache: false does not",
    limit: LIMIT,
    run(trial) {
      const more: Partial<ListenerSecureOptions> = { tickets: new Tickets(new SessionCache(4)), maxHandshakes: 4 };
      const listener = serve(trial, () => undefined, more);
      const secure: SdkSecure = { certificate: root };
      open(trial, listener.port, secure, function () {
        trial.equal(this.resumed, false, "the first is resumed");
        trial.after(300, () =>
          open(trial, listener.port, secure, function () {
            trial.equal(this.resumed, true, "the second is resumed");
            open(trial, listener.port, { ...secure, cache: false }, function () {
              trial.equal(this.resumed, false, "one without a cache is resumed");
              trial.pass();
            });
          }),
        );
      });
    },
  },
  {
    name: "an SDK app's socket: clientKey and clientCertificates prove the client",
    limit: LIMIT,
    run(trial) {
      const host = { ...localHost, clientAuthentication: { trust, required: true } };
      const listener = serve(
        trial,
        (socket) => {
          trial.equal(socket.serverName, "localhost", "SNI");
          trial.pass();
        },
        { hosts: new VirtualHosts([["localhost", host]]) },
      );
      const secure: SdkSecure = { certificate: root, clientKey: client.key, clientCertificates: client.certificates, cache: false };
      open(trial, listener.port, secure, () => undefined);
    },
  },
  {
    name: "an SDK app's socket: what is wrong with certificates and keys is named",
    run(trial) {
      const pem = ascii("-----BEGIN CERTIFICATE-----");
      const good = { certificate: root };
      refuses(trial, undefined, "secure.certificate", "roots.bin");
      refuses(trial, {}, "secure.certificate", "roots.bin");
      refuses(trial, { certificate: pem }, "secure.certificate", "PEM");
      refuses(trial, { certificate: "ca.der" }, "secure.certificate", "bytes");
      refuses(trial, { certificate: root.slice(0, 40) }, "secure.certificate");
      refuses(trial, { certificate: new ArrayBuffer(0) }, "secure.certificate", "no DER");
      refuses(trial, { ...good, trust }, "secure.certificate", "secure.trust");
      refuses(trial, { ...good, clientCertificates: client.certificates }, "secure.clientKey", "missing");
      refuses(trial, { ...good, clientKey: client.key }, "secure.clientCertificates", "array");
      refuses(trial, { ...good, clientKey: pem, clientCertificates: client.certificates }, "secure.clientKey", "PEM");
      refuses(trial, { ...good, clientKey: localhost.key, clientCertificates: client.certificates }, "secure.clientKey", "does not belong");
      refuses(trial, { ...good, clientKey: root, clientCertificates: client.certificates }, "secure.clientKey");
      refuses(trial, { ...good, clientKey: client.key, clientCertificates: [pem] }, "secure.clientCertificates", "PEM");
      refuses(trial, { ...good, verify: false }, "secure.verify", "secure.trust");
      refuses(trial, { ...good, ca: [root] }, "secure.ca", "no such option");
      refuses(trial, { ...good, provider: null }, "secure.provider", "object", "null");
      refuses(trial, { ...good, provider: 7 }, "secure.provider", "object", "number");
      refuses(trial, 5 as never, "secure", "object");
      trial.pass();
    },
  },
];
