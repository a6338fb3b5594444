// Downloads a file from a server that sends records of 16 KB, whatever it was asked for. Its receive buffer stays at 2 KB: memory for such a record is lent
// while the download is under way, and given back. The file goes through in pieces, as it would into a flash partition.
//   mc/config: host, address, port, path, root (base64 of the root certificate), sha256 (hex) of the file

import TCP from "embedded:io/socket/tcp";
import config from "mc/config";
import TLSSocket from "thimble-tls/moddable/tls-socket";
import { base } from "./secure.js";

const request = `GET ${config.path} HTTP/1.1\r\nHost: ${config.host}\r\nConnection: close\r\n\r\n`;
const LONGEST_HEAD = 1024;

/** One record at a time: what was lent for one is used for the next. */
let lent: Uint8Array | null = null;
const lender = {
  lend(length: number): Uint8Array {
    if (lent === null || lent.length < length) lent = new Uint8Array(length);
    return lent;
  },
  giveBack(): void {},
};

class Download {
  readonly hash = base.provider.sha256.create();
  private head = "";
  private readonly piece = new Uint8Array(1024);
  private expected = -1;
  private length = 0;

  constructor() {
    let sent = false;
    const download = this;
    new TLSSocket({
      address: config.address,
      host: config.host,
      port: Number(config.port),
      TCP: { io: TCP as never },
      secure: { ...base, lender },
      onWritable() {
        if (sent) return;
        sent = true;
        this.write(Uint8Array.from(request, (character) => character.charCodeAt(0)));
      },
      onReadable(count) {
        for (let left = count; left > 0; ) {
          const n = Math.min(left, download.piece.length);
          this.read(download.piece.subarray(0, n));
          download.take(n);
          left -= n;
        }
      },
      onError(error) {
        this.close();
        lent = null;
        download.end(error);
      },
    });
  }

  private take(count: number): void {
    let at = 0;
    while (this.expected < 0 && at < count) {
      this.head += String.fromCharCode(this.piece[at++] as number);
      if (this.head.endsWith("\r\n\r\n")) this.expected = lengthIn(this.head);
      else if (this.head.length > LONGEST_HEAD) this.expected = 0;
    }
    this.hash.update(this.piece, at, count - at);
    this.length += count - at;
  }

  private end(error: Error): void {
    if (this.expected <= 0 || this.length !== this.expected) {
      trace("failed: ", this.expected <= 0 ? this.head.slice(0, 12) : `${this.length} of ${this.expected} bytes`, " ", error.message, "\n");
      return;
    }
    const digest = new Uint8Array(32);
    this.hash.digest(digest, 0);
    const hex = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    trace(this.length, " bytes, ", hex === config.sha256 ? "whole" : `of another file: ${hex}`, "\n");
  }
}

/** 0: it is no answer with a length. */
function lengthIn(head: string): number {
  const at = head.toLowerCase().indexOf("\r\ncontent-length:");
  return head.startsWith("HTTP/1.1 200") && at > 0 ? Number.parseInt(head.slice(at + 17), 10) : 0;
}

new Download();
