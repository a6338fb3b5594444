// Gets a page over HTTPS, twice: the second connection resumes the session of the first, and needs no certificate. The session lies in flash: after deep sleep
// or a restart the first one resumes as well.
//   mc/config: host, address, port, path, root (base64 of the root certificate)

import TCP from "embedded:io/socket/tcp";
import config from "mc/config";
import Preference from "preference";
import { FlashSessions } from "thimble-tls/moddable/flash-sessions";
import { PreferenceKeep } from "thimble-tls/moddable/keep";
import TLSSocket from "thimble-tls/moddable/tls-socket";
import { Resumption } from "thimble-tls/session/resumption";
import Timer from "timer";
import { base } from "./secure.js";

const request = `GET ${config.path} HTTP/1.1\r\nHost: ${config.host}\r\nConnection: close\r\n\r\n`;
/** "HTTP/1.1 200" */
const STATUS_LENGTH = 12;
const secure = { ...base, resumption: new Resumption(new FlashSessions(new PreferenceKeep(Preference, "tls"))) };

function get(done: () => void): void {
  let status = "";
  let length = 0;
  let sent = false;
  let resumed = false;
  new TLSSocket({
    address: config.address,
    host: config.host,
    port: Number(config.port),
    TCP: { io: TCP as never },
    secure,
    onWritable() {
      if (sent) return;
      sent = true;
      resumed = this.resumed;
      this.write(Uint8Array.from(request, (character) => character.charCodeAt(0)));
    },
    onReadable(count) {
      const bytes = new Uint8Array(this.read(count) as ArrayBuffer);
      for (let i = 0; i < count && status.length < STATUS_LENGTH; i++) status += String.fromCharCode(bytes[i] as number);
      length += count;
    },
    onError(error) {
      this.close();
      if (status.length < STATUS_LENGTH) {
        trace("failed: ", error.message, "\n");
        return;
      }
      trace(status, ", ", length, " bytes", resumed ? ", resumed" : "", "\n");
      done();
    },
  });
}

get(() => Timer.set(() => get(() => trace("done\n")), 100));
