import { concat, equal, PeerProblem, u16, vector16 } from "./bytes.js";
import { type ClientHello, faultsOf, parseClientHello } from "./client-hello.js";
import { Incoming, type ReceivedAlert } from "./incoming.js";
import { KeySchedule, nextTrafficSecret, Transcript, verifyData } from "./key-schedule.js";
import {
  alpnBody,
  certificate,
  certificateRequest,
  certificateVerify,
  encryptedExtensions,
  extension,
  finished,
  HANDSHAKE_TYPES,
  keyShareEntry,
  keyUpdate,
  newSessionTicket,
  RETRY_RANDOM,
  serverHello,
  signedContent,
  type TicketParts,
} from "./messages.js";
import { Outgoing } from "./outgoing.js";
import { AES_128_GCM, CHACHA20_POLY1305, GROUP_P256, GROUP_X25519, PeerCrypto } from "./peer-crypto.js";
import { SeededRandom } from "./random.js";
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, Protection } from "./record-layer.js";
import type { FlightName, MessageName, ScriptedServerOptions } from "./server-options.js";

export type { FlightName, MessageName, PeerIdentity, ScriptedServerOptions } from "./server-options.js";

/**
 * A TLS 1.3 server for tests: synchronous, deterministic, and as disobedient as its options say. It shares no code with src. Bytes of the client
 * go in by `receive()`, which returns the answer. What the client did wrong is listed in `problems`; nothing throws.
 */
export class ScriptedServer {
  readonly out: Outgoing;
  readonly incoming: Incoming;
  readonly problems: string[] = [];
  clientHello: ClientHello | null = null;
  /** ClientHello messages as they came: one, or two after a HelloRetryRequest. */
  readonly clientHellos: Uint8Array[] = [];
  schedule: KeySchedule | null = null;
  suite = 0;
  /** The client's Finished came and was right. */
  connected = false;
  /** Alerts of the client, in order. */
  readonly alerts: ReceivedAlert[] = [];
  closeNotify = false;
  /** Application data of the client. */
  received: Uint8Array = new Uint8Array(0);
  keyUpdates = 0;
  clientChangeCipherSpecs = 0;
  /** The stream was cut by truncateAfter: the transport ends here. */
  ended = false;
  /** Handshake messages of the client after its ClientHello. */
  readonly clientMessages: Uint8Array[] = [];
  private readonly options: ScriptedServerOptions;
  private readonly crypto: PeerCrypto;
  private readonly random: SeededRandom;
  private readonly transcript = new Transcript();
  private clientHandshakeSecret: Uint8Array = new Uint8Array(0);
  private clientApplicationSecret: Uint8Array = new Uint8Array(0);
  private readonly kept: Record<string, Uint8Array> = {};
  private sentBytes = 0;
  private dead = false;

  constructor(options: ScriptedServerOptions) {
    this.options = options;
    this.crypto = options.crypto ?? new PeerCrypto();
    this.random = new SeededRandom(options.seed ?? "scripted server");
    this.out = new Outgoing(options);
    this.incoming = new Incoming({
      handshake: (message) => this.handshake(message),
      alert: (alert) => {
        this.alerts.push(alert);
        if (alert.description === 0) this.closeNotify = true;
      },
      data: (content) => this.data(content),
      changeCipherSpec: () => {
        this.clientChangeCipherSpecs++;
        if (this.connected || this.clientHello === null) this.problems.push("change_cipher_spec of the client at a wrong time");
      },
    });
  }

  /** Takes bytes of the client; returns the bytes that answer them. */
  receive(bytes: Uint8Array): Uint8Array {
    return concat(...this.receiveRecords(bytes));
  }

  /** The same, one entry a record. */
  receiveRecords(bytes: Uint8Array): Uint8Array[] {
    const { instead, silent } = this.options;
    if (instead !== undefined) {
      const first = !this.dead;
      this.dead = true;
      return first ? this.cut([instead]) : [];
    }
    if (silent !== true && !this.dead) {
      try {
        this.incoming.receive(bytes);
      } catch (error) {
        if (!(error instanceof PeerProblem)) throw error;
        this.problems.push(error.message);
        this.dead = true;
      }
    }
    return this.takeRecords();
  }

  /** What was sent since by the methods below. */
  take(): Uint8Array {
    return concat(...this.takeRecords());
  }

  takeRecords(): Uint8Array[] {
    return this.cut(this.out.takeRecords());
  }

  write(content: Uint8Array): void {
    this.out.data(APPLICATION_DATA, content);
  }

  ticket(parts: TicketParts = {}): void {
    this.send("new_session_ticket", newSessionTicket(parts));
  }

  /** request: 0 or 1 (§4.7.3); other values to see them refused. */
  keyUpdate(request: number): void {
    this.send("key_update", keyUpdate(request));
    this.out.flush();
    const { protection } = this.out;
    if (protection !== null) this.out.protect("application", new Protection(this.suite, nextTrafficSecret(protection.secret)));
  }

  alert(level: number, description: number, clear = false): void {
    this.out.flush();
    this.out.record(
      clear
        ? { type: ALERT, content: new Uint8Array([level, description]), seal: false }
        : { type: ALERT, content: new Uint8Array([level, description]) },
    );
  }

  close(): void {
    this.alert(1, 0);
  }

  /** A handshake message in the present epoch, through `mutate`; it does not enter the transcript. */
  send(name: MessageName, original: Uint8Array): Uint8Array[] {
    const changed = this.options.mutate === undefined ? original : this.options.mutate(name, original);
    const list = changed === null ? [] : changed instanceof Uint8Array ? [changed] : [...changed];
    for (const one of list) this.out.handshake(name, one);
    return list;
  }

  private cut(records: Uint8Array[]): Uint8Array[] {
    const { truncateAfter } = this.options;
    if (truncateAfter === undefined) return records;
    const left = Math.max(0, truncateAfter - this.sentBytes);
    const all = concat(...records);
    this.sentBytes += all.length;
    if (all.length < left) return records;
    this.ended = true;
    this.dead = true;
    return left === 0 ? [] : [all.slice(0, left)];
  }

  private handshake(message: Uint8Array): void {
    const type = message[0];
    if (this.closeNotify) throw new PeerProblem(`message ${type} after the client's close_notify`);
    if (type === HANDSHAKE_TYPES.client_hello) this.onClientHello(message);
    else if (this.connected) this.onPostHandshake(message);
    else if (this.schedule !== null) this.onClientFlight(message);
    else throw new PeerProblem(`message ${type} where a ClientHello is due`);
  }

  private onClientHello(message: Uint8Array): void {
    if (this.schedule !== null) throw new PeerProblem("a ClientHello after the handshake began");
    this.clientHellos.push(message);
    const hello = parseClientHello(message);
    this.problems.push(...faultsOf(hello));
    this.clientHello = hello;
    this.suite = this.options.suite ?? hello.suites.find((id) => id === AES_128_GCM || id === CHACHA20_POLY1305) ?? 0;
    if (this.suite === 0) throw new PeerProblem(`no suite of ${hello.suites} is known`);
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
    this.remember(original, this.send("hello_retry_request", original));
    this.out.flush();
    if (this.options.changeCipherSpec !== false) this.changeCipherSpec();
  }

  private firstFlight(hello: ClientHello): void {
    const asked = this.options.certificateRequest !== undefined;
    const flight: readonly FlightName[] = this.options.flight ?? [
      "server_hello",
      "encrypted_extensions",
      ...(asked ? (["certificate_request"] as const) : []),
      "certificate",
      "certificate_verify",
      "finished",
    ];
    for (const name of flight) {
      this.options.before?.(name, this);
      const original = this.make(name, hello);
      this.remember(original, this.send(name, original));
      if (name === "server_hello") this.afterServerHello();
      if (name === "finished") this.afterFinished();
    }
    this.out.flush();
  }

  private remember(original: Uint8Array, sent: readonly Uint8Array[]): void {
    if (this.options.transcript === "original") this.transcript.add(original);
    else for (const one of sent) this.transcript.add(one);
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
        return finished(verifyData(this.handshakeSecret(), this.transcript.hash()));
    }
  }

  private makeServerHello(hello: ClientHello): Uint8Array {
    const group = this.options.group ?? [...hello.keyShares.keys()].find((id) => id === GROUP_X25519 || id === GROUP_P256);
    const share = group === undefined ? undefined : hello.keyShares.get(group);
    if (group === undefined || share === undefined) throw new PeerProblem(`no key share of group ${group}`);
    const random = this.random.bytes(32);
    const secret = this.random.bytes(32);
    this.schedule = new KeySchedule(this.crypto.agree(group, secret, share));
    return serverHello({
      legacyVersion: 0x0303,
      random,
      sessionId: hello.sessionId,
      suite: this.suite,
      compression: 0,
      extensions: [extension(43, [3, 4]), extension(51, keyShareEntry(group, this.crypto.publicKey(group, secret)))],
    });
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
    this.clientHandshakeSecret = schedule.clientHandshake(hash);
    const serverSecret = schedule.serverHandshake(hash);
    this.kept.CLIENT_HANDSHAKE_TRAFFIC_SECRET = this.clientHandshakeSecret;
    this.kept.SERVER_HANDSHAKE_TRAFFIC_SECRET = serverSecret;
    this.out.protect("handshake", new Protection(this.suite, serverSecret));
    this.incoming.protect(new Protection(this.suite, this.clientHandshakeSecret));
  }

  private afterFinished(): void {
    const { schedule } = this;
    if (schedule === null) return;
    const hash = this.transcript.hash();
    this.clientApplicationSecret = schedule.clientApplication(hash);
    const serverSecret = schedule.serverApplication(hash);
    this.kept.CLIENT_TRAFFIC_SECRET_0 = this.clientApplicationSecret;
    this.kept.SERVER_TRAFFIC_SECRET_0 = serverSecret;
    this.out.protect("application", new Protection(this.suite, serverSecret));
    this.options.sentFinished?.(this);
  }

  /** The hash of all messages so far. */
  transcriptHash(): Uint8Array {
    return this.transcript.hash();
  }

  /** Traffic secrets by their names in key logs. */
  secrets(): Record<string, Uint8Array> {
    return this.kept;
  }

  private changeCipherSpec(): void {
    this.out.record({ type: CHANGE_CIPHER_SPEC, content: new Uint8Array([1]), seal: false, padding: 0 });
  }

  private onClientFlight(message: Uint8Array): void {
    this.clientMessages.push(message);
    if (message[0] === HANDSHAKE_TYPES.finished) {
      const expected = finished(verifyData(this.clientHandshakeSecret, this.transcript.hash()));
      if (!equal(expected, message)) throw new PeerProblem("the client's Finished is wrong");
      const asked = this.options.certificateRequest !== undefined;
      if (asked !== this.clientMessages.some((one) => one[0] === HANDSHAKE_TYPES.certificate))
        throw new PeerProblem(
          asked ? "the client did not answer the CertificateRequest" : "the client sent a Certificate nobody asked for",
        );
      this.transcript.add(message);
      this.connected = true;
      this.incoming.protect(new Protection(this.suite, this.clientApplicationSecret));
      for (let i = 0; i < (this.options.tickets ?? 0); i++) this.ticket({ nonce: new Uint8Array([i]) });
      this.options.connected?.(this);
      return;
    }
    if (message[0] !== HANDSHAKE_TYPES.certificate) throw new PeerProblem(`message ${message[0]} in the client's flight`);
    this.transcript.add(message);
  }

  private onPostHandshake(message: Uint8Array): void {
    if (message[0] !== HANDSHAKE_TYPES.key_update || message.length !== 5 || message[4]! > 1)
      throw new PeerProblem(`message ${message[0]} of the client after its Finished`);
    this.keyUpdates++;
    const { protection } = this.incoming;
    if (protection !== null) this.incoming.protect(new Protection(this.suite, nextTrafficSecret(protection.secret)));
    if (message[4] === 1 && this.options.answerKeyUpdate !== false) this.keyUpdate(0);
  }

  private data(content: Uint8Array): void {
    if (!this.connected) throw new PeerProblem("application data before the client's Finished");
    if (this.closeNotify) throw new PeerProblem("application data after the client's close_notify");
    this.received = concat(this.received, content);
    if (this.options.echo === true) this.write(content);
  }
}
