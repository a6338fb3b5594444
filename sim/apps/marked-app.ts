// Loaded into flash before a user's app, for its picture: thimble's own classes then mark each handshake message and record of data. A message has what
// happens until the next one begins.
import measure from "sim:measure";
import { Connection } from "../../src/connection.js";
import { Handshake } from "../../src/handshake/handshake.js";

const NAMES: Readonly<Record<number, string>> = {
  1: "ClientHello",
  2: "ServerHello",
  4: "NewSessionTicket",
  8: "EncryptedExtensions",
  11: "Certificate",
  12: "ServerKeyExchange",
  13: "CertificateRequest",
  14: "ServerHelloDone",
  15: "CertificateVerify",
  16: "ClientKeyExchange",
  20: "Finished",
  22: "CertificateStatus",
  24: "KeyUpdate",
};

/** What goes on. */
let under = "";

/** Another thing begins: what went on gets its mark. */
function begin(name: string, direction: string, bytes: number): void {
  if (under === "") measure.begin("run");
  measure.mark(under === "" ? "before TLS" : under);
  under = name;
  trace("@", direction, " ", bytes, " ", name, "\n");
}

interface Inner {
  findRow(type: number): unknown;
  readonly message: { readonly header: number };
}

type Method = (...values: unknown[]) => unknown;

function before(prototype: object, key: string, told: (self: never, values: readonly unknown[]) => void): void {
  const method = (prototype as Record<string, Method>)[key] as Method;
  (prototype as Record<string, Method>)[key] = function (this: never, ...values: unknown[]): unknown {
    told(this, values);
    return method.apply(this, values);
  };
}

before(Handshake.prototype, "findRow", (self: Inner, [type]) => {
  begin(NAMES[type as number] ?? "another message", "<", (self.message.header & 0xffffff) + 4);
});
before(Connection.prototype, "write", (_, [, , length]) => {
  begin("data sent", ">", length as number);
});
before(Connection.prototype, "consumed", (_, [length]) => {
  begin("data received", "<", length as number);
});
