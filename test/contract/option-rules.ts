import Listener from "../../hosts/moddable/listener.js";
import { plannedMemory } from "../../hosts/moddable/planned-memory.js";
import TLSSocket, { type SecureOptions, type TLSSocketOptions } from "../../hosts/moddable/tls-socket.js";
import { iotClient12 } from "../../src/profiles/iot-client-12.js";
import { ascii, connect, LOCAL, OVER_TCP, secure, serve, served, trust } from "./ends.js";
import type { Rule, Trial } from "./trial.js";

const HERE = { address: LOCAL, port: 9, TCP: OVER_TCP };

function refuses(trial: Trial, options: object, ...words: readonly string[]): void {
  trial.throws(() => trial.keep(new TLSSocket({ ...HERE, secure, ...options } as TLSSocketOptions)), ...words);
}

/** A rule of `secure` keys that throw in the constructor, each with the words that its error says. */
function refused(name: string, keys: readonly (readonly [object, ...string[]])[]): Rule {
  return {
    name,
    run(trial) {
      for (let i = 0; i < keys.length; i++) {
        const [key, ...words] = keys[i] as readonly [object, ...string[]];
        refuses(trial, { secure: { ...secure, ...key } }, ...words);
      }
      trial.pass();
    },
  };
}

/** A rule of `secure` keys that are honoured: the handshake with them is done. */
function honoured(name: string, keys: object, look: (trial: Trial, socket: TLSSocket) => void = () => undefined): Rule {
  return {
    name,
    run(trial) {
      const listener = serve(trial, () => undefined);
      const socket = connect(trial, listener.port, {
        secure: { ...secure, ...keys } as SecureOptions,
        onWritable() {
          look(trial, socket);
          trial.pass();
        },
      });
    },
  };
}

/** What an ESP32 has above a small app. */
const ROOMY = { chunkBytes: 20_000, slots: 1000, stackBytes: 8192 };

const UNNAMED = { serverName: undefined };

export const OPTION_RULES: readonly Rule[] = [
  {
    name: "what is missing or wrong of the constructor's options is named",
    run(trial) {
      refuses(trial, { secure: undefined }, "secure");
      refuses(trial, { secure: 7 }, "secure", "object");
      refuses(trial, { address: undefined }, "address");
      refuses(trial, { port: undefined }, "port");
      refuses(trial, { port: -1 }, "port");
      refuses(trial, { port: 65536 }, "port");
      refuses(trial, { port: "443" }, "port");
      refuses(trial, { TCP: undefined }, "TCP");
      refuses(trial, { TCP: {} }, "TCP");
      refuses(trial, { format: "text" }, "format");
      refuses(trial, { onReadable: 1 }, "onReadable", "function");
      refuses(trial, { onWritable: {} }, "onWritable");
      refuses(trial, { onError: "x" }, "onError");
      trial.throws(() => new TLSSocket({ from: {} } as never), "from");
      trial.throws(() => new TLSSocket({ from: null } as never), "from");
      trial.pass();
    },
  },
  refused("keys of secure that are unknown, missing or of a wrong type are named", [
    [{ cipher: "all" }, "secure.cipher", "no such option"],
    [{ provider: undefined }, "secure.provider", "missing"],
    [{ random: undefined }, "secure.random", "missing"],
    [{ clock: undefined }, "secure.clock", "missing"],
    [{ trust: undefined }, "trust is missing"],
    [{ random: {} }, "secure.random", "fill"],
    [{ clock: { now: 1 } }, "secure.clock", "seconds"],
    [{ trust: {} }, "secure.trust", "find"],
    [{ alpn: "mqtt" }, "secure.alpn", "object"],
    [{ receiveBuffer: "2048" }, "secure.receiveBuffer", "number"],
    [{ receiveBuffer: 10 }, "receiveBuffer", "256"],
    [{ serverName: 5 }, "secure.serverName", "string"],
    [{ serverName: "bad name" }, "bad name"],
    [{ keyLog: true }, "secure.keyLog", "function"],
    [{ identities: null }, "secure.identities", "null"],
    [{ handshakeTimeout: -1 }, "secure.handshakeTimeout"],
    [{ idleTimeout: -1 }, "secure.idleTimeout"],
    [{ sliceMilliseconds: 0 }, "sliceMilliseconds"],
  ]),
  refused("memory that the planner finds too small is said before anything is sent, with what is needed", [
    [{ memory: plannedMemory({ ...ROOMY, chunkBytes: 3000 }) }, "secure.memory", "memory too small", "2568", "chunks", "3000"],
    [{ memory: plannedMemory({ ...ROOMY, slots: 100 }) }, "secure.memory", "slots", "100"],
    [{ memory: plannedMemory({ ...ROOMY, stackBytes: 1000 }) }, "secure.memory", "stack", "1000"],
    [{ memory: plannedMemory({ ...ROOMY, chunkBytes: 8000 }), receiveBuffer: 8192 }, "secure.memory", "8712", "buffers"],
    [{ memory: {} }, "secure.memory", "client"],
    [{ memory: 8000 }, "secure.memory", "object"],
  ]),
  honoured("memory that is enough", { memory: plannedMemory(ROOMY) }),
  refused("verify: false is refused and told what thimble has instead", [
    [{ verify: false }, "secure.verify", "secure.trust"],
    [{ verify: 0 }, "secure.verify"],
  ]),
  refused("the SDK's keys that are not taken are refused by name, with what is said instead", [
    [{ certificate: new ArrayBuffer(3) }, "secure.certificate", "trust: new AnchorList"],
    [{ clientKey: new ArrayBuffer(3) }, "secure.clientKey", "identities"],
    [{ clientCertificates: [] }, "secure.clientCertificates", "identities"],
    [{ trace: true }, "secure.trace", "onError"],
    [{ cache: true }, "secure.cache", "resumption"],
    [{ clientAuth: {} }, "secure.clientAuth", "clientAuthentication"],
    [{ tls_status_request: 1 }, "secure.tls_status_request", "ocspStapling"],
    [{ tls_elliptic_curves: [23] }, "secure.tls_elliptic_curves", "groups"],
    [{ tls_ec_point_formats: [0] }, "secure.tls_ec_point_formats"],
    [{ tls_signature_algorithms: [] }, "secure.tls_signature_algorithms", "signatures"],
    [{ tls_trusted_ca_keys: [] }, "secure.tls_trusted_ca_keys"],
    [{ tls_client_certification_url: "" }, "secure.tls_client_certification_url"],
    [{ tls_trusted_hmac: 1 }, "secure.tls_trusted_hmac"],
    [{ protocolVersion: 0x300 }, "secure.protocolVersion"],
    [{ protocolVersion: "TLSv1.2" }, "secure.protocolVersion"],
    [{ protocolVersion: 0x304, tls12: iotClient12, tls13: false }, "secure.protocolVersion", "tls13"],
    [{ tls_max_fragment_length: 100 }, "secure.tls_max_fragment_length", "512"],
    [{ tls_max_fragment_length: 512, receiveBuffer: 2048 }, "secure.tls_max_fragment_length", "receiveBuffer"],
    [{ applicationLayerProtocolNegotiation: 7 }, "secure.applicationLayerProtocolNegotiation"],
    [{ applicationLayerProtocolNegotiation: "a", alpn: ["b"] }, "secure.applicationLayerProtocolNegotiation", "alpn"],
    [{ tls_server_name: "a" }, "secure.tls_server_name", "serverName"],
  ]),
  honoured("applicationLayerProtocolNegotiation: a text", { applicationLayerProtocolNegotiation: "mqtt" }, (trial, { alpn }) =>
    trial.equal(alpn, "mqtt", "alpn"),
  ),
  honoured(
    "applicationLayerProtocolNegotiation: texts and bytes",
    { applicationLayerProtocolNegotiation: ["no", ascii("echo").buffer] },
    (trial, { alpn }) => trial.equal(alpn, "echo", "alpn"),
  ),
  honoured("tls_server_name is serverName", { ...UNNAMED, tls_server_name: "localhost" }),
  honoured("tls_max_fragment_length is the receive buffer", { tls_max_fragment_length: 1000 }),
  honoured("verify: true, trace: false, cache: false, and keys that are undefined", {
    verify: true,
    trace: false,
    cache: false,
    certificate: undefined,
  }),
  honoured("protocolVersion 0x302 and 0x303 keep TLS 1.3 on", { protocolVersion: 0x302 }),
  honoured("protocolVersion 0x304 leaves TLS 1.2 out", { protocolVersion: 0x304, tls12: iotClient12 }),
  {
    name: "serverName is the socket's host, where secure has none",
    run(trial) {
      const listener = serve(trial, (socket) => {
        trial.equal(socket.serverName, "localhost", "SNI");
        trial.pass();
      });
      connect(trial, listener.port, { host: "localhost", secure: { ...secure, ...UNNAMED } as never });
    },
  },
  {
    name: "an address that is an IP address is verified as one; nothing else is sent as a name",
    run(trial) {
      const listener = serve(
        trial,
        () => undefined,
        {},
        (error) => {
          trial.equal(error.alert, "unrecognized_name", "a client without a name, where there is no default host");
          trial.pass();
        },
      );
      connect(trial, listener.port, { secure: { ...secure, ...UNNAMED } as never, onError: () => undefined });
    },
  },
  {
    name: "what is missing or wrong of a listener's options is named",
    run(trial) {
      const listens = (options: object, ...words: readonly string[]): void =>
        trial.throws(() => trial.keep(new Listener({ secure: served, ...options } as never)), ...words);
      listens({ secure: undefined }, "secure");
      listens({ port: -1 }, "port");
      listens({ port: 65536 }, "port");
      listens({ onReadable: 1 }, "onReadable");
      listens({ onClientError: 1 }, "onClientError");
      listens({ secure: { ...served, hosts: undefined } }, "secure.hosts", "missing");
      listens({ secure: { ...served, hosts: {} } }, "secure.hosts", "find");
      listens({ secure: { ...served, cert: "x" } }, "secure.cert", "no such option");
      listens({ secure: { ...served, certificate: ascii("x") } }, "secure.certificate");
      listens({ secure: { ...served, alpn: ["x"] } }, "secure.alpn");
      listens({ secure: { ...served, trust } }, "secure.trust");
      listens({ secure: { ...served, memory: plannedMemory({ ...ROOMY, chunkBytes: 7000 }) } }, "secure.memory", "chunks", "7000");
      listens({ secure: { ...served, maxHandshakes: 9, memory: plannedMemory(ROOMY) } }, "secure.memory", "chunks");
      trial.keep(new Listener({ secure: { ...served, memory: plannedMemory(ROOMY) } }));
      listens({ secure: { ...served, maxHandshakes: 0 } }, "secure.maxHandshakes");
      listens({ secure: { ...served, maxSilent: 0 } }, "secure.maxSilent");
      listens({ secure: { ...served, handshakeTimeout: -5 } }, "secure.handshakeTimeout");
      trial.pass();
    },
  },
];
