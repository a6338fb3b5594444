// Records that are larger than the device's receive buffer, from real servers that do not know how small it is: the client does not tell them here.
import { readFileSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { createServer } from "node:tls";
import { expect } from "chai";
import { certificatesFrom } from "../../hosts/node/certificates.js";
import { xsProvider, xsSuites } from "../../hosts/node/provider-xs.js";
import { systemClock, systemRandom } from "../../hosts/node/system.js";
import { ClientConnection } from "../../src/client.js";
import type { BufferLender } from "../../src/config.js";
import { FAILED } from "../../src/connection.js";
import type { CipherSuite } from "../../src/crypto/provider.js";
import { AnchorList, anchorFromCertificate } from "../../src/x509/anchors.js";
import { type Leaf, OpensslCa } from "./openssl-ca.js";
import { opensslServer } from "./servers.js";

const RECEIVE = 2048;
/** In extensions that nobody knows, so that one Certificate message nearly fills a record. */
const LARGE = 14_000;

describe("records larger than the receive buffer", function () {
  this.timeout(30000);
  let ca: OpensslCa;
  let root: Uint8Array;
  let leaf: Leaf;

  before(() => {
    ca = new OpensslCa();
    root = certificatesFrom(readFileSync(ca.rootFile, "utf8"), "root")[0] as Uint8Array;
    leaf = ca.leaf({ more: `1.3.6.1.4.1.32473.1=DER:0482${LARGE.toString(16).padStart(4, "0")}${"5a".repeat(LARGE)}` });
  });

  after(() => ca?.remove());

  interface Outcome {
    readonly received: Buffer;
    readonly failure: string;
    /** Length of the longest protected record that came. */
    readonly longest: number;
  }

  /** Connects, sends `request`, and reads until there are `wanted` bytes or it ends. */
  async function talk(port: number, suite: CipherSuite, request: string, wanted: number, lender?: BufferLender): Promise<Outcome> {
    const connection = new ClientConnection({
      provider: { ...xsProvider, suites: [suite] },
      random: systemRandom,
      clock: systemClock,
      trust: new AnchorList([anchorFromCertificate(root, xsProvider.sha256)]),
      serverName: "localhost",
      receiveBuffer: RECEIVE,
      sliceSteps: 1, // the ClientHello is not written yet when the constructor returns
      ...(lender === undefined ? {} : { lender }),
    });
    // As if the server did not honour the extensions: they ask for nothing.
    const { offer } = (connection as unknown as { flow: { offer: { receiveLimit: number } } }).flow;
    offer.receiveLimit = 0x4001;
    const socket = connect(port, "127.0.0.1");
    const parts: Buffer[] = [];
    let wire = Buffer.alloc(0);
    let asked = false;
    const pump = (): void => {
      while ((connection.wants & 4) !== 0) connection.resume();
      for (let n = connection.appData(); n > 0; n = connection.appData()) {
        parts.push(Buffer.from(connection.io.slice(connection.appOffset, connection.appOffset + n)));
        connection.consumed(n);
      }
      if (connection.state === 1 && !asked) {
        asked = true;
        connection.write(Buffer.from(request), 0, request.length);
      }
      for (let n = connection.txPending(); n > 0; n = connection.txPending()) {
        socket.write(connection.io.slice(connection.txOffset, connection.txOffset + n));
        connection.sent(n);
      }
    };
    await new Promise<void>((resolve) => {
      const done = (): void => {
        socket.destroy();
        resolve();
      };
      socket.on("connect", pump);
      socket.on("error", done);
      socket.on("close", done);
      socket.on("data", (data) => {
        wire = Buffer.concat([wire, data]);
        for (let at = 0; at < data.length; ) {
          const n = Math.min(data.length - at, connection.rxSpace());
          if (n === 0) break;
          connection.io.set(data.subarray(at, at + n), connection.rxOffset);
          connection.received(n);
          at += n;
          pump();
        }
        if (connection.state === FAILED || parts.reduce((sum, part) => sum + part.length, 0) >= wanted) done();
      });
    });
    let longest = 0;
    for (let at = 0; at + 5 <= wire.length; at += 5 + wire.readUInt16BE(at + 3))
      if (wire[at] === 23) longest = Math.max(longest, wire.readUInt16BE(at + 3));
    return { received: Buffer.concat(parts), failure: connection.failure?.message ?? "", longest };
  }

  for (const suite of xsSuites)
    it(`OpenSSL's Certificate message in one record, ${suite.name}`, async () => {
      const server = await opensslServer(ca, leaf, ["-rev", "-ciphersuites", suite.name]);
      try {
        const { received, failure, longest } = await talk(server.port, suite, "abc thimble\n", 11);
        expect(failure).to.equal("");
        expect(received.toString()).to.contain("elbmiht cba");
        expect(longest).to.be.greaterThan(LARGE);
      } finally {
        await server.stop();
      }
    });

  describe("a download from Node in records of 16 KB", () => {
    const data = Buffer.alloc(200_000, "0123456789abcdef!");

    async function download(lender?: BufferLender): Promise<Outcome> {
      const options = { cert: readFileSync(leaf.chainFile), key: readFileSync(leaf.keyFile), minVersion: "TLSv1.3" as const };
      const server = createServer(options, (socket) => {
        socket.on("error", () => {});
        socket.once("data", () => socket.write(data));
      });
      await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
      try {
        const suite = xsSuites[0] as CipherSuite;
        return await talk((server.address() as AddressInfo).port, suite, "GET", data.length, lender);
      } finally {
        server.close();
      }
    }

    it("with memory that is lent", async () => {
      const lent = new Set<Uint8Array>();
      let loans = 0;
      const { received, failure, longest } = await download({
        lend(length) {
          const memory = new Uint8Array(length);
          loans++;
          lent.add(memory);
          return memory;
        },
        giveBack: (memory) => lent.delete(memory),
      });
      expect(failure).to.equal("");
      expect(longest).to.be.greaterThan(16_000);
      expect(received.equals(data)).to.equal(true);
      expect(loans).to.be.greaterThan(0);
      expect(lent.size).to.be.at.most(1);
    });

    it("without it the error says what is missing", async () => {
      const { received, failure } = await download();
      expect(failure).to.match(/record_overflow.*receiveBuffer has 2048 bytes, \d+ are needed.*lender/);
      expect(received).to.have.length(0);
    });
  });
});
