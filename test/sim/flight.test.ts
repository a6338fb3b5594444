// Recorded flights must fit the connections as they are: where what these send changes, they are recorded anew.
import { readdirSync } from "node:fs";
import { expect } from "chai";
import { fixedClock, insecureFixedRandom } from "../../sim/apps/fixed-random.js";
import { ecdhePskClient12, pskClient12, rsaClient12 } from "../../sim/apps/legacy-clients.js";
import { DEFAULT_RECEIVE_BUFFER, type Flight, readFlight } from "../../sim/flights/flight.js";
import { flights, providerFile } from "../../sim/paths.js";
import { ClientConnection } from "../../src/client.js";
import type { Version12 } from "../../src/config.js";
import { PSK_KE } from "../../src/config-psk.js";
import { type Connection, OPEN } from "../../src/connection.js";
import type { CryptoProvider } from "../../src/crypto/provider.js";
import { identityFrom } from "../../src/keys/identity-from.js";
import { p256Keys } from "../../src/keys/p256-key.js";
import { iotClient12 } from "../../src/profiles/iot-client-12.js";
import { iotClient12Resuming } from "../../src/profiles/iot-client-12-resuming.js";
import { iotServer12 } from "../../src/profiles/iot-server-12.js";
import { ServerConnection } from "../../src/server.js";
import { ExternalPsk } from "../../src/session/external-psk.js";
import { Resumption } from "../../src/session/resumption.js";
import { VirtualHosts } from "../../src/virtual-hosts.js";
import { AnchorList, anchorFromCertificate } from "../../src/x509/anchors.js";
import { ocspStapling } from "../../src/x509/ocsp-stapling.js";

/** Those that are not TLS 1.3's alone. */
const VERSIONS: Readonly<Record<string, { readonly tls12: Version12; readonly tls13?: false }>> = {
  "client12-chacha": { tls12: iotClient12, tls13: false },
  "client12-aesgcm": { tls12: iotClient12, tls13: false },
  "client12-both": { tls12: iotClient12 },
  "client12-ocsp": { tls12: iotClient12, tls13: false },
  "client12-resumed": { tls12: iotClient12Resuming, tls13: false },
  "client12-rsa": { tls12: rsaClient12, tls13: false },
  "client12-psk": { tls12: pskClient12, tls13: false },
  "client12-ecdhe-psk": { tls12: ecdhePskClient12, tls13: false },
  "server12-chacha": { tls12: iotServer12 },
};

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));

async function connectionOf(name: string, flight: Flight): Promise<Connection> {
  const { provider } = (await import(providerFile(flight.provider))) as { provider: CryptoProvider };
  const { sha256 } = provider;
  const { certificates = [], key = "" } = flight;
  const identities =
    certificates.length > 0 ? [identityFrom({ certificates: certificates.map(bytesOf), key: bytesOf(key), keys: [p256Keys], sha256 })] : [];
  const versions = name.startsWith("chain12") ? VERSIONS["client12-chacha"] : VERSIONS[name];
  const { receiveBuffer = DEFAULT_RECEIVE_BUFFER } = flight;
  const common = { provider, random: insecureFixedRandom, clock: fixedClock, receiveBuffer, ...versions };
  if (name.startsWith("server")) return new ServerConnection({ ...common, hosts: new VirtualHosts([], { identities }) });
  if (flight.psk !== undefined)
    return new ClientConnection({
      ...common,
      psk: new ExternalPsk(bytesOf(flight.psk.identity), bytesOf(flight.psk.key), "SHA-256", PSK_KE),
    });
  const { session } = flight;
  const resumption = session === undefined ? {} : { resumption: new Resumption({ get: () => bytesOf(session), put() {}, remove() {} }) };
  const trust = new AnchorList([anchorFromCertificate(bytesOf(flight.root), sha256)]);
  const checks = name.endsWith("ocsp") ? { checks: { status: ocspStapling({ required: true }) } } : {};
  const lender = name.endsWith("download") ? { lender: { lend: (length: number) => new Uint8Array(length), giveBack() {} } } : {};
  return new ClientConnection({ ...common, trust, serverName: flight.serverName, identities, ...checks, ...resumption, ...lender });
}

function flush(connection: Connection): void {
  while (connection.txPending() > 0) connection.sent(connection.txPending());
}

describe("recorded flights", function () {
  this.timeout(20_000);

  for (const file of readdirSync(flights).filter((one) => one.endsWith(".json"))) {
    const name = file.slice(0, -5);
    it(`${name} can be replayed`, async () => {
      const flight = readFlight(name);
      const connection = await connectionOf(name, flight);
      flush(connection);
      for (const record of flight.records) {
        const bytes = bytesOf(record);
        for (let at = 0; at < bytes.length && connection.failure === null; ) {
          const part = bytes.slice(at, at + connection.rxSpace());
          connection.io.set(part, connection.rxOffset);
          connection.received(part.length);
          at += part.length;
          flush(connection);
          if (connection.appData() > 0) connection.consumed(connection.appData());
        }
      }
      const why =
        connection.failure === null ? "" : `${connection.failure.message}; record it anew: node dist/sim/flights/record.js ${name}`;
      expect(why).to.equal("");
      expect(connection.state).to.equal(OPEN);
    });
  }

  it("of chains come in records of at most 512 bytes", () => {
    for (const name of ["chain-1", "chain-2", "chain-5", "chain-16k", "chain-names-1", "chain-names-2", "chain-names-5"]) {
      const sealed = readFlight(name).records.map((record) => record.length / 2);
      expect(Math.max(...sealed), name).to.be.at.most(5 + 512 + 1 + 16);
    }
  });

  it("says which one is missing", () => {
    expect(() => readFlight("none")).to.throw(/none\.json cannot be read/);
  });
});
