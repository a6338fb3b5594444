import { Cursor, concat, equal, PeerProblem, u16, vector8, vector16, vector24 } from "./bytes.js";
import { type Extension, extension, extensionBlock, numberList, serverNameBody, HANDSHAKE_TYPES as T, versionList } from "./messages.js";
import { GROUP_P256, GROUP_X25519 } from "./peer-crypto.js";
import { ECDSA_AES_128_GCM, ECDSA_CHACHA20 } from "./schedule-12.js";
import { type Options12, Scripted12 } from "./scripted-12.js";

export type ClientName12 =
  | "client_hello"
  | "certificate"
  | "client_key_exchange"
  | "certificate_verify"
  | "change_cipher_spec"
  | "finished";

export interface ClientOptions12 extends Options12<ClientName12> {
  readonly suites?: readonly number[];
  readonly groups?: readonly number[] | null;
  readonly schemes?: readonly number[] | null;
  readonly version?: number;
  readonly versions?: readonly number[];
  readonly compression?: readonly number[];
  readonly serverName?: string;
  readonly extensions?: (usual: Extension[]) => Extension[];
  /** The certificate's key is not proved. */
  readonly withoutVerify?: boolean;
  readonly scheme?: number;
  readonly sessionId?: Uint8Array;
  /** SessionTicket is sent, with this in it. */
  readonly ticket?: Uint8Array;
  /** The master secret of the session that is offered. It is resumed where the server echoes `sessionId`. */
  readonly master?: Uint8Array;
}

/** A TLS 1.2 client with ECDHE; it begins at once. */
export class ScriptedClient12 extends Scripted12<ClientName12> {
  /** Of the ServerHello. */
  readonly extensions = new Map<number, Uint8Array>();
  sessionId: Uint8Array = new Uint8Array(0);
  asked = false;
  /** Body of the CertificateStatus that came. */
  status: Uint8Array | null = null;
  resumed = false;
  /** Of a NewSessionTicket, and its lifetime. */
  newTicket: Uint8Array | null = null;
  newLifetime = 0;
  private readonly client: ClientOptions12;
  private group = 0;
  private share: Uint8Array = new Uint8Array(0);

  constructor(options: ClientOptions12 = {}) {
    super("server", options);
    this.client = options;
    this.clientRandom = this.random.bytes(32);
    const usual: Extension[] = [];
    if (options.serverName !== undefined) usual.push(extension(0, serverNameBody(options.serverName)));
    if (options.groups !== null) usual.push(extension(10, numberList(options.groups ?? [GROUP_X25519, GROUP_P256])));
    usual.push(extension(11, [1, 0]));
    if (options.schemes !== null) usual.push(extension(13, numberList(options.schemes ?? [0x0403])));
    if (options.extended !== false) usual.push(extension(23, []));
    if (options.versions !== undefined) usual.push(extension(43, versionList(options.versions)));
    usual.push(extension(0xff01, [0]));
    if (options.ticket !== undefined) usual.push(extension(35, options.ticket));
    const extensions = options.extensions === undefined ? usual : options.extensions(usual);
    const body = concat(
      u16(options.version ?? 0x0303),
      this.clientRandom,
      vector8(options.sessionId ?? new Uint8Array(0)),
      numberList(options.suites ?? [ECDSA_AES_128_GCM, ECDSA_CHACHA20]),
      vector8(concat(options.compression ?? [0])),
      extensions.length === 0 ? [] : extensionBlock(extensions),
    );
    this.send("client_hello", body, T.client_hello);
  }

  protected get expectsChange(): boolean {
    return this.master.length > 0 && !this.changed;
  }

  protected onHandshake(message: Uint8Array): void {
    const cursor = new Cursor(message.slice(4), `message ${message[0]}`);
    if (message[0] === T.finished) {
      this.checkFinished(message, "server finished");
      this.messages = concat(this.messages, message);
      if (this.resumed) {
        this.change("change_cipher_spec");
        this.send("finished", this.finishedData("client finished"), T.finished);
      }
      this.connected = true;
      this.options.connected?.(this);
      return;
    }
    this.messages = concat(this.messages, message);
    switch (message[0]) {
      case T.server_hello:
        this.onServerHello(cursor);
        return;
      case T.certificate:
        return;
      case T.certificate_status:
        this.status = message.slice(4);
        return;
      case T.new_session_ticket:
        this.newLifetime = cursor.number(4);
        this.newTicket = cursor.vector(2);
        cursor.finish();
        return;
      case T.server_key_exchange: {
        if (cursor.number(1) !== 3) throw new PeerProblem("ServerKeyExchange: no named curve");
        this.group = cursor.number(2);
        this.share = cursor.vector(1);
        return;
      }
      case T.certificate_request:
        this.asked = true;
        return;
      case T.server_hello_done:
        this.flight();
        return;
      default:
        throw new PeerProblem(`message ${message[0]} of the server`);
    }
  }

  private onServerHello(cursor: Cursor): void {
    if (cursor.number(2) !== 0x0303) throw new PeerProblem("ServerHello: another version");
    this.serverRandom = cursor.take(32);
    this.sessionId = cursor.vector(1);
    this.choose([cursor.number(2)]);
    cursor.number(1);
    const list = new Cursor(cursor.vector(2), "extensions");
    while (list.left > 0) {
      const type = list.number(2);
      this.extensions.set(type, list.vector(2));
    }
    this.extended = this.extensions.has(23);
    const { master, sessionId } = this.client;
    this.resumed = master !== undefined && sessionId !== undefined && equal(sessionId, this.sessionId);
    if (!this.resumed) return;
    this.master = master!;
    this.deriveKeys(true);
  }

  private flight(): void {
    const { identity } = this.client;
    if (this.asked) this.send("certificate", vector24(concat(...(identity?.chain ?? []).map(vector24))), T.certificate);
    const secret = this.random.bytes(32);
    this.send("client_key_exchange", vector8(this.crypto.publicKey(this.group, secret)), T.client_key_exchange);
    this.derive(this.crypto.agree(this.group, secret, this.share), true);
    if (this.asked && identity !== undefined && this.client.withoutVerify !== true) {
      const signature = this.crypto.sign(identity.privateKey, this.messages);
      this.send("certificate_verify", concat(u16(this.client.scheme ?? 0x0403), vector16(signature)), T.certificate_verify);
    }
    this.change("change_cipher_spec");
    this.send("finished", this.finishedData("client finished"), T.finished);
  }
}
