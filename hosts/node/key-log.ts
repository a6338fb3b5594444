import { closeSync, openSync, writeSync } from "node:fs";
import type { KeyLog } from "../../src/config.js";

const hex = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");

/** Appends secrets to a file in the form that Wireshark reads (NSS key log). The file is made readable for its owner only. */
export function keyLogFile(path: string): { keyLog: KeyLog; close: () => void } {
  const file = openSync(path, "a", 0o600);
  return {
    keyLog: (label, clientRandom, secret) => {
      writeSync(file, `${label} ${hex(clientRandom)} ${hex(secret)}\n`);
    },
    close: () => closeSync(file),
  };
}
