// HTTPS with nginx: two servers on one port.
import { writeFileSync } from "node:fs";
import { expect } from "chai";
import { startNginx } from "./configured.js";
import { found, freePort, needed, type RealServer, ServerFolder } from "./real-server.js";
import { Chat, secured, VERSIONS } from "./secured.js";

describe("nginx", function () {
  this.timeout(20_000);
  let folder: ServerFolder;
  let server: RealServer | null = null;
  let port = 0;

  before(async function () {
    const nginx = needed(this, found("nginx"), "nginx");
    folder = new ServerFolder();
    port = await freePort();
    const hosts = ["one.example", "two.example"].map((name) => {
      folder.ca.leaf(name, [`DNS:${name}`]);
      const chain = folder.write(`${name}-chain.pem`, folder.ca.text(`${name}.pem`) + folder.ca.text("inter.pem"));
      return `server {
    listen 127.0.0.1:${port} ssl;
    server_name ${name};
    ssl_certificate ${chain};
    ssl_certificate_key ${folder.at(`${name}.key`)};
    ssl_protocols TLSv1.2 TLSv1.3;
    location / { return 200 "${name} in $ssl_protocol for $ssl_server_name"; }
    location /large { alias ${folder.at("large.bin")}; }
  }`;
    });
    writeFileSync(folder.at("large.bin"), Buffer.alloc(1_000_000, "large "));
    server = await startNginx(nginx, port, folder, hosts);
  });

  after(async () => {
    await server?.stop();
    folder?.remove();
  });

  for (const version of VERSIONS) {
    it(`the right certificate for each name, HTTP/1.1 by ALPN, in TLS ${version}`, async () => {
      for (const servername of ["one.example", "two.example"]) {
        const socket = await secured({ version, port, root: folder.root, servername, alpn: ["http/1.1"] });
        expect(socket.alpnProtocol).to.equal("http/1.1");
        const chat = new Chat(socket);
        const answer = await chat.ask(`GET / HTTP/1.1\r\nHost: ${servername}\r\n\r\n`, /\r\n\r\n.+/);
        expect(answer)
          .to.match(/^HTTP\/1\.1 200 OK\r\n/)
          .and.to.contain(`\r\n\r\n${servername} in TLSv${version} for ${servername}`);
        chat.close();
      }
    });

    it(`a name that it has no certificate for is refused by us, in TLS ${version}`, async () => {
      const error = await secured({ version, port, root: folder.root, servername: "three.example" }).catch((e: Error) => e);
      expect(String(error)).to.match(/bad_certificate|certificate_unknown/);
    });

    it(`a megabyte, in TLS ${version}`, async () => {
      const chat = new Chat(await secured({ version, port, root: folder.root, servername: "one.example" }));
      const answer = await chat.ask("GET /large HTTP/1.0\r\nHost: one.example\r\n\r\n", /\r\n\r\n(large ){166666}larg$/);
      expect(answer.length).to.be.above(1_000_000);
      chat.close();
    });
  }
});
