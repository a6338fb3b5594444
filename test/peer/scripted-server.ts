import { concat, equal, PeerProblem, u16, vector16 } from "./bytes.js";
import { type ClientHello, faultsOf, parseClientHello } from "./client-hello.js";
import { extensionsOf } from "./edit.js";
import { binderOf, KeySchedule, verifyData } from "./key-schedule.js";
import {
  alpnBody,
  certificate,
  certificateRequest,
  certificateVerify,
  type Extension,
  encryptedExtensions,
  extension,
  finished,
  HANDSHAKE_TYPES,
  keyShareEntry,
  newSessionTicket,
  RETRY_RANDOM,
  serverHello,
  signedContent,
  type TicketParts,
} from "./messages.js";
import { knowsGroup, knowsSuite, suiteHash } from "./peer-crypto.js";
import { pointOf } from "./point-of.js";
import { ScriptedPeer } from "./scripted-peer.js";
import type { FlightName, MessageName, ScriptedServerOptions, ServerPskParts } from "./server-options.js";

export type { FlightName, MessageName, PeerIdentity, ScriptedServerOptions } from "./server-options.js";

/**
 * A TLS 1.3 server for tests: synchronous, deterministic, and as disobedient as its options say. It shares no code with src. Bytes of the client
 * go in by `receive()`, which returns the answer. What the client did wrong is listed in `problems`; nothing throws.
 */
export class ScriptedServer extends ScriptedPeer<MessageName, ScriptedServerOptions> {
  clientHello: ClientHello | null = null;
  /** ClientHello messages as they came: one, or two after a HelloRetryRequest. */
  readonly clientHellos: Uint8Array[] = [];
  /** Handshake messages of the client after its ClientHello. */
  readonly clientMessages: Uint8Array[] = [];
  /** Answers to requestCertificate(), each checked: the leaf, or "none". */
  readonly proved: string[] = [];
  private asked: { readonly context: Uint8Array; readonly messages: Uint8Array[] } | null = null;
  private clientHandshakeSecret: Uint8Array = new Uint8Array(0);
  private clientApplicationSecret: Uint8Array = new Uint8Array(0);

  constructor(options: ScriptedServerOptions) {
    super("client", options);
  }

  override receiveRecords(bytes: Uint8Array): Uint8Array[] {
    const { instead, silent } = this.options;
    if (instead !== undefined) {
      const first = !this.dead;
      this.dead = true;
      return first ? this.cut([instead]) : [];
    }
    return silent === true ? this.takeRecords() : super.receiveRecords(bytes);
  }

  ticket(parts: TicketParts = {}): void {
    this.send("new_session_ticket", newSessionTicket(parts));
  }

  protected get expectsChangeCipherSpec(): boolean {
    return !this.connected && this.clientHello !== null;
  }

  /** Nothing stands between the messages of an answer (§4.7.2). */
  protected get expectsData(): boolean {
    return this.connected && (this.asked === null || this.asked.messages.length === 1);
  }

  protected onHandshake(message: Uint8Array): void {
    if (message[0] === HANDSHAKE_TYPES.client_hello) this.onClientHello(message);
    else if (this.connected && this.asked !== null && message[0] !== HANDSHAKE_TYPES.key_update) this.onAnswer(message, this.asked);
    else if (this.connected) this.onKeyUpdate(message);
    else if (this.schedule !== null) this.onClientFlight(message);
    else throw new PeerProblem(`message ${message[0]} where a ClientHello is due`);
  }

  /** §4.7.2: asks the connected client for a certificate. */
  requestCertificate(context: Uint8Array, extensions: readonly Extension[] = [extension(13, [0, 2, 4, 3])]): void {
    const message = certificateRequest(context, extensions);
    this.send("certificate_request", message);
    this.out.flush();
    this.asked = { context, messages: [message] };
  }

  private onAnswer(message: Uint8Array, asked: { readonly context: Uint8Array; readonly messages: Uint8Array[] }): void {
    const { messages, context } = asked;
    const algorithm = suiteHash(this.suite);
    const transcript = this.transcript.hashWith(...messages);
    const expected = messages.length === 1 ? 11 : messages[1]!.length === 8 + context.length || messages.length === 3 ? 20 : 15;
    if (message[0] !== expected) throw new PeerProblem(`message ${message[0]} in an answer after the handshake, where ${expected} is due`);
    if (message[0] === 11 && !equal(message.slice(4, 5 + context.length), concat([context.length], context)))
      throw new PeerProblem("the answer's certificate_request_context is not the request's");
    if (message[0] === 15) {
      const at = 5 + context.length + 3 + 3;
      const leaf = messages[1]!.slice(at, at + ((messages[1]![at - 2]! << 8) | messages[1]![at - 1]!));
      if (!this.crypto.verify(pointOf(leaf), signedContent("client", transcript), message.slice(8)))
        throw new PeerProblem("the answer's CertificateVerify is wrong");
    }
    messages.push(message);
    if (message[0] !== 20) return;
    const secret = this.incoming.protection?.secret ?? new Uint8Array(32);
    if (!equal(message, finished(verifyData(secret, transcript, algorithm)))) throw new PeerProblem("the answer's Finished is wrong");
    this.proved.push(messages.length === 4 ? "certificate" : "none");
    this.asked = null;
  }

  private onClientHello(message: Uint8Array): void {
    if (this.schedule !== null) throw new PeerProblem("a ClientHello after the handshake began");
    this.clientHellos.push(message);
    const hello = parseClientHello(message);
    this.problems.push(...faultsOf(hello));
    this.clientHello = hello;
    this.suite = this.options.suite ?? hello.suites.find(knowsSuite) ?? 0;
    if (this.suite === 0) throw new PeerProblem(`no suite of ${hello.suites} is known`);
    this.transcript.algorithm = suiteHash(this.suite);
    this.transcript.add(message);
    if (this.options.helloRetry !== undefined && this.clientHellos.length === 1) this.retry(hello, this.options.helloRetry);
    else this.firstFlight(hello);
  }

  private retry(hello: ClientHello, wanted: { readonly group?: number; readonly cookie?: Uint8Array }): void {
    this.transcript.foldForRetry();
    const extensions = [extension(43, [3, 4])];
    if (wanted.group !== undefined) extensions.push(extension(51, u16(wanted.group)));
    if (wanted.cookie !== undefined) extensions.push(extension(44, vector16(wanted.cookie)));
    const original = serverHello({
      legacyVersion: 0x0303,
      random: RETRY_RANDOM,
      sessionId: hello.sessionId,
      suite: this.suite,
      compression: 0,
      extensions,
    });
    this.sendInHandshake("hello_retry_request", original);
    this.out.flush();
    if (this.options.changeCipherSpec !== false) this.changeCipherSpec();
  }

  private firstFlight(hello: ClientHello): void {
    const asked = this.options.certificateRequest !== undefined;
    const certificates = this.options.psk === undefined ? (["certificate", "certificate_verify"] as const) : [];
    const flight: readonly FlightName[] = this.options.flight ?? [
      "server_hello",
      "encrypted_extensions",
      ...(asked ? (["certificate_request"] as const) : []),
      ...certificates,
      "finished",
    ];
    for (const name of flight) {
      this.options.before?.(name, this);
      this.sendInHandshake(name, this.make(name, hello));
      if (name === "server_hello") this.afterServerHello();
      if (name === "finished") this.afterFinished();
    }
    this.out.flush();
  }

  private make(name: FlightName, hello: ClientHello): Uint8Array {
    switch (name) {
      case "server_hello":
        return this.makeServerHello(hello);
      case "encrypted_extensions": {
        const chosen = this.options.alpn?.find((one) => hello.alpn.includes(one));
        return encryptedExtensions(chosen === undefined ? [] : [extension(16, alpnBody(chosen))]);
      }
      case "certificate_request": {
        const { context, extensions } = this.options.certificateRequest ?? {};
        return certificateRequest(context ?? new Uint8Array(0), extensions ?? [extension(13, [0, 2, 4, 3])]);
      }
      case "certificate":
        return certificate(this.options.identity.chain, new Uint8Array(0), this.options.certificateExtensions);
      case "certificate_verify":
        return certificateVerify(
          0x0403,
          this.crypto.sign(this.options.identity.privateKey, signedContent("server", this.transcript.hash())),
        );
      case "finished":
        return finished(verifyData(this.handshakeSecret(), this.transcript.hash(), suiteHash(this.suite)));
    }
  }

  private makeServerHello(hello: ClientHello): Uint8Array {
    const { psk } = this.options;
    const key = psk === undefined ? undefined : this.checkBinder(psk);
    const selected = psk === undefined ? [] : [extension(41, u16(psk.index ?? 0))];
    if (psk?.withoutExchange === true) {
      this.schedule = new KeySchedule(new Uint8Array(suiteHash(this.suite).outputLen), suiteHash(this.suite), key);
      return this.helloWith(hello, this.random.bytes(32), [extension(43, [3, 4]), ...selected]);
    }
    const group = this.options.group ?? [...hello.keyShares.keys()].find(knowsGroup);
    const share = group === undefined ? undefined : hello.keyShares.get(group);
    if (group === undefined || share === undefined) throw new PeerProblem(`no key share of group ${group}`);
    const random = this.random.bytes(32);
    const secret = this.random.bytes(32);
    this.schedule = new KeySchedule(this.crypto.agree(group, secret, share), suiteHash(this.suite), key);
    return this.helloWith(hello, random, [
      extension(43, [3, 4]),
      extension(51, keyShareEntry(group, this.crypto.publicKey(group, secret))),
      ...selected,
    ]);
  }

  private helloWith(hello: ClientHello, random: Uint8Array, extensions: Extension[]): Uint8Array {
    return serverHello({ legacyVersion: 0x0303, random, sessionId: hello.sessionId, suite: this.suite, compression: 0, extensions });
  }

  /** §4.3.11.2: the binder covers the ClientHello up to the list of binders, and all that stands before it in the transcript. */
  private checkBinder({ key, external, index, anyBinder }: ServerPskParts): Uint8Array {
    const message = this.clientHellos[this.clientHellos.length - 1]!;
    const list = extensionsOf(message);
    const last = list[list.length - 1];
    if (last?.type !== 41) throw new PeerProblem("the ClientHello does not end with pre_shared_key");
    if (!list.some((one) => one.type === 45)) throw new PeerProblem("pre_shared_key without psk_key_exchange_modes");
    const { body } = last;
    const identities = 2 + body[0]! * 256 + body[1]!;
    const binders: Uint8Array[] = [];
    for (let at = identities + 2; at < body.length; at += 1 + body[at]!) binders.push(body.slice(at + 1, at + 1 + body[at]!));
    const expected = binderOf(key, external !== false, this.transcript.hashWithout(body.length - identities), suiteHash(this.suite));
    if (anyBinder !== true && !equal(expected, binders[index ?? 0] ?? new Uint8Array(0))) throw new PeerProblem("the binder is wrong");
    return key;
  }

  private handshakeSecret(): Uint8Array {
    return this.out.protection?.secret ?? new Uint8Array(32);
  }

  private afterServerHello(): void {
    const { schedule } = this;
    if (schedule === null) return;
    const hash = this.transcript.hash();
    this.out.flush();
    if (this.options.changeCipherSpec !== false && this.options.helloRetry === undefined) this.changeCipherSpec();
    this.clientHandshakeSecret = this.keep("CLIENT_HANDSHAKE_TRAFFIC_SECRET", schedule.clientHandshake(hash));
    this.out.protect("handshake", this.protection(this.keep("SERVER_HANDSHAKE_TRAFFIC_SECRET", schedule.serverHandshake(hash))));
    this.incoming.protect(this.protection(this.clientHandshakeSecret));
  }

  private afterFinished(): void {
    const { schedule } = this;
    if (schedule === null) return;
    const hash = this.transcript.hash();
    this.clientApplicationSecret = this.keep("CLIENT_TRAFFIC_SECRET_0", schedule.clientApplication(hash));
    this.out.protect("application", this.protection(this.keep("SERVER_TRAFFIC_SECRET_0", schedule.serverApplication(hash))));
    this.keep("EXPORTER_SECRET", schedule.exporter(hash));
    this.options.sentFinished?.(this);
  }

  private onClientFlight(message: Uint8Array): void {
    this.clientMessages.push(message);
    if (message[0] === HANDSHAKE_TYPES.finished) {
      const expected = finished(verifyData(this.clientHandshakeSecret, this.transcript.hash(), suiteHash(this.suite)));
      if (!equal(expected, message)) throw new PeerProblem("the client's Finished is wrong");
      const asked = this.options.certificateRequest !== undefined;
      if (asked !== this.clientMessages.some((one) => one[0] === HANDSHAKE_TYPES.certificate))
        throw new PeerProblem(
          asked ? "the client did not answer the CertificateRequest" : "the client sent a Certificate nobody asked for",
        );
      this.transcript.add(message);
      this.connected = true;
      this.incoming.protect(this.protection(this.clientApplicationSecret));
      for (let i = 0; i < (this.options.tickets ?? 0); i++) this.ticket({ nonce: new Uint8Array([i]) });
      this.options.connected?.(this);
      return;
    }
    if (message[0] !== HANDSHAKE_TYPES.certificate) throw new PeerProblem(`message ${message[0]} in the client's flight`);
    this.transcript.add(message);
  }
}
