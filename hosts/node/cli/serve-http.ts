/** HTTP over TLS sockets, by Node's own parser: the status page, and files below a directory. */

import { realpathSync, statSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { join, sep } from "node:path";
import send from "send";
import type { TLSSocket } from "../tls-socket.js";

/** A handler of TLS sockets that speaks HTTP/1 on them. */
export function httpOver(listener: RequestListener): (socket: TLSSocket) => void {
  const server = createServer({ keepAliveTimeout: 5000 }, listener);
  // A client may end its side behind its request, as `printf … | thimble connect` does, and still wants the answer.
  Object.assign(server, { httpAllowHalfOpen: true });
  return (socket) => {
    server.emit("connection", socket);
  };
}

function answer(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { "Content-Type": `${type}; charset=utf-8`, "Content-Length": Buffer.byteLength(text) });
  response.end(text);
}

/** True where the request was answered because its method is none of these. */
function wrongMethod({ method }: IncomingMessage, response: ServerResponse): boolean {
  if (method === "GET" || method === "HEAD") return false;
  response.setHeader("Allow", "GET, HEAD");
  answer(response, 405, "text/plain", "GET and HEAD are served here\n");
  return true;
}

function pathOf({ url = "/" }: IncomingMessage): string {
  return url.split(/[?#]/, 1)[0] as string;
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] as string);
}

export function statusPage(request: IncomingMessage, response: ServerResponse): void {
  if (wrongMethod(request, response)) return;
  if (pathOf(request) !== "/") {
    answer(response, 404, "text/plain", "the page about this connection is /\n");
    return;
  }
  const socket = request.socket as unknown as TLSSocket;
  const rows: readonly (readonly [string, string])[] = [
    ["protocol", socket.getProtocol() ?? ""],
    ["cipher suite", socket.getCipher()?.name ?? ""],
    ["group", socket.getEphemeralKeyInfo()?.name ?? ""],
    ["server name", socket.servername ?? "none"],
    ["alpn", socket.alpnProtocol || "none"],
    ["client", `${socket.remoteAddress}, port ${socket.remotePort}`],
    ["client certificate", socket.authorized ? "verified" : "not required"],
  ];
  const table = rows.map(([name, value]) => `<tr><th align="left">${name}</th><td>${escapeHtml(value)}</td></tr>`).join("\n");
  answer(
    response,
    200,
    "text/html",
    `<!doctype html>\n<title>thimble</title>\n<h1>This connection is secured by thimble</h1>\n<table>\n${table}\n</table>\n`,
  );
}

/** Files below a directory, with index.html for folders. Neither a path nor a link leads out of it; names that begin with a dot are not served. */
export function filesBelow(directory: string): RequestListener {
  let root: string;
  try {
    root = realpathSync(directory);
  } catch (error) {
    throw new Error(`--www ${directory}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  if (!statSync(root).isDirectory()) throw new Error(`--www ${directory}: is no directory`);
  return (request, response) => {
    if (wrongMethod(request, response)) return;
    const path = pathOf(request);
    leadsOut(root, path).then(
      (out) => {
        if (out) return answer(response, 404, "text/plain", "not found\n");
        send(request, path, { root, dotfiles: "ignore", index: "index.html" })
          .on("error", (error: { status?: number }) =>
            answer(response, error.status ?? 500, "text/plain", error.status === 404 ? "not found\n" : "refused\n"),
          )
          .pipe(response);
      },
      () => answer(response, 500, "text/plain", "refused\n"),
    );
  };
}

/** Whether links lead from this path, or from the index file in it, to a place outside. */
async function leadsOut(root: string, path: string): Promise<boolean> {
  let file: string;
  try {
    file = join(root, decodeURIComponent(path));
  } catch {
    return true;
  }
  for (const candidate of [file, join(file, "index.html")]) {
    const real = await realpath(candidate).catch(() => null);
    if (real !== null && real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) return true;
  }
  return false;
}
