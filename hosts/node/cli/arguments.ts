/** Arguments of the command, checked; each error says what to write instead. */
import { InvalidArgumentError } from "commander";

export interface Address {
  host: string;
  port: number;
}

/** HOST:PORT, where an IPv6 address stands in brackets. */
export function parseAddress(text: string): Address {
  const match = /^\[([^[\]]+)\]:([^:]*)$/.exec(text) ?? /^([^:[\]]+):([^:]*)$/.exec(text);
  if (match === null) {
    if ((text.match(/:/g) ?? []).length > 1) throw new InvalidArgumentError("write an IPv6 address in brackets: [::1]:443");
    throw new InvalidArgumentError("write HOST:PORT, for example example.com:443 or [::1]:443");
  }
  const port = Number(match[2]);
  if (!/^\d{1,5}$/.test(match[2] ?? "") || port < 1 || port > 65_535)
    throw new InvalidArgumentError("the port must be a number from 1 to 65535");
  return { host: match[1] as string, port };
}

export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || seconds <= 0 || seconds > 86_400) throw new InvalidArgumentError("give seconds, from 0.001 to 86400");
  return seconds;
}

export function parseSize(text: string): number {
  const bytes = Number(text);
  if (!/^\d+$/.test(text) || bytes < 64 || bytes > 1_048_576) throw new InvalidArgumentError("give a number of bytes, from 64 to 1048576");
  return bytes;
}

/** Protocol names, separated by commas (RFC 7301: 1 to 255 bytes each). */
export function parseAlpn(text: string): string[] {
  const names = text.split(",");
  for (const name of names)
    if (name === "" || Buffer.byteLength(name) > 255)
      throw new InvalidArgumentError("give protocol names separated by commas, as h2,http/1.1");
  return names;
}

export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError("give a port from 1 to 65535, or 0 for a free one");
  return port;
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d{1,6}$/.test(text) || count < 1) throw new InvalidArgumentError("give a whole number from 1 to 999999");
  return count;
}
