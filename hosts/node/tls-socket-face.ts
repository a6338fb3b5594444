import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { PeerCertificate } from "node:tls";
import type { Connection } from "../../src/connection.js";
import { TLS_1_3 } from "../../src/constants.js";
import type { OcspAnswer } from "../../src/x509/ocsp-stapling.js";
import { PeerCertificates } from "./peer-certificates.js";
import type { SocketSessions } from "./socket-sessions.js";

/** What this class asks of a connection. */
export type TLSConnection = Pick<Connection, keyof Connection>;

export interface FaceOptions {
  /** False (the default): when the peer has closed, this side closes too. True: the app may go on writing. */
  allowHalfOpen?: boolean;
  /** A client's: the name that the server's certificate is checked against. */
  servername?: string;
  /** A client's: the sessions that it is given. */
  sessions?: SocketSessions;
  /** True: the server's end. Its `servername` is the name that the client asked for. */
  isServer?: boolean;
}

/** What is asked of a TLS socket in the manner of node:tls: who the peer is, what was agreed on, and what net.Socket answers. */
export abstract class TLSSocketFace extends Duplex {
  readonly transport: Socket;
  readonly connection: TLSConnection;
  /** Always true: nothing is read from or written to a peer before the handshake is done. */
  readonly encrypted = true;
  readonly isServer: boolean;
  /** What the server's stapled OCSP response said, where one was asked for and was good. */
  ocsp: OcspAnswer | null = null;
  protected readonly certificates = new PeerCertificates();
  protected readonly sessions: SocketSessions | null;
  /** The handshake is done. */
  protected secured = false;
  private readonly expectedName: string | undefined;

  protected constructor(transport: Socket, connection: TLSConnection, options: FaceOptions) {
    super({ allowHalfOpen: options.allowHalfOpen ?? false, emitClose: true });
    this.transport = transport;
    this.connection = connection;
    this.isServer = options.isServer ?? false;
    this.expectedName = options.servername;
    this.sessions = options.sessions ?? null;
    connection.certificateTap = this.certificates;
  }

  /** The ALPN protocol that both sides agreed on, or false. */
  get alpnProtocol(): string | false {
    return this.connection.alpn ?? false;
  }

  /** A client's: the name that the server's certificate was checked against. A server's: the name that the client asked for; undefined for none. */
  get servername(): string | undefined {
    return this.isServer ? this.connection.sni || undefined : this.expectedName;
  }

  /** Whether the handshake is done and the peer proved itself with a certificate. A server always has; a client where it was asked and has one. */
  get authorized(): boolean {
    return this.secured && this.connection.peerAuthenticated;
  }

  /** The peer's own certificate, once it is verified; undefined before, and where the peer has none. */
  getPeerX509Certificate(): X509Certificate | undefined {
    return this.authorized ? this.certificates.at(0) : undefined;
  }

  /** The certificates as the peer sent them, its own first. They are not the verified path, which may leave some out. */
  getPeerCertificates(): X509Certificate[] {
    const list: X509Certificate[] = [];
    if (this.authorized) for (let i = 0; i < this.certificates.length; i++) list.push(this.certificates.at(i) as X509Certificate);
    return list;
  }

  /** In the manner of node:tls: subject, issuer, valid_from, fingerprint256, raw …; an empty object where there is none. */
  getPeerCertificate(): Partial<PeerCertificate> {
    return this.getPeerX509Certificate()?.toLegacyObject() ?? {};
  }

  /**
   * A server's, where the client sent no certificate in this handshake: the identity of its external pre-shared key, or, where a session was resumed,
   * SHA-256 of the certificate that proved it then. undefined for neither.
   */
  get peerIdentity(): Buffer | undefined {
    return this.secured ? this.certificates.identity : undefined;
  }

  getProtocol(): string | null {
    if (!this.secured) return null;
    return this.connection.version === TLS_1_3 ? "TLSv1.3" : "TLSv1.2";
  }

  /** The cipher suite by its IANA name, null before the handshake is done. */
  getCipher(): { name: string; standardName: string; version: string } | null {
    const { suite } = this.connection;
    const version = this.getProtocol();
    return suite === null || version === null ? null : { name: suite.name, standardName: suite.name, version };
  }

  /** The group of the key exchange, null before the handshake is done. */
  getEphemeralKeyInfo(): { type: "ECDH"; name: string } | null {
    const { group } = this.connection;
    return group === null || !this.secured ? null : { type: "ECDH", name: group.name };
  }

  /** A client's newest session, to be given to a later connect(); undefined before the server has sent a ticket. `session` events tell each. */
  getSession(): Buffer | undefined {
    return this.sessions?.session;
  }

  /** Whether the session of an earlier connection was resumed. */
  isSessionReused(): boolean {
    return this.secured && this.connection.resumed;
  }

  /** As node:tls has it (RFC 5705, RFC 9846 §7.5): secret bytes that are the same on both sides. */
  exportKeyingMaterial(length: number, label: string, context?: Uint8Array): Buffer {
    return Buffer.from(this.connection.exportKeyingMaterial(label, context ?? null, length).buffer);
  }

  get remoteAddress(): string | undefined {
    return this.transport.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.transport.remotePort;
  }

  get remoteFamily(): string | undefined {
    return this.transport.remoteFamily;
  }

  get localAddress(): string | undefined {
    return this.transport.localAddress;
  }

  get localPort(): number | undefined {
    return this.transport.localPort;
  }

  /** As net.Socket's: a `timeout` event after so many milliseconds without a byte, and nothing else. 0 switches it off. */
  setTimeout(timeout: number, callback?: () => void): this {
    this.transport.setTimeout(timeout);
    if (callback !== undefined) this.once("timeout", callback);
    return this;
  }

  setNoDelay(noDelay?: boolean): this {
    this.transport.setNoDelay(noDelay);
    return this;
  }

  setKeepAlive(enable?: boolean, initialDelay?: number): this {
    this.transport.setKeepAlive(enable, initialDelay);
    return this;
  }

  ref(): this {
    this.transport.ref();
    return this;
  }

  unref(): this {
    this.transport.unref();
    return this;
  }
}
