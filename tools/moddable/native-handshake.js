// Whole handshakes of a build of the SDK over its natives, with Node's OpenSSL as the server: every suite of the profile full, TLS 1.3 and 1.2.
import { createServer } from "node:tls";
import { runDevice, writeApp } from "./device.js";

/** OpenSSL's names; */
const SUITES = [
  ["TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256"],
  ["TLSv1.3", "TLS_AES_128_GCM_SHA256"],
  ["TLSv1.3", "TLS_AES_256_GCM_SHA384"],
  ["TLSv1.3", "TLS_AES_128_CCM_SHA256"],
  ["TLSv1.3", "TLS_AES_128_CCM_8_SHA256"],
  ["TLSv1.2", "ECDHE-ECDSA-CHACHA20-POLY1305"],
  ["TLSv1.2", "ECDHE-ECDSA-AES128-GCM-SHA256"],
  ["TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384"],
  ["TLSv1.2", "ECDHE-ECDSA-AES256-CCM"],
];

/** Bytes there and back; several records each way, of no round length. */
const LENGTH = 5003;

const MAIN = `import TCP from "embedded:io/socket/tcp";
import TLSSocket from "embedded:io/socket/tcp/tls";
import { secure } from "secure";
import config from "mc/config";

function visit(at) {
  if (at === config.ports.length) return trace("ended\\n");
  const data = new Uint8Array(${LENGTH});
  for (let i = 0; i < data.length; i++) data[i] = (i * 7 + (i >> 8)) & 255;
  let sent = 0, got = 0, right = true, over = false;
  const end = (why) => {
    if (over) return;
    over = true;
    trace(\`visit \${at} \${why}\\n\`);
    visit(at + 1);
  };
  const socket = new TLSSocket({
    address: "127.0.0.1", host: "localhost", port: config.ports[at], TCP: { io: TCP }, secure,
    onWritable(count) {
      while (count > 0 && sent < data.length) {
        const piece = data.slice(sent, sent + Math.min(count, 1500));
        sent += piece.length;
        count = this.write(piece);
      }
    },
    onReadable(count) {
      const bytes = new Uint8Array(this.read(count));
      for (let i = 0; i < bytes.length; i++) right = right && bytes[i] === data[got + i];
      got += bytes.length;
      if (got >= data.length) { end(right && got === data.length ? "ok" : "other bytes"); this.close(); }
    },
    onError(error) { end(error.message); },
  });
}

visit(0);
`;

const SECURE = `import { clock } from "thimble-tls/moddable/clock";
import { deviceRandom as random } from "thimble-tls/moddable/device-random";
import { full as provider } from "thimble-tls/profiles/full";
import { suites12 } from "thimble-tls/profiles/suites-12";
import { Client12 } from "thimble-tls/client-12";
import { AnchorList, anchorFromCertificate } from "thimble-tls/x509/anchors";
const root = Uint8Array.of(ROOT);
export const secure = {
  provider, random, clock, tls12: new Client12(suites12),
  trust: new AnchorList([anchorFromCertificate(root, provider.sha256)]),
};
`;

function listen(version, suite, identity) {
  const ciphers = version === "TLSv1.3" ? suite : `${suite}:@SECLEVEL=0`;
  const options = { ...identity, minVersion: version, maxVersion: version, ciphers };
  const server = createServer(options, (socket) => {
    socket.on("error", () => {});
    socket.pipe(socket);
  });
  server.on("tlsClientError", () => {});
  return new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", () => resolve(server)));
}

/**
 * identity: { key, cert } of localhost, its root in DER. build(folder): makes it with mcconfig, the path of mc.so. Resolves to how many suites were
 * tried; `print` gets a line for each that failed.
 */
export async function nativeHandshakes({ root, app, identity, rootDer, manifests, build, program, print }) {
  const servers = await Promise.all(SUITES.map(([version, suite]) => listen(version, suite, identity)));
  try {
    writeApp(app, {
      ...{ main: MAIN, secure: SECURE, rootDer, root, manifests },
      config: { ports: servers.map((server) => server.address().port) },
      creation: { static: 0, chunk: { initial: 1 << 17, incremental: 4096 }, heap: { initial: 8192, incremental: 512 }, stack: 512 },
    });
    const library = build(app);
    const failed = [];
    let visited = 0;
    const why = await runDevice(
      program,
      library,
      (line) => {
        const [, at, what] = /^visit (\d+) (.*)$/.exec(line) ?? [];
        if (at !== undefined) {
          visited++;
          if (what !== "ok") failed.push(`${SUITES[at].join(" ")}: ${what}`);
        }
        return line === "ended";
      },
      120,
    );
    if (why !== null) failed.push(why);
    if (visited !== SUITES.length) failed.push(`${visited} of ${SUITES.length} suites were tried`);
    for (const line of failed) print(line);
    return { tried: visited, failed: failed.length };
  } finally {
    for (const server of servers) server.close();
  }
}
