import { equal, PeerProblem } from "./bytes.js";
import { groupsOf, helloParts, type Share, secondHello } from "./client-hello-make.js";
import type { ClientFlightName, ClientMessageName, ScriptedClientOptions } from "./client-options.js";
import { KeySchedule, verifyData } from "./key-schedule.js";
import {
  type ClientHelloParts,
  certificate,
  certificateVerify,
  clientHello,
  finished,
  HANDSHAKE_TYPES,
  signedContent,
} from "./messages.js";
import { suiteHash } from "./peer-crypto.js";
import { pointOf } from "./point-of.js";
import { ScriptedPeer } from "./scripted-peer.js";
import {
  type CertificateRequest,
  type Extensions,
  parseCertificate,
  parseCertificateRequest,
  parseCertificateVerify,
  parseEncryptedExtensions,
  parseServerHello,
  type ServerHello,
} from "./server-flight.js";

export type { ClientFlightName, ClientMessageName, ScriptedClientOptions } from "./client-options.js";

const ECDSA_P256 = 0x0403;

/** What the client waits for. */
type Due = "ServerHello" | "EncryptedExtensions" | "Certificate" | "CertificateVerify" | "Finished" | "nothing";

/**
 * A TLS 1.3 client for tests, as disobedient as its options say: see ScriptedPeer. Its first bytes wait after construction: `takeRecords()`. It
 * holds the server to RFC 9846, its signature and its Finished included, but builds no certificate path.
 */
export class ScriptedClient extends ScriptedPeer<ClientMessageName, ScriptedClientOptions> {
  /** The ClientHello as it was built, before `mutate`. */
  hello: ClientHelloParts | null = null;
  serverHello: ServerHello | null = null;
  helloRetry: ServerHello | null = null;
  encryptedExtensions: Extensions | null = null;
  certificateRequest: CertificateRequest | null = null;
  /** The server's certificates, DER. */
  chain: Uint8Array[] = [];
  /** Of the server's CertificateVerify. */
  scheme = 0;
  /** The ALPN protocol that the server chose. */
  alpn: string | null = null;
  /** Messages of the server, header and all, in the order in which they came. */
  readonly serverMessages: Uint8Array[] = [];
  tickets = 0;
  private due: Due = "ServerHello";
  private readonly shareSecrets = new Map<number, Uint8Array>();
  private sentChangeCipherSpec = false;
  private serverHandshakeSecret: Uint8Array = new Uint8Array(0);
  private clientHandshakeSecret: Uint8Array = new Uint8Array(0);

  constructor(options: ScriptedClientOptions = {}) {
    super("server", options);
    if (options.silent === true) return;
    if (options.instead !== undefined) {
      this.out.raw(options.instead);
      return;
    }
    const random = this.random.bytes(32);
    const sessionId = this.random.bytes(32);
    const groups = options.shares ?? (options.shares === null ? [] : groupsOf(options).slice(0, 1));
    const shares = groups.map((group) => this.makeShare(group));
    this.hello = helloParts(options, random, options.sessionId ?? sessionId, shares);
    this.say("client_hello", () => clientHello(this.hello as ClientHelloParts));
    this.out.flush();
  }

  protected get expectsChangeCipherSpec(): boolean {
    return (this.serverHello !== null || this.helloRetry !== null) && this.due !== "nothing";
  }

  protected get expectsData(): boolean {
    return this.due === "nothing";
  }

  protected onHandshake(message: Uint8Array): void {
    this.serverMessages.push(message);
    if (this.hello === null) throw new PeerProblem(`message ${message[0]} where there was no ClientHello`);
    switch (this.due) {
      case "ServerHello":
        this.onServerHello(message, this.hello);
        break;
      case "EncryptedExtensions":
        this.onEncryptedExtensions(message, this.hello);
        break;
      case "Certificate":
        this.onCertificate(message, this.hello);
        break;
      case "CertificateVerify":
        this.onCertificateVerify(message);
        break;
      case "Finished":
        this.onFinished(message);
        break;
      default:
        if (message[0] === HANDSHAKE_TYPES.new_session_ticket) this.tickets++;
        else this.onKeyUpdate(message);
    }
  }

  private makeShare(group: number): Share {
    const secret = this.random.bytes(32);
    this.shareSecrets.set(group, secret);
    return { group, publicKey: this.crypto.publicKey(group, secret) };
  }

  /** Makes and sends a message, with what the options want to do around it. */
  private say(name: ClientMessageName, make: () => Uint8Array): void {
    this.options.before?.(name, this);
    this.sendInHandshake(name, make());
    this.options.after?.(name, this);
  }

  private onServerHello(message: Uint8Array, hello: ClientHelloParts): void {
    const server = parseServerHello(message);
    const what = server.isRetryRequest ? "HelloRetryRequest" : "ServerHello";
    if (!equal(server.sessionId, hello.sessionId)) throw new PeerProblem(`${what}: legacy_session_id_echo`);
    if (!hello.suites.includes(server.suite)) throw new PeerProblem(`${what}: suite ${server.suite} was not offered`);
    if (this.helloRetry !== null && this.helloRetry.suite !== server.suite) throw new PeerProblem(`${what}: not the suite of the retry`);
    this.suite = server.suite;
    this.transcript.algorithm = suiteHash(server.suite);
    if (server.isRetryRequest) this.onRetry(message, server, hello);
    else this.begin(message, server);
  }

  private onRetry(message: Uint8Array, retry: ServerHello, first: ClientHelloParts): void {
    if (this.helloRetry !== null) throw new PeerProblem("HelloRetryRequest: a second one");
    const { group, cookie } = retry;
    if (group === 0 && cookie === null) throw new PeerProblem("HelloRetryRequest: it changes nothing");
    if (group !== 0 && !groupsOf(this.options).includes(group)) throw new PeerProblem(`HelloRetryRequest: group ${group} was not offered`);
    if (this.shareSecrets.has(group)) throw new PeerProblem(`HelloRetryRequest: the share of group ${group} was sent`);
    this.helloRetry = retry;
    this.transcript.foldForRetry();
    this.transcript.add(message);
    if (group !== 0) this.shareSecrets.clear();
    this.hello = secondHello(this.options, first, group === 0 ? null : this.makeShare(group), cookie);
    this.compatibility();
    this.say("second_client_hello", () => clientHello(this.hello as ClientHelloParts));
    this.out.flush();
  }

  private begin(message: Uint8Array, server: ServerHello): void {
    const secret = this.shareSecrets.get(server.group);
    if (secret === undefined) throw new PeerProblem(`ServerHello: no share of group ${server.group} was sent`);
    this.serverHello = server;
    this.transcript.add(message);
    let shared: Uint8Array;
    try {
      shared = this.crypto.agree(server.group, secret, server.share);
    } catch (error) {
      throw new PeerProblem(`ServerHello: its key share is none: ${String(error)}`);
    }
    const schedule = new KeySchedule(shared, suiteHash(this.suite));
    const hash = this.transcript.hash();
    this.schedule = schedule;
    this.clientHandshakeSecret = this.keep("CLIENT_HANDSHAKE_TRAFFIC_SECRET", schedule.clientHandshake(hash));
    this.serverHandshakeSecret = this.keep("SERVER_HANDSHAKE_TRAFFIC_SECRET", schedule.serverHandshake(hash));
    this.out.protect("handshake", this.protection(this.clientHandshakeSecret));
    this.incoming.protect(this.protection(this.serverHandshakeSecret));
    this.due = "EncryptedExtensions";
  }

  private onEncryptedExtensions(message: Uint8Array, hello: ClientHelloParts): void {
    const extensions = parseEncryptedExtensions(message);
    for (const type of extensions.keys())
      if (!hello.extensions.some((one) => one.type === type))
        throw new PeerProblem(`EncryptedExtensions: extension ${type} was not asked for`);
    const chosen = extensions.get(16);
    if (chosen !== undefined) this.alpn = this.readAlpn(chosen);
    const name = extensions.get(0);
    if (name !== undefined && name.length !== 0) throw new PeerProblem("EncryptedExtensions: server_name is not empty");
    this.encryptedExtensions = extensions;
    this.transcript.add(message);
    this.due = "Certificate";
  }

  /** RFC 7301 §3.1: one name, of those offered. */
  private readAlpn(body: Uint8Array): string {
    const length = body[2]!;
    if (body.length !== 3 + length || body[0]! * 256 + body[1]! !== 1 + length || length === 0)
      throw new PeerProblem("EncryptedExtensions: ALPN is not one name");
    const name = String.fromCharCode(...body.slice(3));
    if (this.options.alpn?.includes(name) !== true) throw new PeerProblem(`EncryptedExtensions: ALPN ${name} was not offered`);
    return name;
  }

  private onCertificate(message: Uint8Array, hello: ClientHelloParts): void {
    if (message[0] === HANDSHAKE_TYPES.certificate_request && this.certificateRequest === null)
      this.certificateRequest = parseCertificateRequest(message);
    else {
      this.chain = parseCertificate(message, new Map(hello.extensions.map((one) => [one.type, one.body])));
      this.due = "CertificateVerify";
    }
    this.transcript.add(message);
  }

  private onCertificateVerify(message: Uint8Array): void {
    const { scheme, signature } = parseCertificateVerify(message);
    if (!(this.options.schemes ?? [ECDSA_P256]).includes(scheme))
      throw new PeerProblem(`CertificateVerify: scheme ${scheme} was not offered`);
    this.scheme = scheme;
    const content = signedContent("server", this.transcript.hash());
    const leaf = this.chain[0]!;
    const right =
      scheme === ECDSA_P256
        ? this.crypto.verify(pointOf(leaf), content, signature)
        : this.options.verify?.(leaf, scheme, content, signature) === true;
    if (!right) throw new PeerProblem(`CertificateVerify: the signature, scheme ${scheme}, is wrong`);
    this.transcript.add(message);
    this.due = "Finished";
  }

  private onFinished(message: Uint8Array): void {
    const { schedule } = this;
    if (schedule === null) return;
    const expected = finished(verifyData(this.serverHandshakeSecret, this.transcript.hash(), suiteHash(this.suite)));
    if (!equal(expected, message)) throw new PeerProblem("the server's Finished is wrong");
    this.transcript.add(message);
    this.due = "nothing";
    const hash = this.transcript.hash();
    const clientSecret = this.keep("CLIENT_TRAFFIC_SECRET_0", schedule.clientApplication(hash));
    this.incoming.protect(this.protection(this.keep("SERVER_TRAFFIC_SECRET_0", schedule.serverApplication(hash))));
    this.keep("EXPORTER_SECRET", schedule.exporter(hash));
    this.compatibility();
    for (const name of this.options.flight ?? this.dueFlight()) this.say(name, () => this.make(name));
    this.out.protect("application", this.protection(clientSecret));
    this.connected = true;
    this.options.opened?.(this);
  }

  private dueFlight(): readonly ClientFlightName[] {
    if (this.certificateRequest === null) return ["finished"];
    const { identity } = this.options;
    return identity === undefined || identity === null ? ["certificate", "finished"] : ["certificate", "certificate_verify", "finished"];
  }

  private make(name: ClientFlightName): Uint8Array {
    const { identity, certificateExtensions, proof } = this.options;
    switch (name) {
      case "certificate":
        return certificate(identity?.chain ?? [], new Uint8Array(0), certificateExtensions);
      case "certificate_verify": {
        const key = proof?.privateKey ?? identity?.privateKey ?? new Uint8Array(32).fill(1);
        const content = signedContent(proof?.side ?? "client", proof?.hash ?? this.transcript.hash());
        return certificateVerify(proof?.scheme ?? ECDSA_P256, this.crypto.sign(key, content));
      }
      case "finished":
        return finished(verifyData(this.clientHandshakeSecret, this.transcript.hash(), suiteHash(this.suite)));
    }
  }

  /** Appendix E.4: one change_cipher_spec, before the second flight. */
  private compatibility(): void {
    const wanted = this.options.changeCipherSpec ?? (this.hello?.sessionId.length ?? 0) > 0;
    if (!wanted || this.sentChangeCipherSpec) return;
    this.sentChangeCipherSpec = true;
    this.changeCipherSpec();
  }
}
