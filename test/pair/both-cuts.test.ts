// Our client with our server, in every way a network may cut their bytes, with buffers and slices of many sizes.
import { expect } from "chai";
import { equal, hex } from "../peer/bytes.js";
import { BothBench, type BothParts, COOKIES, type Cut, cutOnce, pattern, pieces, whole } from "./both.js";
import { p256Only, p256Retry } from "./both-parts.js";
import { clientIdentity } from "./client-fixture.js";
import { ON_XS, sampled } from "./effort.js";
import { identityOf } from "./signer.js";

describe("client and server: cuts", function () {
  this.timeout(300000);
  const bench = new BothBench();
  const identities = [identityOf(bench.crypto, clientIdentity())];

  const CASES: readonly (readonly [string, BothParts])[] = [
    ["plain", {}],
    ["client authentication", { client: { identities }, server: { host: bench.asked(true) } }],
    ["HelloRetryRequest", p256Retry(bench)],
    [
      "HelloRetryRequest with a cookie, client authentication, ALPN",
      {
        client: { ...p256Retry(bench).client, identities, alpn: ["a", "http/1.1"] },
        server: { ...p256Retry(bench).server, cookies: COOKIES, host: { ...bench.asked(true), alpn: ["http/1.1"] } },
      },
    ],
  ];

  for (const [name, parts] of CASES)
    describe(name, () => {
      it("every cut of the client's bytes", () => {
        const { moved } = bench.opened(parts).toServer;
        for (const point of sampled(1, moved + 60, 8)) bench.opened({ ...parts, toServer: cutOnce(point) }).use();
      });

      it("every cut of the server's bytes", () => {
        const { moved } = bench.opened(parts).toClient;
        for (const point of sampled(1, moved + 60, 8)) bench.opened({ ...parts, toClient: cutOnce(point) }).use();
      });

      it("pieces of 1 byte and more, both ways", () => {
        for (const size of ON_XS ? [9] : [1, 2, 3, 5, 7, 16, 100, 1000])
          for (const [toServer, toClient] of [
            [pieces(size), pieces(size)],
            [pieces(size), whole],
            [whole, pieces(size)],
          ] as readonly (readonly [Cut, Cut])[])
            bench.opened({ ...parts, toServer, toClient }).use();
      });

      it("slices of 1 to N steps, on either side", () => {
        for (const sliceSteps of ON_XS ? [1] : [1, 2, 3, 10, 64, 1000])
          for (const [client, server] of [
            [{ sliceSteps }, {}],
            [{}, { sliceSteps }],
            [{ sliceSteps }, { sliceSteps }],
          ])
            bench
              .opened({
                client: { ...parts.client, ...client },
                server: { ...parts.server, ...server },
                toServer: pieces(50),
                toClient: pieces(30),
              })
              .use();
      });

      it("the same bytes, whatever the cut and the slices", () => {
        const plain = bench.opened(parts);
        const cut = bench.opened({
          client: { ...parts.client, sliceSteps: 2 },
          server: { ...parts.server, sliceSteps: 3 },
          toServer: pieces(11),
          toClient: pieces(13),
        });
        expect(hex(cut.toServer.log)).to.equal(hex(plain.toServer.log));
        expect(hex(cut.toClient.log)).to.equal(hex(plain.toClient.log));
      });

      it("sendBuffer of 320 to 512, receiveBuffer of 560 to 2,048", () => {
        const sizes = ON_XS
          ? [[320, 560]]
          : [320, 340, 384, 400, 450, 500, 512].flatMap((send) => [560, 700, 2048].map((receive) => [send, receive]));
        for (const [sendBuffer, receiveBuffer] of sizes)
          bench
            .opened({
              // a ClientHello goes out as a whole: one with a cookie is long
              client: {
                ...parts.client,
                sendBuffer: Math.max(sendBuffer!, parts.client?.alpn === undefined ? 0 : 480),
                receiveBuffer: receiveBuffer!,
              },
              server: { ...parts.server, sendBuffer: sendBuffer!, receiveBuffer: receiveBuffer! },
            })
            .use(3000);
      });

      it("the smallest buffers there are: sendBuffer of 256", () => {
        bench
          .opened({
            client: { ...parts.client, sendBuffer: parts.client?.alpn === undefined ? 300 : 480 },
            server: { ...parts.server, sendBuffer: 256 },
          })
          .use(1000);
      });
    });

  it("a megabyte each way, in turns, through small buffers", () => {
    const both = bench.opened({ client: { receiveBuffer: 700 }, server: { sendBuffer: 512 }, toClient: pieces(333) });
    const data = pattern(ON_XS ? 3000 : 1 << 18);
    for (let turn = 0; turn < (ON_XS ? 1 : 4); turn++) {
      both.clientReceived = new Uint8Array(0);
      both.serverReceived = new Uint8Array(0);
      both.write(both.server, data);
      both.write(both.client, data);
      expect(equal(both.clientReceived, data)).to.equal(true);
      expect(equal(both.serverReceived, data)).to.equal(true);
    }
  });

  describe("P-256 alone", () => {
    it("pieces and slices", () => {
      for (const size of ON_XS ? [20] : [1, 10, 100])
        bench.opened({ ...p256Only(bench), toServer: pieces(size), toClient: pieces(size) }).use();
    });
  });

  describe("large certificates", () => {
    const [leaf, intermediate] = bench.identity.chain as [Uint8Array, Uint8Array];
    const [clientLeaf, clientIntermediate] = clientIdentity().chain as [Uint8Array, Uint8Array];
    const long = (first: Uint8Array, rest: Uint8Array, count: number) => [first, ...new Array<Uint8Array>(count).fill(rest)];

    for (const [sendBuffer, size] of [
      [320, 1],
      [512, 37],
      [2048, 1000],
    ] as const)
      it(`ten certificates each way, sendBuffer ${sendBuffer}, in pieces of ${size}: many records, many drains`, () => {
        const server = { ...identityOf(bench.crypto, bench.identity), certificates: long(leaf, intermediate, 9) };
        const client = { ...identityOf(bench.crypto, clientIdentity()), certificates: long(clientLeaf, clientIntermediate, 9) };
        bench
          .opened({
            client: { sendBuffer, identities: [client] },
            server: { sendBuffer, host: { ...bench.asked(true), identities: [server] } },
            toServer: pieces(ON_XS ? 200 : size),
            toClient: pieces(ON_XS ? 200 : size),
          })
          .use();
      });
  });
});
