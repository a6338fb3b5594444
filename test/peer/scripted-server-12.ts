import { Cursor, concat, PeerProblem, u16, vector8, vector16, vector24 } from "./bytes.js";
import { type ClientHello, parseClientHello } from "./client-hello.js";
import { alpnBody, type Extension, extension, extensionBlock, HANDSHAKE_TYPES as T } from "./messages.js";
import { GROUP_X25519, knowsGroup } from "./peer-crypto.js";
import { type Options12, Scripted12 } from "./scripted-12.js";

export type ServerName12 =
  | "server_hello"
  | "certificate"
  | "certificate_status"
  | "server_key_exchange"
  | "certificate_request"
  | "server_hello_done"
  | "new_session_ticket"
  | "change_cipher_spec"
  | "finished";

export interface ServerOptions12 extends Options12<ServerName12> {
  readonly alpn?: string;
  /** Extensions of ServerHello instead of the usual ones. */
  readonly extensions?: (usual: Extension[]) => Extension[];
  readonly sessionId?: Uint8Array;
  /** The last 8 bytes of ServerHello.random. */
  readonly randomEnd?: Uint8Array;
  readonly version?: number;
  /** A CertificateRequest is sent; its types and schemes. */
  readonly request?: { readonly types?: readonly number[]; readonly schemes?: readonly number[]; readonly names?: readonly Uint8Array[] };
  /** status_request is answered in ServerHello; with an OCSPResponse a CertificateStatus carries it. */
  readonly status?: Uint8Array | "announced";
  /** ServerKeyExchange: scheme, and what is signed besides the parameters. */
  readonly scheme?: number;
  /** The session with this master secret is resumed; its ID is what the client sent, where `sessionId` gives no other. */
  readonly resume?: { readonly master: Uint8Array };
  /** Promised, and sent before change_cipher_spec. */
  readonly ticket?: Uint8Array;
  readonly lifetime?: number;
}

/** A TLS 1.2 server with ECDHE and ECDSA on P-256. */
export class ScriptedServer12 extends Scripted12<ServerName12> {
  hello: ClientHello | null = null;
  /** The client's certificates, and whether its CertificateVerify was right. */
  clientChain: Uint8Array[] | null = null;
  clientVerified = false;
  private readonly server: ServerOptions12;
  private group = 0;
  private secret: Uint8Array = new Uint8Array(0);

  constructor(options: ServerOptions12) {
    super("client", options);
    this.server = options;
  }

  protected get expectsChange(): boolean {
    return this.master.length > 0 && !this.changed;
  }

  protected onHandshake(message: Uint8Array): void {
    switch (message[0]) {
      case T.client_hello:
        this.onClientHello(message);
        return;
      case T.certificate:
        this.onCertificate(message);
        break;
      case T.client_key_exchange:
        this.onClientKeyExchange(message);
        return;
      case T.certificate_verify:
        this.onCertificateVerify(message);
        break;
      case T.finished:
        this.onFinished(message);
        return;
      default:
        throw new PeerProblem(`message ${message[0]} of the client`);
    }
    this.messages = concat(this.messages, message);
  }

  private onClientHello(message: Uint8Array): void {
    if (this.hello !== null) throw new PeerProblem("a second ClientHello");
    const hello = parseClientHello(message);
    this.hello = hello;
    this.choose(hello.suites);
    this.clientRandom = hello.random;
    this.messages = concat(this.messages, message);
    this.flight(hello);
  }

  private flight(hello: ClientHello): void {
    const { server } = this;
    const random = this.random.bytes(32);
    if (server.randomEnd !== undefined) random.set(server.randomEnd, 24);
    this.serverRandom = random;
    this.extended = server.extended !== false && hello.extensions.has(23);
    const usual: Extension[] = [];
    if (this.extended) usual.push(extension(23, []));
    if (hello.extensions.has(0xff01)) usual.push(extension(0xff01, [0]));
    if (hello.extensions.has(11)) usual.push(extension(11, [1, 0]));
    if (server.ticket !== undefined) usual.push(extension(35, []));
    if (server.alpn !== undefined) usual.push(extension(16, alpnBody(server.alpn)));
    if (server.status !== undefined) usual.push(extension(5, []));
    const extensions = server.extensions === undefined ? usual : server.extensions(usual);
    const helloBody = concat(
      u16(server.version ?? 0x0303),
      random,
      vector8(server.sessionId ?? (server.resume === undefined ? new Uint8Array(0) : hello.sessionId)),
      u16(this.chosen),
      [0],
      extensions.length === 0 ? [] : extensionBlock(extensions),
    );
    this.send("server_hello", helloBody, T.server_hello);
    if (server.resume !== undefined) {
      this.master = server.resume.master;
      this.deriveKeys(false);
      this.finish();
      return;
    }
    this.send("certificate", vector24(concat(...server.identity!.chain.map(vector24))), T.certificate);
    if (server.status instanceof Uint8Array) this.send("certificate_status", concat([1], vector24(server.status)), T.certificate_status);
    this.group = server.group ?? hello.groups.find(knowsGroup) ?? GROUP_X25519;
    this.secret = this.random.bytes(32);
    const params = concat([3], u16(this.group), vector8(this.crypto.publicKey(this.group, this.secret)));
    const signature = this.crypto.sign(server.identity!.privateKey, concat(this.clientRandom, random, params));
    this.send("server_key_exchange", concat(params, u16(server.scheme ?? 0x0403), vector16(signature)), T.server_key_exchange);
    if (server.request !== undefined) {
      const { types = [64], schemes = [0x0403], names = [] } = server.request;
      this.send(
        "certificate_request",
        concat(vector8(concat(types)), vector16(concat(...schemes.map(u16))), vector16(concat(...names.map(vector16)))),
        T.certificate_request,
      );
    }
    this.send("server_hello_done", new Uint8Array(0), T.server_hello_done);
  }

  private onCertificate(message: Uint8Array): void {
    const cursor = new Cursor(message.slice(4), "Certificate");
    const list = new Cursor(cursor.vector(3), "certificate_list");
    cursor.finish();
    this.clientChain = [];
    while (list.left > 0) this.clientChain.push(list.vector(3));
  }

  private onClientKeyExchange(message: Uint8Array): void {
    if ((this.server.request === undefined) !== (this.clientChain === null))
      throw new PeerProblem("Certificate and its request do not fit");
    const cursor = new Cursor(message.slice(4), "ClientKeyExchange");
    const share = cursor.vector(1);
    cursor.finish();
    this.messages = concat(this.messages, message);
    this.derive(this.crypto.agree(this.group, this.secret, share), false);
  }

  private onCertificateVerify(message: Uint8Array): void {
    const cursor = new Cursor(message.slice(4), "CertificateVerify");
    if (cursor.number(2) !== 0x0403) throw new PeerProblem("CertificateVerify: another scheme");
    const signature = cursor.vector(2);
    cursor.finish();
    const key = publicKeyOf(this.clientChain![0]!);
    if (!this.crypto.verify(key, this.messages, signature)) throw new PeerProblem("CertificateVerify: the signature is wrong");
    this.clientVerified = true;
  }

  private onFinished(message: Uint8Array): void {
    if (this.clientChain !== null && this.clientChain.length > 0 && !this.clientVerified) throw new PeerProblem("no CertificateVerify");
    this.checkFinished(message, "client finished");
    this.messages = concat(this.messages, message);
    if (this.server.resume === undefined) this.finish();
    this.connected = true;
    this.options.connected?.(this);
  }

  private finish(): void {
    const { ticket, lifetime = 3600 } = this.server;
    if (ticket !== undefined)
      this.send("new_session_ticket", concat(u16(lifetime >>> 16), u16(lifetime & 0xffff), vector16(ticket)), T.new_session_ticket);
    this.change("change_cipher_spec");
    this.send("finished", this.finishedData("server finished"), T.finished);
  }
}

/** The uncompressed point of a P-256 certificate: behind the curve's OID and the BIT STRING's header. */
function publicKeyOf(certificate: Uint8Array): Uint8Array {
  const curve = [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7, 3, 66, 0];
  for (let i = 0; i + curve.length < certificate.length; i++)
    if (curve.every((byte, j) => certificate[i + j] === byte)) return certificate.slice(i + curve.length, i + curve.length + 65);
  throw new PeerProblem("the certificate has no P-256 key");
}
