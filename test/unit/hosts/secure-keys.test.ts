import { expect } from "chai";
import { plannedMemory } from "../../../hosts/moddable/planned-memory.js";
import { ownKeys } from "../../../hosts/moddable/sdk-keys.js";
import { checkMemory, type Kinds } from "../../../hosts/moddable/secure-keys.js";
import { iotClient } from "../../../src/profiles/iot-client.js";
import { VirtualHosts } from "../../../src/virtual-hosts.js";

interface Options {
  serverName?: string;
  alpn?: readonly string[];
  receiveBuffer?: number;
  tls12?: object;
  tls13?: boolean;
  resumption?: object;
  random?: object;
  memory?: object;
}

const KINDS: Kinds<Options> = {
  serverName: "string",
  alpn: "object",
  receiveBuffer: "number",
  tls12: "object",
  tls13: "boolean",
  resumption: "object",
  random: "object",
  memory: "object",
};

const own = (secure: unknown, required: readonly string[] = []): Options => ownKeys<Options>(secure, KINDS, required);

describe("hosts/moddable keys of secure", () => {
  it("gives thimble's own keys as they are, in the same object", () => {
    const secure = { serverName: "a", receiveBuffer: 512 };
    expect(own(secure)).to.equal(secure);
    const both = { serverName: "a", cache: false };
    expect(own(both)).to.deep.equal({ serverName: "a" });
    expect(both).to.deep.equal({ serverName: "a", cache: false });
  });

  it("names what is unknown, missing, of a wrong type or too small", () => {
    const cases: [unknown, string][] = [
      [undefined, "secure: an object is wanted"],
      [null, "secure: an object is wanted"],
      [{ certificates: [] }, "secure.certificates: there is no such option"],
      [{ serverName: 1 }, "secure.serverName: a string is wanted, not a number"],
      [{ alpn: null }, "secure.alpn: an object is wanted, not null"],
      [{ receiveBuffer: -1 }, "secure.receiveBuffer: at least 0 is wanted, not -1"],
      [{ receiveBuffer: Number.NaN }, "secure.receiveBuffer: at least 0"],
      [{ random: { get: 1 } }, "secure.random: it has no fill()"],
      [{ serverName: "a" }, "secure.random: it is missing"],
      [{ memory: {} }, "secure.memory: it has no client()"],
    ];
    for (const [secure, words] of cases) expect(() => own(secure, ["random"]), words).to.throw(TypeError, words);
  });

  it("takes the SDK's keys for what they are there", () => {
    const cases: [object, Options][] = [
      [{ tls_server_name: "a" }, { serverName: "a" }],
      [{ applicationLayerProtocolNegotiation: "mqtt" }, { alpn: ["mqtt"] }],
      [{ applicationLayerProtocolNegotiation: Uint8Array.of(104, 50) }, { alpn: ["h2"] }],
      [{ applicationLayerProtocolNegotiation: ["a", Uint8Array.of(98).buffer] }, { alpn: ["a", "b"] }],
      [{ tls_application_layer_protocol_negotiation: "x" }, { alpn: ["x"] }],
      [{ tls_max_fragment_length: 512 }, { receiveBuffer: 534 }],
      [{ tls_max_fragment_length: 1023 }, { receiveBuffer: 534 }],
      [{ tls_max_fragment_length: 16384 }, { receiveBuffer: 4118 }],
      [{ protocolVersion: 0x301, tls12: KINDS }, { tls12: KINDS }],
      [{ protocolVersion: 0x303, tls12: KINDS }, { tls12: KINDS }],
      [{ protocolVersion: 0x304, tls12: KINDS }, {}],
      [{ verify: true, trace: false, cache: false, clientKey: undefined }, {}],
      [{ cache: true, resumption: KINDS }, { resumption: KINDS }],
    ];
    for (const [secure, wanted] of cases) expect(own(secure), JSON.stringify(secure)).to.deep.equal(wanted);
  });

  it("refuses the others, and contradictions, by name", () => {
    const cases: [object, string][] = [
      [{ verify: false }, "secure.verify: a server is always verified. Say with secure.trust whom to trust"],
      [{ trace: true }, "secure.trace"],
      [{ certificate: new ArrayBuffer(1) }, "secure.certificate: it is the SDK's; here it is trust"],
      [{ clientKey: new ArrayBuffer(1) }, "secure.clientKey: it is the SDK's; here it is identities"],
      [{ clientCertificates: [] }, "secure.clientCertificates: it is the SDK's; here it is identities"],
      [{ clientAuth: {} }, "secure.clientAuth"],
      [{ cache: true }, "secure.cache"],
      [{ cache: false, resumption: KINDS }, "secure.cache: it is false, but secure.resumption is given"],
      [{ protocolVersion: 0x305 }, "secure.protocolVersion"],
      [{ protocolVersion: 0x304, tls13: false }, "secure.protocolVersion: it is 0x304, but secure.tls13 is false"],
      [{ tls_max_fragment_length: "512" }, "secure.tls_max_fragment_length"],
      [{ tls_max_fragment_length: 512, receiveBuffer: 512 }, "secure.tls_max_fragment_length: secure.receiveBuffer says the same"],
      [{ applicationLayerProtocolNegotiation: 1 }, "secure.applicationLayerProtocolNegotiation"],
      [{ tls_signature_algorithms: [] }, "secure.tls_signature_algorithms"],
    ];
    for (const [secure, words] of cases) expect(() => own(secure), words).to.throw(TypeError, words);
  });

  it("memory: what the planner misses is thrown; the host's words count, and the app's before them", () => {
    const room = { chunkBytes: 20_000, slots: 1000, stackBytes: 8192 };
    const random = { fill: () => undefined };
    const clock = { seconds: () => 0 };
    const client = { provider: iotClient, random, clock };
    const server = { ...client, hosts: new VirtualHosts([]) };
    for (const [why, wanted] of [
      [plannedMemory(room).client(client, { socket: true }), ""],
      [plannedMemory({ ...room, chunkBytes: 4000 }).client(client, {}), "memory too small: "],
      [plannedMemory(room).client({ ...client, receiveBuffer: 18_000 }, {}), "18520 of them for the buffers"],
      [plannedMemory(room).server(server, { connections: 2 }), ""],
      [plannedMemory(room).server(server, { connections: 9 }), "memory too small: "],
      [plannedMemory(room, { connections: 2 }).server(server, { connections: 9 }), ""],
    ] as const) {
      if (wanted === "") {
        expect(why).to.equal("");
        checkMemory(why);
      } else
        expect(() => checkMemory(why))
          .to.throw(TypeError, /^secure\.memory: /)
          .with.property("message")
          .that.contains(wanted);
    }
    checkMemory(undefined);
    expect(() => plannedMemory(room, { suites: ["TLS_RSA_WITH_AES_128_CBC_SHA"] }).client(client, {})).to.throw(
      RangeError,
      "none of them is of TLS 1.3",
    );
  });
});
