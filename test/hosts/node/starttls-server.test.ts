// STARTTLS as a server on Node: openssl s_client, curl, and clients that are scripted.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, connect as connectTcp } from "node:net";
import { join } from "node:path";
import { connect as connectNode } from "node:tls";
import { promisify } from "node:util";
import { expect } from "chai";
import {
  connect,
  createServer,
  type Server,
  STARTTLS_CLIENTS,
  STARTTLS_SERVERS,
  startTls,
  type TLSSocket,
} from "../../../hosts/node/index.js";
import { VERSIONS } from "../../servers/secured.js";
import { TestCA } from "./test-ca.js";
import { thimbleServe } from "./thimble-command.js";

const execute = promisify(execFile);

describe("STARTTLS on Node, as server", () => {
  let ca: TestCA;
  const servers: Server[] = [];

  before(() => {
    ca = new TestCA();
    writeFileSync(join(ca.folder, "chain.pem"), ca.chain);
  });

  after(() => ca.remove());

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  type Protocol = keyof typeof STARTTLS_SERVERS;
  let failures: string[];

  async function serve(protocol: Protocol, onSocket: (socket: TLSSocket) => void, options = {}): Promise<{ port: number; server: Server }> {
    failures = [];
    const server = createServer({ cert: ca.chain, key: ca.key, starttls: STARTTLS_SERVERS[protocol], ...options }, (socket) => {
      socket.on("error", () => undefined);
      onSocket(socket);
    });
    server.on("tlsClientError", (error) => failures.push(error.message));
    return { port: await listen(server), server };
  }

  const asks = { smtp: "STARTTLS\r\n", imap: "t STARTTLS\r\n", pop3: "STLS\r\n", nntp: "STARTTLS\r\n" };
  const injected = { smtp: "EHLO evil\r\n", imap: "x LOGIN joe secret\r\n", pop3: "USER joe\r\n", nntp: "AUTHINFO USER joe\r\n" };

  for (const protocol of Object.keys(STARTTLS_SERVERS) as Protocol[]) {
    for (const version of VERSIONS)
      it(`${protocol}: openssl s_client talks to thimble serve, in TLS ${version}`, async () => {
        const own = ["--cert", join(ca.folder, "chain.pem"), "--key", join(ca.folder, "leaf.key"), "--starttls", protocol];
        const { port, told, stop } = await thimbleServe([...own, "--echo", "--min-version", version, "--max-version", version]);
        try {
          const peer = ["-starttls", protocol, "-connect", `127.0.0.1:${port}`, "-CAfile", ca.rootFile, "-verify_return_error", "-quiet"];
          const child = spawn("openssl", ["s_client", ...peer], { stdio: ["pipe", "pipe", "ignore"] });
          child.stdin.write("over TLS\n");
          let said = "";
          for await (const data of child.stdout) {
            said += data;
            if (said.includes("over TLS\n")) break;
          }
          child.kill();
          expect(said).to.contain("over TLS\n");
          await told(`connected: TLSv${version}`);
        } finally {
          await stop();
        }
      });

    it(`${protocol}: commands in clear behind the request are neither answered nor seen by the app`, async () => {
      let seen = "";
      const { port } = await serve(protocol, (socket) => {
        socket.on("data", (data: Buffer) => {
          seen += data;
          socket.end(`heard ${data}`);
        });
      });
      const socket = connectTcp(port, "127.0.0.1");
      await once(socket, "data"); // the greeting
      socket.write(asks[protocol] + injected[protocol].repeat(3));
      const [go] = (await once(socket, "data")) as [Buffer];
      expect(String(go).split("\r\n").length).to.equal(2);
      const secure = connectNode({ socket, ca: ca.text("root.pem"), servername: "localhost" });
      secure.write("word");
      let answer = "";
      for await (const data of secure) answer += data;
      expect(answer).to.equal("heard word");
      expect(seen).to.equal("word");
      expect(failures).to.deep.equal([]);
    });
  }

  it("a client without TLS ends with its farewell answered, one that says nothing after the time-out, a flood at once", async () => {
    const { port, server } = await serve("smtp", () => undefined, { handshakeTimeout: 300 });
    const hear = async (text: string) => {
      const socket = connectTcp(port, "127.0.0.1");
      socket.on("error", () => undefined).write(text);
      let heard = "";
      socket.on("data", (data) => {
        heard += data;
      });
      await once(socket, "close");
      return heard;
    };
    expect(await hear("MAIL FROM:<a@b>\r\nQUIT\r\n")).to.equal(
      "220 localhost ESMTP\r\n530 5.7.0 say STARTTLS first\r\n221 2.0.0 goodbye\r\n",
    );
    expect(failures.pop()).to.contain("smtp: the client left without TLS");
    expect(await hear("")).to.equal("220 localhost ESMTP\r\n");
    expect(failures.pop()).to.contain("smtp: the peer said nothing within 0.3 s");
    await hear("x".repeat(10_000));
    expect(failures.pop()).to.contain("smtp: the client sends a line of more than 512 bytes");
    expect(await hear("STARTTLS\r\n")).to.contain("220 2.0.0 begin TLS\r\n");
    expect(failures.pop()).to.contain("the client sent nothing within 0.3 s");
    expect(server.silent).to.equal(0);
  });

  it("our client and our server, over every protocol that both speak", async () => {
    for (const protocol of Object.keys(STARTTLS_SERVERS) as Protocol[]) {
      const { port } = await serve(protocol, (socket) => void socket.pipe(socket));
      const transport = connectTcp(port, "127.0.0.1");
      await startTls(transport, STARTTLS_CLIENTS[protocol](undefined));
      const socket = connect({ socket: transport, host: "localhost", port, ca: ca.text("root.pem") });
      socket.end("to and fro");
      let heard = "";
      for await (const data of socket) heard += data;
      expect(heard).to.equal("to and fro");
    }
  });

  /** Answers each line of a client; a dot alone ends a text. */
  function lines(socket: TLSSocket, answer: (line: string) => string | null, greeting = ""): void {
    let text = "";
    if (greeting !== "") socket.write(greeting);
    socket.on("data", (data: Buffer) => {
      text += data;
      for (let at = text.indexOf("\r\n"); at >= 0; at = text.indexOf("\r\n")) {
        const said = answer(text.slice(0, at));
        text = text.slice(at + 2);
        if (said !== null) socket.write(said);
      }
    });
  }

  async function curl(test: Mocha.Context, ...args: string[]): Promise<string> {
    try {
      await execute("curl", ["--version"]);
    } catch {
      console.log("      skipped: curl not found");
      test.skip();
    }
    const { stdout, stderr } = await execute("curl", ["-sSv", "--ssl-reqd", "--cacert", ca.rootFile, "--max-time", "10", ...args]);
    expect(stderr).to.match(/SSL connection using TLSv1\.3/);
    return stdout;
  }

  it("curl sends a mail by SMTP", async function () {
    const mail: string[] = [];
    let inText = false;
    const { port } = await serve("smtp", (socket) =>
      lines(socket, (line) => {
        if (inText && line !== ".") {
          mail.push(line);
          return null;
        }
        if (line.startsWith("EHLO")) return "250 localhost\r\n";
        if (line === "DATA") {
          inText = true;
          return "354 go\r\n";
        }
        inText = false;
        return line === "QUIT" ? "221 bye\r\n" : "250 ok\r\n";
      }),
    );
    const file = join(ca.folder, "mail.txt");
    writeFileSync(file, "Subject: thimble\r\n\r\nby STARTTLS\r\n");
    await curl(this, `smtp://127.0.0.1:${port}`, "--mail-from", "a@localhost", "--mail-rcpt", "b@localhost", "-T", file);
    expect(mail).to.deep.equal(["Subject: thimble", "", "by STARTTLS"]);
  });

  it("curl logs in by IMAP", async function () {
    const { port } = await serve("imap", (socket) =>
      lines(socket, (line) => {
        const [tag, verb = ""] = line.split(" ");
        const untagged =
          { CAPABILITY: "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n", LIST: '* LIST () "/" "INBOX"\r\n', LOGOUT: "* BYE\r\n" }[verb] ??
          "";
        return `${untagged}${tag} OK\r\n`;
      }),
    );
    expect(await curl(this, `imap://127.0.0.1:${port}/`, "-u", "joe:secret")).to.contain('"INBOX"');
  });

  it("curl reads its list by POP3", async function () {
    const { port } = await serve("pop3", (socket) =>
      lines(socket, (line) => ({ CAPA: "+OK\r\nUSER\r\n.\r\n", LIST: "+OK\r\n1 120\r\n.\r\n" })[line] ?? "+OK\r\n"),
    );
    expect(await curl(this, `pop3://127.0.0.1:${port}/`, "-u", "joe:secret")).to.equal("1 120\r\n");
  });
});
