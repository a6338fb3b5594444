// STARTTLS on Node: the command and the functions against servers that are scripted.
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer, type Server as NetServer, type Socket } from "node:net";
import { join } from "node:path";
import { Duplex, PassThrough } from "node:stream";
import { TLSSocket as NodeTLSSocket } from "node:tls";
import { expect } from "chai";
import { STARTTLS_CLIENTS, startTls, TLSError } from "../../../hosts/node/index.js";
import { TestCA } from "./test-ca.js";
import { thimble } from "./thimble-command.js";

/** What a scripted server says at first, and after each thing that it heard. */
type Script = readonly string[];

describe("STARTTLS on Node", () => {
  let ca: TestCA;
  const servers: NetServer[] = [];
  const sockets: Socket[] = [];

  before(() => {
    ca = new TestCA();
    writeFileSync(join(ca.folder, "chain.pem"), ca.chain);
  });

  after(() => ca.remove());

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  async function listen(server: NetServer): Promise<number> {
    servers.push(server);
    server.on("connection", (socket: Socket) => sockets.push(socket.on("error", () => undefined)));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  /** A server that says these things in turn, and remembers all that it heard; with `end` it ends the connection then. */
  async function scripted(script: Script, end = false): Promise<{ port: number; heard: () => string }> {
    let heard = "";
    const port = await listen(
      createTcpServer((socket) => {
        let turn = 0;
        const say = () => {
          const text = script[turn++];
          if (text !== undefined && text !== "") socket.write(Buffer.from(text, "latin1"));
          if (end && turn === script.length) socket.end();
        };
        say();
        socket.on("data", (data) => {
          heard += data.toString("latin1");
          say();
        });
      }),
    );
    return { port, heard: () => heard };
  }

  /** A server that goes ahead with TLS behind these things, and echoes. */
  async function upgrading(script: Script): Promise<number> {
    return listen(
      createTcpServer((socket) => {
        let turn = 0;
        const say = () => {
          const text = script[turn++] as string;
          if (text !== "") socket.write(text);
          if (turn < script.length) return;
          socket.removeAllListeners("data");
          const secure = new NodeTLSSocket(socket, { isServer: true, cert: ca.chain, key: ca.key });
          secure.on("error", () => undefined).pipe(secure);
        };
        socket.on("data", say);
        say();
      }),
    );
  }

  function client(port: number, protocol: keyof typeof STARTTLS_CLIENTS, ...more: string[]) {
    return thimble(["connect", `localhost:${port}`, "--ca", ca.rootFile, "--starttls", protocol, ...more], "secret\n");
  }

  it("thimble connect --starttls joins stdin and stdout behind TLS; --trace shows what was said in clear", async () => {
    const port = await upgrading(["220 x\r\n", "250-x\r\n250 STARTTLS\r\n", "220 go\r\n"]);
    const run = await client(port, "smtp", "--starttls-name", "me.example", "--trace");
    expect(run).to.include({ code: 0 });
    expect(String(run.stdout)).to.equal("secret\n");
    expect(run.stderr).to.match(/^< in clear, 7 bytes: "220 x\\x0d\\x0a"\n> in clear, 17 bytes: "EHLO me\.example\\x0d\\x0a"\n/);
    expect(run.stderr).to.match(/> in clear, 10 bytes: "STARTTLS\\x0d\\x0a"\n< in clear, 8 bytes: "220 go\\x0d\\x0a"\n> handshake/);
  });

  it("a server without TLS, one that refuses it, one that cheats: exit 1, one line, and nothing of stdin is sent", async () => {
    const cases: readonly (readonly [keyof typeof STARTTLS_CLIENTS, Script, string, string])[] = [
      ["smtp", ["220 x\r\n", "250 x\r\n"], "EHLO localhost\r\n", "smtp: the server does not offer TLS here"],
      [
        "smtp",
        ["220 x\r\n", "250-x\r\n250 STARTTLS\r\n", "454 no\r\n"],
        "EHLO localhost\r\nSTARTTLS\r\n",
        'smtp: the server refuses STARTTLS: "454 no"',
      ],
      [
        "smtp",
        ["220 x\r\n", "250-x\r\n250 STARTTLS\r\n", "220 go\r\n250 AUTH\r\n"],
        "EHLO localhost\r\nSTARTTLS\r\n",
        "smtp: 10 bytes came in clear behind the go-ahead",
      ],
      ["lmtp", ["220 x\r\n", "250 x\r\n"], "LHLO localhost\r\n", "lmtp: the server does not offer TLS here"],
      ["imap", ["* PREAUTH hi\r\n"], "", "imap: the server says that we are logged in already"],
      ["imap", ["* OK\r\n", "* CAPABILITY IMAP4rev1\r\nA1 OK\r\n"], "A1 CAPABILITY\r\n", "imap: the server does not offer TLS here"],
      ["pop3", ["+OK\r\n", "+OK\r\n.\r\n"], "CAPA\r\n", "pop3: the server does not offer TLS here"],
      ["nntp", ["200 x\r\n", "101 x\r\n.\r\n"], "CAPABILITIES\r\n", "nntp: the server does not offer TLS here"],
      ["ftp", ["220 x\r\n", "502 what?\r\n"], "AUTH TLS\r\n", 'ftp: the server refuses AUTH TLS: "502 what?"'],
      [
        "ldap",
        ["", "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00"],
        "\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037",
        "ldap: the server refuses StartTLS with result 2",
      ],
      ["postgres", ["", "N"], "\0\0\0\x08\x04\xd2\x16\x2f", "postgres: the server does not offer TLS here"],
      ["postgres", ["", "Ewhat\0"], "\0\0\0\x08\x04\xd2\x16\x2f", "postgres: the server answers the request for TLS with an error"],
      ["postgres", ["", "SR\0\0\0"], "\0\0\0\x08\x04\xd2\x16\x2f", "postgres: 4 bytes came in clear behind the go-ahead"],
      ["mysql", ["\x05\0\0\0\xff\x69\x04no"], "", 'mysql: the server does not want us: error 1129 "no"'],
      ["sieve", ['"SIEVE" ""\r\nOK\r\n'], "", "sieve: the server does not offer TLS here"],
      ["smtp", [`220 ${"x".repeat(100_000)}`], "", "smtp: the server sends a line of more than 1024 bytes"],
    ];
    await Promise.all(
      cases.map(async ([protocol, script, heard, reason]) => {
        const server = await scripted(script);
        const run = await client(server.port, protocol);
        expect(run.stderr).to.contain(`thimble: localhost:${server.port}: starttls_failed: ${reason}`);
        expect(run.stderr.trimEnd().split("\n").length, run.stderr).to.equal(1);
        expect(run).to.include({ code: 1 });
        expect(String(run.stdout)).to.equal("");
        expect(server.heard(), reason).to.equal(heard);
      }),
    );
    const xmpp = await scripted(["", "<stream:stream version='1.0'><stream:features/>"]);
    const run = await client(xmpp.port, "xmpp", "--servername", "example.org");
    expect(run.stderr).to.contain("xmpp: the server does not offer TLS here");
    expect(xmpp.heard()).to.match(/^<\?xml version='1\.0'\?><stream:stream to='example\.org' .*>$/);
  }).timeout(60_000);

  it("silence and a lost connection", async () => {
    const silent = await scripted([""]);
    const run = await client(silent.port, "imap", "--timeout", "0.4");
    expect(run).to.include({ code: 3, stderr: `thimble: localhost:${silent.port}: timed_out: imap: the peer said nothing within 0.4 s\n` });
    const slow = await scripted(["220 x\r\n", "250-x\r\n"]);
    expect((await client(slow.port, "smtp", "--timeout", "0.4")).stderr).to.contain(
      "smtp: the peer's words did not lead to TLS within 0.4 s",
    );
    const gone = await scripted(["220 x\r\n", "250-x\r\n"], true);
    const lost = await client(gone.port, "smtp");
    expect(lost).to.include({ code: 1 });
    expect(lost.stderr).to.contain("connection_lost from the peer: smtp: the peer ended the connection before TLS began");
    const mute = await scripted(["220 x\r\n", "250-x\r\n250 STARTTLS\r\n", "220 go\r\n"]);
    const waited = await client(mute.port, "smtp", "--timeout", "1");
    expect(waited).to.include({ code: 3 });
    expect(waited.stderr).to.match(/timed_out: the handshake was not finished within 0\.\d+ s/);
    expect(mute.heard()).to.contain("EHLO localhost\r\nSTARTTLS\r\n\x16\x03");
  });

  it("wrong usage: exit 2 before anything is sent", async () => {
    const runs: readonly (readonly [string[], RegExp])[] = [
      [["--starttls", "gopher"], /Allowed choices are smtp, lmtp, imap, pop3, nntp, ftp, xmpp, ldap, postgres, mysql, sieve/],
      [["--starttls", "smtp", "--starttls-name", "a b"], /the name "a b" has a character that no host name has/],
    ];
    for (const [args, message] of runs) {
      const run = await thimble(["connect", "localhost:1", "--ca", ca.rootFile, ...args]);
      expect(run.code).to.equal(2);
      expect(run.stderr).to.match(message);
    }
    const run = await thimble([
      "serve",
      "--port",
      "0",
      "--cert",
      join(ca.folder, "chain.pem"),
      "--key",
      join(ca.folder, "leaf.key"),
      "--starttls",
      "ftp",
    ]);
    expect(run.code).to.equal(2);
    expect(run.stderr).to.match(/Allowed choices are smtp, imap, pop3, nntp/);
  });

  it("startTls() over any stream; a failure destroys it", async () => {
    const [toUs, fromUs] = [new PassThrough(), new PassThrough()];
    const stream = Duplex.from({ readable: toUs, writable: fromUs });
    const done = startTls(stream, STARTTLS_CLIENTS.pop3());
    for (const [says, hears] of [
      ["+OK\r\n", "CAPA\r\n"],
      ["+OK\r\nSTLS\r\n.\r\n", "STLS\r\n"],
    ] as const) {
      for (const character of says) toUs.write(character);
      let heard = "";
      while (heard.length < hears.length) heard += String((await once(fromUs, "data"))[0]);
      expect(heard).to.equal(hears);
    }
    toUs.write("+OK\r\n");
    await done;
    expect(stream.destroyed).to.equal(false);

    const { port } = await scripted(["-ERR\r\n"]);
    const socket = connectTcp(port, "127.0.0.1");
    const error = await startTls(socket, STARTTLS_CLIENTS.pop3()).catch((e: TLSError) => e);
    expect(error).to.be.instanceOf(TLSError).and.to.include({ code: "ERR_THIMBLE_STARTTLS_FAILED", origin: "self" });
    expect(socket.destroyed).to.equal(true);
    const refused = await startTls(connectTcp(1, "127.0.0.1"), STARTTLS_CLIENTS.pop3()).catch((e: NodeJS.ErrnoException) => e);
    expect(refused).to.include({ code: "ECONNREFUSED" });
  });
});
