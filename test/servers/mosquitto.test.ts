// MQTT over TLS with mosquitto, which wants a client's certificate.
import { writeFileSync } from "node:fs";
import { expect } from "chai";
import mqtt from "mqtt-packet";
import type { TLSSocket } from "../../hosts/node/index.js";
import { startMosquitto } from "./configured.js";
import { found, freePort, needed, type RealServer, ServerFolder } from "./real-server.js";
import { type Secured, secured, VERSIONS } from "./secured.js";

/** Packets that come over a socket. */
class Packets {
  private readonly waiting: mqtt.Packet[] = [];
  private wake: () => void = () => undefined;

  constructor(socket: TLSSocket) {
    const parser = mqtt.parser();
    parser.on("packet", (packet) => {
      this.waiting.push(packet);
      this.wake();
    });
    socket.on("data", (data: Buffer) => parser.parse(data));
  }

  async next(): Promise<mqtt.Packet> {
    while (this.waiting.length === 0)
      await new Promise<void>((done, failed) => {
        const patience = setTimeout(() => failed(new Error("the broker says nothing")), 8000);
        this.wake = () => {
          clearTimeout(patience);
          done();
        };
      });
    return this.waiting.shift() as mqtt.Packet;
  }
}

describe("mosquitto", function () {
  this.timeout(20_000);
  let folder: ServerFolder;
  let broker: RealServer | null = null;
  let port = 0;

  before(async function () {
    const mosquitto = needed(this, found("mosquitto"), "mosquitto");
    folder = new ServerFolder();
    port = await freePort();
    broker = await startMosquitto(mosquitto, port, folder);
  });

  after(async () => {
    await broker?.stop();
    folder?.remove();
  });

  for (const version of VERSIONS) {
    it(`takes a client by its certificate, and its messages, in TLS ${version}`, async () => {
      folder.ca.leaf("sensor", [], "clientAuth");
      const cert = folder.at("sensor-chain.pem");
      writeFileSync(cert, folder.ca.text("sensor.pem") + folder.ca.text("inter.pem"));
      const socket = await secured({ version, port, root: folder.root, cert, key: folder.at("sensor.key") });
      const packets = new Packets(socket);
      const say = (packet: mqtt.Packet) => socket.write(mqtt.generate(packet));
      say({ cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clean: true, clientId: "thimble", keepalive: 60 });
      expect(await packets.next()).to.include({ cmd: "connack", returnCode: 0 });
      say({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "thimble/#", qos: 0 }] });
      expect(await packets.next()).to.include({ cmd: "suback", messageId: 1 });
      const payload = Buffer.alloc(40_000, "21.5 degrees, ");
      say({ cmd: "publish", topic: "thimble/reading", payload, qos: 0, dup: false, retain: false });
      const message = (await packets.next()) as mqtt.IPublishPacket;
      expect(message.topic).to.equal("thimble/reading");
      expect(payload.equals(message.payload as Buffer)).to.equal(true);
      say({ cmd: "disconnect" });
      socket.end();
      expect(broker?.output()).to.match(/as thimble \(p2, c1, k60, u'sensor'\)/);
    });

    it(`refuses a client without a certificate, in TLS ${version}`, async () => {
      const refused = await attempt({ version, port, root: folder.root });
      expect(refused).to.match(/certificate_required|handshake_failure|connection_lost/);
    });
  }
});

/** The failure of a connection, which in TLS 1.3 comes behind its handshake. */
async function attempt(options: Secured): Promise<string> {
  try {
    const socket = await secured(options);
    return await new Promise((done) => {
      socket.on("error", (error) => done(error.message)).resume();
      socket.on("close", () => done("closed"));
    });
  } catch (error) {
    return (error as Error).message;
  }
}
