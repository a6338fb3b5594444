import { ClientNegotiation, READY, shown } from "./negotiation.js";

/** Header of a packet: its length in three bytes, the least first, and its number. */
const HEADER = 4;
/** Bytes of a handshake packet: some 90 with the longest names of servers and methods. */
const LONGEST = 512;
const ERR = 0xff;

const CLIENT_PROTOCOL_41 = 0x200;
const CLIENT_SSL = 0x800;
const CLIENT_SECURE_CONNECTION = 0x8000;
const CLIENT_PLUGIN_AUTH = 0x8_0000;
const UTF8MB4 = 45;
const MAX_PACKET = 0x0100_0000;
const SSL_REQUEST = 32;

/** MySQL's and MariaDB's SSLRequest: the answer to the server's handshake packet (version 10), with no go-ahead behind it. */
export class MysqlStartTls extends ClientNegotiation {
  /**
   * The server's handshake packet without its header, once it is READY. Logging in behind TLS needs the auth-plugin-data in it, and numbers its packet 2.
   * It came in clear: nothing else in it is to be believed.
   */
  handshake: Uint8Array | null;
  private readonly header: Uint8Array;
  private payload: Uint8Array | null;
  private count: number;

  constructor() {
    super("mysql");
    this.handshake = null;
    this.header = new Uint8Array(HEADER);
    this.payload = null;
    this.count = 0;
  }

  protected override push(byte: number): void {
    const { header, payload } = this;
    if (payload === null) {
      header[this.count++] = byte;
      if (this.count === HEADER) this.begin();
      return;
    }
    payload[this.count++] = byte;
    if (this.count === payload.length) this.greeted(payload);
  }

  private begin(): void {
    const { header } = this;
    const length = header[0] | (header[1] << 8) | (header[2] << 16);
    if (length === 0 || length > LONGEST || header[3] !== 0)
      this.refuse(`the server does not begin with a handshake packet: "${shown(header, 0, HEADER)}"; is it MySQL or MariaDB?`);
    this.payload = new Uint8Array(length);
    this.count = 0;
  }

  private greeted(payload: Uint8Array): void {
    const { length } = payload;
    if (payload[0] === ERR && length >= 3)
      this.refuse(`the server does not want us: error ${payload[1] | (payload[2] << 8)} "${shown(payload, 3, length - 3)}"`);
    if (payload[0] !== 10) this.refuse(`the server's handshake has version ${payload[0]}, not 10`);
    let at = 1;
    while (at < length && payload[at] !== 0) at++; // the server's version
    at += 1 + 4 + 8 + 1; // its end, thread id, the first part of auth-plugin-data, filler
    if (at + 2 > length) this.refuse("the server's handshake packet is cut short");
    let offered = payload[at] | (payload[at + 1] << 8);
    // Character set and status stand between the halves of the capabilities.
    if (at + 7 <= length) offered |= (payload[at + 5] << 16) | (payload[at + 6] << 24);
    if ((offered & CLIENT_PROTOCOL_41) === 0) this.refuse("the server is older than MySQL 4.1, whose protocol has TLS");
    if ((offered & CLIENT_SSL) === 0) this.notOffered();
    this.send(sslRequest(offered));
    this.handshake = payload;
    this.state = READY;
  }
}

function sslRequest(offered: number): Uint8Array {
  const flags = CLIENT_PROTOCOL_41 | CLIENT_SSL | (offered & (CLIENT_SECURE_CONNECTION | CLIENT_PLUGIN_AUTH));
  const bytes = new Uint8Array(HEADER + SSL_REQUEST);
  bytes[0] = SSL_REQUEST;
  bytes[3] = 1;
  for (let i = 0; i < 4; i++) {
    bytes[HEADER + i] = flags >>> (8 * i);
    bytes[HEADER + 4 + i] = MAX_PACKET >>> (8 * i);
  }
  bytes[HEADER + 8] = UTF8MB4;
  return bytes;
}
