/// <reference types="@moddable/typings/embedded_io/socket/tcp.d.ts" />
// A device whose private key never leaves its secure element: the element signs, and takes its time; the handshake waits without holding the event loop.
import TCP from "embedded:io/socket/tcp";
import { certificates, key } from "sim:client";
import host from "sim:host";
import { certificates as roots } from "sim:trust";
import config from "mc/config";
import TLSSocket from "../../hosts/moddable/tls-socket.js";
import type { TLSAlert } from "../../src/alert.js";
import { ecdsa_secp256r1_sha256 } from "../../src/constants.js";
import { DONE, OUTSIDE, type Random } from "../../src/crypto/provider.js";
import type { Signer, SigningKey } from "../../src/identity.js";
import { iotClient } from "../../src/profiles/iot-client.js";
import { AnchorList, anchorFromCertificate } from "../../src/x509/anchors.js";
import { toBytes, toText } from "./ascii.js";
import { Element } from "./element.js";

const trust = new AnchorList(roots.map((der) => anchorFromCertificate(der, iotClient.sha256)));
const random: Random = {
  fill(bytes, offset, length) {
    host.fillRandom(bytes, offset, length);
  },
};

/** One signature: asked for by begin(), fetched by writeSignature(), and OUTSIDE in between. */
class ElementSigner implements Signer {
  private readonly element: Element;
  private readonly done: () => void;
  private signature: Uint8Array | null;

  /** done: tells the socket that the signature is there. */
  constructor(element: Element, done: () => void) {
    this.element = element;
    this.done = done;
    this.signature = null;
  }

  begin(_scheme: number, content: Uint8Array, offset: number, length: number): void {
    this.element.sign(content.slice(offset, offset + length), (signature) => {
      this.signature = signature;
      this.done();
    });
  }

  step(): number {
    return this.signature === null ? OUTSIDE : DONE;
  }

  writeSignature(out: Uint8Array, offset: number): number {
    const signature = this.signature as Uint8Array;
    out.set(signature, offset);
    return signature.length;
  }
}

const element = new Element(key, random);
const signingKey: SigningKey = {
  schemes: [ecdsa_secp256r1_sha256],
  maxSignature: 72,
  createSigner: () => new ElementSigner(element, () => socket.operationDone()),
};

let ticks = 0;
setInterval(() => ticks++, 10);

let greeted = false;
const socket: TLSSocket = new TLSSocket({
  address: "127.0.0.1",
  port: config.port,
  TCP: { io: TCP as never },
  secure: {
    provider: iotClient,
    random,
    clock: { seconds: () => Math.floor(Date.now() / 1000) },
    trust,
    serverName: "localhost",
    identities: [{ certificates, key: signingKey }],
  },
  onReadable() {
    trace("server says: ", toText(new Uint8Array(socket.read() as ArrayBuffer)), "\n");
    trace(ticks >= 5 ? "the event loop went on" : "the event loop was held", "\n");
    socket.close();
    host.exit(0);
  },
  onWritable() {
    if (!greeted) socket.write(toBytes("hello"));
    greeted = true;
  },
  onError(error: TLSAlert) {
    trace(error.message, "\n");
    host.exit(1);
  },
});
