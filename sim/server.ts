// The demo's server: Node's, on OpenSSL. It accepts posted readings and answers each.
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import type { Pki } from "./pki.js";

export interface ReadingsServer {
  readonly address: string;
  /** HTTPS with TLS 1.3, and plain HTTP. */
  readonly securePort: number;
  readonly plainPort: number;
  /** Readings that were accepted over HTTPS so far. */
  accepted(): number;
  stop(): void;
}

const LONGEST_BODY = 4096;

/** All that the profile full has; by default OpenSSL leaves those with CCM out. */
const SUITES = [
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_AES_128_CCM_SHA256",
  "TLS_AES_128_CCM_8_SHA256",
].join(":");

function handler(onAccepted: () => void): RequestListener {
  return (request: IncomingMessage, response: ServerResponse) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (text: string) => {
      body += text;
      if (body.length > LONGEST_BODY) request.destroy();
    });
    request.on("end", () => {
      const answer = (status: number, value: unknown): void => {
        const text = JSON.stringify(value);
        response.writeHead(status, { "Content-Type": "application/json", "Content-Length": text.length });
        response.end(text);
      };
      if (request.method !== "POST" || request.url !== "/readings") return answer(404, { error: "POST /readings" });
      try {
        const reading = JSON.parse(body) as { sequence?: unknown; celsius?: unknown };
        if (typeof reading.sequence !== "number" || typeof reading.celsius !== "number") return answer(400, { error: "no reading" });
        onAccepted();
        answer(200, { accepted: reading.sequence });
      } catch {
        answer(400, { error: "no JSON" });
      }
    });
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** clientCA: PEM of who issues its clients' certificates; null: it wants none. */
export async function startReadingsServer(pki: Pki, clientCA: string | null = null): Promise<ReadingsServer> {
  let count = 0;
  const clients = clientCA === null ? {} : { requestCert: true, rejectUnauthorized: true, ca: clientCA };
  const secure = createSecureServer(
    { cert: pki.chain, key: pki.key, minVersion: "TLSv1.3", maxVersion: "TLSv1.3", ciphers: SUITES, ...clients },
    handler(() => count++),
  );
  secure.on("tlsClientError", () => {});
  const plain = createServer(handler(() => {}));
  const [securePort, plainPort] = [await listen(secure), await listen(plain)];
  return {
    address: "127.0.0.1",
    securePort,
    plainPort,
    accepted: () => count,
    stop: () => {
      for (const server of [secure, plain]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}
