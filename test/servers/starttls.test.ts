// STARTTLS with the servers that people run: each speaks its own protocol before TLS, and answers over TLS.
import { mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import type { STARTTLS_CLIENTS } from "../../hosts/node/index.js";
import { found, foundFile, freePort, isRoot, needed, type RealServer, runnable, ServerFolder, start } from "./real-server.js";
import { Chat, secured, VERSIONS } from "./secured.js";

const repository = fileURLToPath(new URL("../../../", import.meta.url));

describe("STARTTLS with real servers", function () {
  this.timeout(40_000);
  let folder: ServerFolder;
  const running: RealServer[] = [];

  before(() => {
    folder = new ServerFolder();
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });

  after(() => folder.remove());

  async function run(...args: Parameters<typeof start>): Promise<void> {
    running.push(await start(...args));
  }

  /** Talks over TLS, in each version. */
  async function overTls(protocol: keyof typeof STARTTLS_CLIENTS, port: number, talk: (chat: Chat) => Promise<void>): Promise<void> {
    for (const version of VERSIONS) {
      const chat = new Chat(await secured({ version, port, root: folder.root, starttls: protocol }));
      try {
        await talk(chat);
      } finally {
        chat.close();
      }
    }
  }

  it("smtp: postfix takes a mail", async function () {
    const postfix = needed(this, found("postfix"), "postfix");
    if (!isRoot) {
      console.log("      skipped: postfix starts as root alone");
      this.skip();
    }
    const port = await freePort();
    const etc = folder.folder("postfix");
    const queue = folder.folder("postfix-queue");
    const data = folder.folder("postfix-data", "postfix");
    const log = join("/var/tmp", `thimble-postfix-${process.pid}.log`);
    writeFileSync(
      join(etc, "main.cf"),
      `compatibility_level = 3.6
queue_directory = ${queue}
data_directory = ${data}
maillog_file = ${log}
maillog_file_prefixes = /var/tmp
mail_owner = postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost
mydestination = localhost
alias_maps =
local_recipient_maps =
local_transport = discard
default_transport = discard
smtpd_tls_security_level = encrypt
smtpd_tls_chain_files = ${folder.key} ${folder.cert}
`,
    );
    writeFileSync(
      join(etc, "master.cf"),
      `127.0.0.1:${port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
discard unix - - n - - discard
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
`,
    );
    await run(port, postfix, ["-c", etc, "start-fg"], { stopWith: [postfix, "-c", etc, "stop"] });
    await overTls("smtp", port, async (chat) => {
      expect(await chat.ask("EHLO me.example\r\n", /^250 .*\r\n/m)).to.not.match(/STARTTLS/);
      await chat.ask("MAIL FROM:<a@localhost>\r\n", /^250 2\.1\.0.*\r\n/);
      await chat.ask("RCPT TO:<b@localhost>\r\n", /^250 2\.1\.5.*\r\n/);
      await chat.ask("DATA\r\n", /^354.*\r\n/);
      await chat.ask("Subject: thimble\r\n\r\nover TLS\r\n.\r\n", /^250 2\.0\.0 Ok: queued.*\r\n/);
      await chat.ask("QUIT\r\n", /^221.*\r\n/);
    });
  });

  it("imap, pop3, lmtp, sieve: dovecot logs us in", async function () {
    const dovecot = needed(this, found("dovecot"), "dovecot");
    for (const part of ["imap", "pop3", "lmtp", "managesieve"])
      needed(this, foundFile(`/usr/lib/dovecot/${part}`, `/usr/libexec/dovecot/${part}`), `dovecot's ${part}`);
    const [imap, pop3, lmtp, sieve] = [await freePort(), await freePort(), await freePort(), await freePort()];
    const own = userInfo().username;
    const mail = isRoot ? "mail" : own;
    const users = isRoot ? "" : `default_internal_user = ${own}\ndefault_login_user = ${own}\ndefault_internal_group = ${own}\n`;
    const chroots = isRoot ? "" : "service anvil {\n  chroot =\n}\nservice stats {\n  chroot =\n}\n";
    const login = (name: string, listener: string, port: number, secure = "") => `service ${name} {
  ${isRoot || name === "lmtp" ? "" : "chroot ="}
  inet_listener ${listener} {
    address = 127.0.0.1
    port = ${port}
  }
  ${secure === "" ? "" : `inet_listener ${secure} {\n    port = 0\n  }`}
}
`;
    const config = folder.write(
      "dovecot.conf",
      `base_dir = ${folder.folder("dovecot-run")}
state_dir = ${folder.folder("dovecot-state")}
log_path = /dev/stderr
protocols = imap pop3 lmtp sieve
listen = 127.0.0.1
${users}first_valid_uid = 0
ssl = required
ssl_cert = <${folder.cert}
ssl_key = <${folder.key}
ssl_min_protocol = TLSv1.2
mail_location = maildir:${folder.folder("dovecot-mail", mail)}
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=${mail} gid=${mail} home=${folder.folder("dovecot-home", mail)}
}
${chroots}${login("imap-login", "imap", imap, "imaps")}${login("pop3-login", "pop3", pop3, "pop3s")}${login("managesieve-login", "sieve", sieve)}${login("lmtp", "lmtp", lmtp)}`,
    );
    await run(imap, dovecot, ["-F", "-c", config]);
    await overTls("imap", imap, async (chat) => {
      await chat.ask("a LOGIN joe secret\r\n", /^a OK.*\r\n/m);
      await chat.ask("b SELECT INBOX\r\n", /^b OK.*\r\n/m);
      await chat.ask("c LOGOUT\r\n", /^c OK.*\r\n/m);
    });
    await overTls("pop3", pop3, async (chat) => {
      await chat.ask("USER joe\r\n", /^\+OK.*\r\n/);
      await chat.ask("PASS secret\r\n", /^\+OK.*\r\n/);
      await chat.ask("QUIT\r\n", /^\+OK.*\r\n/);
    });
    await overTls("lmtp", lmtp, async (chat) => {
      await chat.ask("LHLO me.example\r\n", /^250 .*\r\n/m);
      await chat.ask("QUIT\r\n", /^221.*\r\n/);
    });
    await overTls("sieve", sieve, async (chat) => {
      expect(await chat.ask("", /^OK.*\r\n/m)).to.match(/"SASL" "PLAIN"/); // told again, behind TLS (RFC 5804 §2.2)
      await chat.ask('AUTHENTICATE "PLAIN" "AGpvZQBzZWNyZXQ="\r\n', /^OK.*\r\n/);
      await chat.ask("LOGOUT\r\n", /^OK.*\r\n/);
    });
  });

  it("nntp: nnrpd of INN", async function () {
    const unpacked = process.env.THIMBLE_INN2 ?? join(repository, "build/inn2");
    const nnrpd = needed(this, foundFile(join(unpacked, "usr/lib/news/bin/nnrpd"), "/usr/lib/news/bin/nnrpd"), "nnrpd (inn2)");
    // nnrpd lets innbind open its port; it belongs to whoever unpacked it.
    const innbind = join(dirname(nnrpd), "innbind");
    needed(this, runnable(innbind) ? innbind : null, `a permission to run ${innbind}`);
    const news = dirname(dirname(nnrpd));
    const top = dirname(dirname(dirname(news)));
    const libraries = [news, join(top, "usr/lib/x86_64-linux-gnu"), join(top, "usr/lib/aarch64-linux-gnu")].join(":");
    const port = await freePort();
    const own = userInfo();
    const etc = folder.folder("inn");
    const part = (name: string) => folder.folder(`inn-${name}`);
    mkdirSync(join(part("spool"), "overview"), { recursive: true });
    for (const file of ["active", "newsgroups", "history"]) writeFileSync(join(part("db"), file), "");
    writeFileSync(join(part("spool"), "overview/group.index"), "");
    writeFileSync(join(etc, "storage.conf"), "method tradspool {\n  newsgroups: *\n  class: 0\n}\n");
    writeFileSync(
      join(etc, "readers.conf"),
      'auth all {\n  hosts: "*"\n  default: "anyone"\n}\naccess all {\n  users: "*"\n  newsgroups: "*"\n}\n',
    );
    writeFileSync(
      join(etc, "inn.conf"),
      `mta: "/bin/true %s"
organization: test
ovmethod: tradindexed
hismethod: hisv6
pathhost: localhost
domain: localhost
pathnews: ${news}
pathbin: ${dirname(nnrpd)}
pathetc: ${etc}
pathdb: ${part("db")}
pathspool: ${part("spool")}
pathrun: ${part("run")}
pathlog: ${part("log")}
pathtmp: ${part("tmp")}
runasuser: ${own.username}
runasgroup: ${own.username}
tlscertfile: ${folder.cert}
tlskeyfile: ${folder.key}
tlscafile: ${folder.root}
tlsprotocols: [ TLSv1.2 TLSv1.3 ]
nnrpdloadlimit: 0
`,
    );
    const args = ["-D", "-f", "-p", String(port), "-b", "127.0.0.1", "-c", join(etc, "readers.conf")];
    await run(port, nnrpd, args, { env: { INNCONF: join(etc, "inn.conf"), LD_LIBRARY_PATH: libraries } });
    await overTls("nntp", port, async (chat) => {
      expect(await chat.ask("CAPABILITIES\r\n", /^\.\r\n/m))
        .to.match(/^101 [\s\S]*READER/)
        .and.to.not.match(/STARTTLS/);
      await chat.ask("QUIT\r\n", /^205.*\r\n/);
    });
  });

  it("ftp: vsftpd", async function () {
    const vsftpd = needed(this, found("vsftpd"), "vsftpd");
    const port = await freePort();
    const empty = folder.folder("ftp");
    const config = folder.write(
      "vsftpd.conf",
      `listen=YES
background=NO
listen_address=127.0.0.1
listen_port=${port}
anonymous_enable=YES
anon_root=${empty}
no_anon_password=YES
ssl_enable=YES
ssl_ciphers=HIGH
allow_anon_ssl=YES
rsa_cert_file=${folder.cert}
rsa_private_key_file=${folder.key}
secure_chroot_dir=${empty}
seccomp_sandbox=NO
xferlog_enable=NO
${isRoot ? "" : "run_as_launching_user=YES\n"}`,
    );
    await run(port, vsftpd, [config]);
    await overTls("ftp", port, async (chat) => {
      await chat.ask("USER anonymous\r\n", /^230.*\r\n/);
      await chat.ask("PWD\r\n", /^257.*\r\n/);
      await chat.ask("QUIT\r\n", /^221.*\r\n/);
    });
  });

  it("xmpp: prosody", async function () {
    const prosody = needed(this, found("prosody"), "prosody");
    const port = await freePort();
    const config = folder.write(
      "prosody.cfg.lua",
      `pidfile = "${folder.at("prosody.pid")}"
data_path = "${folder.folder("prosody")}"
run_as_root = true
log = { info = "*console" }
interfaces = { "127.0.0.1" }
c2s_ports = { ${port} }
c2s_direct_tls_ports = {}
s2s_ports = {}
http_ports = {}
https_ports = {}
modules_enabled = { "tls", "saslauth" }
modules_disabled = { "s2s", "s2s_auth_certs" }
c2s_require_encryption = true
ssl = { certificate = "${folder.cert}", key = "${folder.key}" }
VirtualHost "localhost"
`,
    );
    await run(port, prosody, ["--config", config, "-F"]);
    await overTls("xmpp", port, async (chat) => {
      const open =
        "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
      expect(await chat.ask(open, /<\/stream:features>/))
        .to.match(/<mechanism>PLAIN</)
        .and.to.not.match(/<starttls/);
      await chat.ask("</stream:stream>", /<\/stream:stream>/);
    });
  });

  it("ldap: slapd", async function () {
    const slapd = needed(this, found("slapd"), "slapd");
    const port = await freePort();
    const config = folder.write(
      "slapd.conf",
      `include /etc/ldap/schema/core.schema
pidfile ${folder.at("slapd.pid")}
TLSCACertificateFile ${folder.root}
TLSCertificateFile ${folder.cert}
TLSCertificateKeyFile ${folder.key}
`,
    );
    await run(port, slapd, ["-f", config, "-h", `ldap://127.0.0.1:${port}`, "-d", "0"]);
    await overTls("ldap", port, async (chat) => {
      // An anonymous bind, number 2, and its success.
      const bind = "\x30\x0c\x02\x01\x02\x60\x07\x02\x01\x03\x04\x00\x80\x00";
      await chat.ask(bind, "\x30\x0c\x02\x01\x02\x61\x07\x0a\x01\x00\x04\x00\x04\x00");
    });
  });

  it("postgres: PostgreSQL", async function () {
    const versions = ["17", "16", "15", "14", "13"].map((version) => `/usr/lib/postgresql/${version}/bin`);
    const bin = dirname(needed(this, foundFile(...versions.map((path) => join(path, "initdb"))), "postgresql"));
    const port = await freePort();
    const user = isRoot ? "postgres" : userInfo().username; // it refuses to run as root
    const home = folder.folder("postgres", user);
    const key = folder.keyFor(folder.at("postgres.key"), user);
    const data = join(home, "data");
    const init = await start(port, join(bin, "initdb"), ["-D", data, "-A", "trust", "-U", "joe", "--no-sync"], { user, cwd: home }).catch(
      (error: Error) => error,
    );
    expect(String(init)).to.match(/initdb ended \(0\)/);
    const ssl = ["-c", "ssl=on", "-c", `ssl_cert_file=${folder.cert}`, "-c", `ssl_key_file=${key}`];
    await run(port, join(bin, "postgres"), ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", home, "-F", ...ssl], {
      user,
      cwd: home,
      ready: "ready to accept connections",
    });
    await overTls("postgres", port, async (chat) => {
      const startup = "\x00\x03\x00\x00user\0joe\0database\0postgres\0\0";
      const ready = "Z\x00\x00\x00\x05I";
      await chat.ask(`\x00\x00\x00${String.fromCharCode(startup.length + 4)}${startup}`, ready);
      expect(await chat.ask("Q\x00\x00\x00\x0dSELECT 7\0", ready)).to.contain("D\x00\x00\x00\x0b\x00\x01\x00\x00\x00\x017C");
    });
  });

  it("mysql: MariaDB", async function () {
    const mariadbd = needed(this, found("mariadbd"), "mariadbd");
    const port = await freePort();
    const data = folder.folder("mariadb");
    // An empty data directory has no tables of users: with it anyone may come in.
    const empty = [
      "--no-defaults",
      `--datadir=${data}`,
      "--skip-grant-tables",
      "--skip-networking=0",
      "--innodb=OFF",
      "--default-storage-engine=MyISAM",
    ];
    const place = [
      `--socket=${folder.at("mariadb.sock")}`,
      `--pid-file=${folder.at("mariadb.pid")}`,
      `--port=${port}`,
      "--bind-address=127.0.0.1",
    ];
    const ssl = [`--ssl-cert=${folder.cert}`, `--ssl-key=${folder.key}`, `--user=${userInfo().username}`];
    await run(port, mariadbd, [...empty, ...place, ...ssl]);
    await overTls("mysql", port, async (chat) => {
      // HandshakeResponse41 without a password, numbered 2; an OK packet; then a query, and its row.
      const login = `\x00\x8a\x08\x00\x00\x00\x00\x01\x2d${"\0".repeat(23)}joe\0\x00mysql_native_password\0`;
      const packet = (number: number, payload: string) => `${String.fromCharCode(payload.length, 0, 0, number)}${payload}`;
      await chat.ask(packet(2, login), "\x00\x00\x03\x00");
      await chat.ask(packet(0, "\x03SELECT 40 + 2"), "\x0242");
    });
  });
});
