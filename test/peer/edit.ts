import { Cursor, concat, splice, u16, u24 } from "./bytes.js";
import { type Extension, extensionBlock } from "./messages.js";

/** The message with its header's length set to what follows. */
export function fixLength(message: Uint8Array): Uint8Array {
  return concat(message.slice(0, 1), u24(message.length - 4), message.slice(4));
}

export function withBody(message: Uint8Array, body: Uint8Array | readonly number[]): Uint8Array {
  return concat(message.slice(0, 1), u24(body.length), body);
}

/** The body cut to `length` bytes, the header set right. */
export function cutBody(message: Uint8Array, length: number): Uint8Array {
  return withBody(message, message.slice(4, 4 + length));
}

export function append(message: Uint8Array, more: Uint8Array | readonly number[]): Uint8Array {
  return fixLength(concat(message, more));
}

export function setByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  return splice(bytes, at, 1, [value]);
}

export function setU16(bytes: Uint8Array, at: number, value: number): Uint8Array {
  return splice(bytes, at, 2, u16(value));
}

/** Adds to the number of two bytes at `at`: for lengths that shall not fit. */
export function addU16(bytes: Uint8Array, at: number, difference: number): Uint8Array {
  return setU16(bytes, at, bytes[at]! * 256 + bytes[at + 1]! + difference);
}

export function addU24(bytes: Uint8Array, at: number, difference: number): Uint8Array {
  return splice(bytes, at, 3, u24(bytes[at]! * 65536 + bytes[at + 1]! * 256 + bytes[at + 2]! + difference));
}

/** Offsets into a ServerHello message whose session id has 32 bytes (RFC 9846 §4.2.3). */
export const SERVER_HELLO = { legacyVersion: 4, random: 6, sessionId: 38, suite: 71, compression: 73, extensions: 74 } as const;

/** Offsets into a ClientHello message whose session id has 32 bytes (RFC 9846 §4.2.2). */
export const CLIENT_HELLO = { legacyVersion: 4, random: 6, sessionId: 38, suites: 71 } as const;

/** Where the extension block of a message begins: ClientHello, ServerHello or EncryptedExtensions. */
export function blockAt(message: Uint8Array): number {
  if (message[0] === 1) {
    const suites = 39 + message[38]!;
    const compression = suites + 2 + message[suites]! * 256 + message[suites + 1]!;
    return compression + 1 + message[compression]!;
  }
  return message[0] === 2 ? 4 + 2 + 32 + 1 + message[38]! + 3 : 4;
}

export function extensionsOf(message: Uint8Array): Extension[] {
  const block = new Cursor(new Cursor(message.slice(blockAt(message)), "extensions").vector(2), "extensions");
  const out: Extension[] = [];
  while (block.left > 0) out.push({ type: block.number(2), body: block.vector(2) });
  return out;
}

export function editExtensions(message: Uint8Array, edit: (list: Extension[]) => readonly Extension[]): Uint8Array {
  return fixLength(concat(message.slice(0, blockAt(message)), extensionBlock(edit(extensionsOf(message)))));
}

/** The message without the extension. */
export function dropExtension(message: Uint8Array, type: number): Uint8Array {
  return editExtensions(message, (list) => list.filter((one) => one.type !== type));
}

/** The message with the extension's body changed, or the extension added at the end. */
export function setExtension(message: Uint8Array, type: number, body: Uint8Array | readonly number[]): Uint8Array {
  return editExtensions(message, (list) => {
    const changed = { type, body: concat(body) };
    return list.some((one) => one.type === type) ? list.map((one) => (one.type === type ? changed : one)) : [...list, changed];
  });
}

export function addExtension(message: Uint8Array, type: number, body: Uint8Array | readonly number[]): Uint8Array {
  return editExtensions(message, (list) => [...list, { type, body: concat(body) }]);
}

export function doubleExtension(message: Uint8Array, type: number): Uint8Array {
  return editExtensions(message, (list) => [...list, ...list.filter((one) => one.type === type)]);
}
