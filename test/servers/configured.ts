// Servers that several tests start, with the configuration that they share.
import { userInfo } from "node:os";
import { type RealServer, type ServerFolder, start } from "./real-server.js";

/** servers: its `server { ... }` blocks. */
export function startNginx(nginx: string, port: number, folder: ServerFolder, servers: readonly string[]): Promise<RealServer> {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((what) => `${what}_temp_path ${folder.at(`nginx-${what}`)};`);
  const config = folder.write(
    "nginx.conf",
    `pid ${folder.at("nginx.pid")};
error_log stderr;
daemon off;
master_process off;
events {}
http {
  access_log off;
  ${temporary.join("\n  ")}
  ${servers.join("\n  ")}
}
`,
  );
  return start(port, nginx, ["-p", folder.path, "-c", config, "-e", "stderr"]);
}

/** It wants a certificate of each client, and knows the client by it. clients: the file of what they are issued by. */
export function startMosquitto(mosquitto: string, port: number, folder: ServerFolder, clients = folder.root): Promise<RealServer> {
  const config = folder.write(
    "mosquitto.conf",
    `listener ${port} 127.0.0.1
cafile ${clients}
certfile ${folder.cert}
keyfile ${folder.key}
require_certificate true
use_identity_as_username true
user ${userInfo().username}
`,
  );
  return start(port, mosquitto, ["-c", config, "-v"]);
}
